#include "planner/search/capacity.hpp"

#include <catch2/catch.hpp>
#include <random>

#include "planner/search/requirements.hpp"
#include "tests/figure.hpp"
#include "tests/planner/experiment/made_up.hpp"

using namespace chatsim;
using planner::Standing;

namespace {

/// A service that is 0.4 utilised at load 1; what is measured of that is off by `noise` of it.
planner::Judge judge_with(double noise) {
  return [noise](const spec::Scenario& scenario) {
    const auto trial = planner::one_by_one([noise](const spec::Scenario& one, planner::Seed seed) {
      std::mt19937_64 engine(seed);
      spec::Result result;
      const double utilisation = 0.4 * one.population.load_factor * std::normal_distribution<double>(1, noise)(engine);
      result.tiers = {tests::tier("gateway", 0.1), tests::tier("messaging", utilisation)};
      return result;
    });
    return planner::run_gate(scenario, {}, trial);
  };
}

spec::Scenario scenario_with_budget() {
  spec::Scenario scenario;
  scenario.budgets = {{"tiers.messaging.utilisation <= 0.8", "", ""}};
  return scenario;
}

}  // namespace

TEST_CASE("The largest load that holds is found by bisection") {
  const auto capacity = planner::find_capacity(scenario_with_budget(), {.precision = 0.01}, judge_with(0));
  REQUIRE(capacity.complete);
  CHECK(tests::figure("load at which 0.4 times it is 0.8", 2, *capacity.holds, 0.02));
  CHECK(*capacity.holds <= 2);
  CHECK(*capacity.breaks > 2);
  CHECK(*capacity.breaks / *capacity.holds <= 1.01);
  CHECK(capacity.first_to_break().front().metric == "tiers.messaging.utilisation");
  CHECK(capacity.probe_at(*capacity.breaks)->busiest_tier == "messaging");
}

TEST_CASE("What chance leaves open is on neither side") {
  const auto capacity = planner::find_capacity(scenario_with_budget(), {.precision = 0.01}, judge_with(0.05));
  REQUIRE(capacity.complete);
  CHECK(*capacity.holds < 2);
  CHECK(*capacity.breaks > 2);
  CHECK(*capacity.breaks / *capacity.holds < 1.15);
  for (const auto& probe : capacity.probes) {
    INFO(probe.load_factor);
    if (probe.load_factor > *capacity.holds && probe.load_factor < *capacity.breaks) CHECK(probe.standing == Standing::inconclusive);
  }
}

TEST_CASE("A fleet that holds nothing, and one that nothing breaks, are told after a bounded number of probes") {
  spec::Scenario scenario = scenario_with_budget();
  scenario.budgets[0].holds = "tiers.gateway.utilisation <= 0.05";
  const auto nothing = planner::find_capacity(scenario, {}, judge_with(0));
  CHECK_FALSE(nothing.holds);
  CHECK(nothing.probes.size() <= 40);
  scenario.budgets[0].holds = "tiers.gateway.utilisation <= 0.2";
  const auto everything = planner::find_capacity(scenario, {}, judge_with(0));
  CHECK_FALSE(everything.breaks);
  CHECK(everything.first_to_break().empty());
}

TEST_CASE("Without budgets the planning section says what has to hold") {
  spec::Scenario scenario;
  const auto budgets = planner::requirements(scenario);
  CHECK(budgets.front().holds == "latency.send_to_ack.p99 <= 250ms");
  CHECK(budgets.back().holds == "tiers.coordination.utilisation <= 0.8");
  scenario.budgets = {{"messages.failed == 0", "", ""}};
  CHECK(planner::requirements(scenario).size() == 1);
}
