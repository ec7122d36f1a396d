#include "models/population/outages.hpp"

#include "tests/figure.hpp"

using namespace chatsim;
using namespace chatsim::models;

TEST_CASE("outages are found by instant and by number, those of each gateway on its own") {
  Outages outages(3, sim::Duration{1000});
  CHECK(outages.empty());
  CHECK(outages.first_after(1, sim::Time{}) == nullptr);
  outages.add(1, sim::Time{sim::Duration{10}});
  outages.add(2, sim::Time{sim::Duration{20}});
  outages.add(1, sim::Time{sim::Duration{30}});
  CHECK(outages.next() == 3);
  CHECK_FALSE(outages.any_of(0));
  CHECK(outages.first_after(1, sim::Time{sim::Duration{9}})->number == 0);
  CHECK(outages.first_after(1, sim::Time{sim::Duration{10}})->number == 2);
  CHECK(outages.first_after(1, sim::Time{sim::Duration{30}}) == nullptr);
  CHECK(outages.first_from(1, 0)->number == 0);
  CHECK(outages.first_from(1, 1)->number == 2);
  CHECK(outages.first_from(2, 2) == nullptr);
}

TEST_CASE("what no session lasts from is forgotten") {
  Outages outages(1, sim::Duration{1000});
  for (int i = 0; i < 100; ++i) outages.add(0, sim::Time{sim::Duration{100 * i}});
  CHECK(outages.first_from(0, 0)->number > 70);
  CHECK(outages.first_after(0, sim::Time{sim::Duration{9900 - 1001}}) != nullptr);
  CHECK(outages.first_after(0, sim::Time{sim::Duration{9800}})->number == 99);
}
