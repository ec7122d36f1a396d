#include "models/store/hints.hpp"

#include <catch2/catch.hpp>

using namespace chatsim;
using models::Hint;
using models::Hints;

namespace {

constexpr auto always = [](sim::MachineIndex) { return true; };
constexpr auto never_expires = [](const Hint&) { return false; };

void keep(Hints& hints, sim::MachineIndex holder, const Hint& hint) {
  REQUIRE(hints.reserve(holder));
  hints.keep(holder, hint);
}

}  // namespace

TEST_CASE("hints are given in the order in which they came, those first whose target is ready") {
  Hints hints(10);
  for (std::uint64_t key = 1; key <= 6; ++key) keep(hints, 7, {key, key, 0, static_cast<sim::MachineIndex>(key % 2)});
  std::vector<Hint> taken;
  const auto odd = [](sim::MachineIndex target) { return target == 1; };
  CHECK(hints.take(7, 2, 100, odd, never_expires, taken) == 0);
  REQUIRE(taken.size() == 2);
  CHECK(taken[0].key == 1);
  CHECK(taken[1].key == 3);
  CHECK(hints.open() == 4);
  taken.clear();
  hints.take(7, 10, 100, always, never_expires, taken);
  CHECK(taken.size() == 4);
  CHECK(hints.open() == 0);
  hints.put_back(7, taken);
  CHECK(hints.open() == 4);
  CHECK(hints.holds(5, 5));
  CHECK_FALSE(hints.holds(5, 6));
  CHECK_FALSE(hints.holds(1, 1));
}

TEST_CASE("a machine keeps so many hints and no more, those on their way included") {
  Hints hints(3);
  keep(hints, 1, {1, 1, 0, 0});
  CHECK(hints.reserve(1));
  CHECK(hints.reserve(1));
  CHECK_FALSE(hints.reserve(1));
  CHECK(hints.reserve(2));
  hints.give_up(1);
  CHECK(hints.reserve(1));
}

TEST_CASE("what expired is dropped, and what is lost is gone") {
  Hints hints(10);
  for (std::uint64_t key = 1; key <= 4; ++key) keep(hints, 1, {key, key, 0, 9});
  std::vector<Hint> taken;
  CHECK(hints.take(1, 10, 100, [](sim::MachineIndex) { return false; },
                   [](const Hint& hint) { return hint.version <= 2; }, taken) == 2);
  CHECK(taken.empty());
  CHECK(hints.open() == 2);
  CHECK(hints.lose(1) == 2);
  CHECK(hints.lose(5) == 0);
  CHECK(hints.open() == 0);
}

TEST_CASE("a poll looks at so many hints and no more") {
  Hints hints(100);
  for (std::uint64_t key = 1; key <= 50; ++key) keep(hints, 1, {key, key, 0, key <= 40 ? 3U : 4U});
  const auto ready = [](sim::MachineIndex target) { return target == 4; };
  std::vector<Hint> taken;
  hints.take(1, 100, 40, ready, never_expires, taken);
  CHECK(taken.empty());
  hints.take(1, 100, 40, ready, never_expires, taken);
  CHECK(taken.size() == 10);
}
