#include "models/service/deadline.hpp"

#include <catch2/catch.hpp>
#include <set>

using namespace chatsim;
using models::Deadline;
using namespace std::chrono_literals;

namespace {

sim::Time at(sim::Duration since_start) { return sim::Time{since_start}; }

}  // namespace

TEST_CASE("without a deadline a request has all its time") {
  CHECK(Deadline{}.left(at(5s), 1s) == 1s);
}

TEST_CASE("with one it has what is left, rounded up to a 64th of its time") {
  const Deadline deadline{at(10s)};
  CHECK(deadline.left(at(9s), 1s) == 1s);
  CHECK(deadline.left(at(1s), 1s) == 1s);
  const sim::Duration half = deadline.left(at(9s + 500ms), 1s);
  CHECK(half >= 500ms);
  CHECK(half <= 500ms + sim::Duration{1s} / 64);
  CHECK(deadline.left(at(10s - 1ns), 1s) > 0s);
  CHECK(deadline.left(at(10s), 1s) == sim::Rpc::nothing_left);
  CHECK(deadline.left(at(11s), 1s) == sim::Rpc::nothing_left);
}

TEST_CASE("there are at most 64 different times, as the scheduler keeps a list for each") {
  const Deadline deadline{at(1s)};
  std::set<sim::Duration> times;
  for (sim::Duration now = 0s; now < 1s; now += 100us) times.insert(deadline.left(at(now), 1s));
  CHECK(times.size() <= 64);
}
