#include "planner/search/recovery_map.hpp"

#include <catch2/catch.hpp>
#include <cmath>

using namespace chatsim;
using planner::Fate;

namespace {

/// Recovers up to a load that falls with the size of the trigger and rises with the variant; `blur` of it on either side is
/// open.
planner::FateAt falling(double blur = 0) {
  return [blur](double load, std::size_t trigger, std::size_t variant) {
    const double limit = (variant == 0 ? 0.5 : 0.9) - 0.05 * static_cast<double>(trigger);
    if (load < limit * (1 - blur)) return Fate::recovers;
    return load > limit * (1 + blur) ? Fate::stays_down : Fate::open;
  };
}

bool never() { return false; }

}  // namespace

TEST_CASE("Boundaries are found for each trigger and variant") {
  const planner::MapPlan plan{.loads = {0.2, 1.2}, .triggers = 4, .variants = 2, .precision = 0.01};
  const auto map = planner::map_recovery(plan, falling(), never);
  REQUIRE(map.boundaries.size() == 8);
  for (const auto& boundary : map.boundaries) {
    const double limit = (boundary.variant == 0 ? 0.5 : 0.9) - 0.05 * static_cast<double>(boundary.trigger);
    CHECK(*boundary.recovers_at <= limit);
    CHECK(*boundary.stays_down_at >= limit);
    CHECK(*boundary.load() == Approx(limit).epsilon(0.01));
    CHECK(boundary.at(limit * 0.9) == Fate::recovers);
    CHECK(boundary.at(limit * 1.1) == Fate::stays_down);
  }
  CHECK(map.probes < 100);
  CHECK(map.boundary(3, 1).variant == 1);
}

TEST_CASE("What is open lies between the two sides") {
  const planner::MapPlan plan{.loads = {0.2, 1.2}, .triggers = 1, .variants = 1, .precision = 0.01};
  const auto boundary = planner::map_recovery(plan, falling(0.1), never).boundaries.front();
  CHECK(*boundary.recovers_at == Approx(0.45).epsilon(0.015));
  CHECK(*boundary.stays_down_at == Approx(0.55).epsilon(0.015));
  CHECK(boundary.at(0.5) == Fate::open);
}

TEST_CASE("A boundary may lie outside of the loads") {
  const planner::MapPlan above{.loads = {0.1, 0.3}, .triggers = 1, .variants = 1, .precision = 0.01};
  const auto recovers = planner::map_recovery(above, falling(), never).boundaries.front();
  CHECK(*recovers.recovers_at == 0.3);
  CHECK_FALSE(recovers.stays_down_at);
  CHECK_FALSE(recovers.load());
  const planner::MapPlan below{.loads = {0.7, 1.2}, .triggers = 3, .variants = 1, .precision = 0.01};
  const auto map = planner::map_recovery(below, falling(), never);
  CHECK_FALSE(map.boundaries[0].recovers_at);
  CHECK(*map.boundaries[2].stays_down_at == 0.7);
  CHECK(map.probes == 1);
}

TEST_CASE("A map that is ended early has what is known") {
  int left = 5;
  const planner::MapPlan plan{.loads = {0.2, 1.2}, .triggers = 1, .variants = 1, .precision = 1e-6};
  const auto map = planner::map_recovery(plan, falling(), [&] { return --left <= 0; });
  CHECK(map.probes < 5);
  CHECK(map.boundaries.front().recovers_at);
}

TEST_CASE("Runs that differ leave the fate open") {
  spec::Result well, down;
  well.incidents.resize(1);
  well.incidents[0].fail_over_s = well.incidents[0].drain_s = 3;
  down.incidents.resize(1);
  CHECK(planner::fate_of({&well, &well}) == Fate::recovers);
  CHECK(planner::fate_of({&down, &down}) == Fate::stays_down);
  CHECK(planner::fate_of({&well, &down}) == Fate::open);
}
