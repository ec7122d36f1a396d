#include "planner/gate/gate.hpp"

#include <catch2/catch.hpp>
#include <random>

#include "tests/figure.hpp"
#include "tests/planner/experiment/made_up.hpp"

using namespace chatsim;
using planner::Standing;

namespace {

/// A scenario whose p99 of logins is to be at most 100 ms.
spec::Scenario scenario_with_budget(planner::Seed seed = 1) {
  spec::Scenario scenario;
  scenario.name = "made_up";
  scenario.seed = seed;
  scenario.budgets = {{"latency.login.p99 <= 100ms", "", ""}};
  return scenario;
}

/// Trials whose p99 is normal around `mean_ms` with a tenth of that for a deviation.
planner::Batch around(double mean_ms) {
  return planner::one_by_one([mean_ms](const spec::Scenario& scenario, planner::Seed seed) {
    std::mt19937_64 engine(seed);
    spec::Result result;
    result.scenario = scenario.name;
    result.seed = seed;
    const double p99 = mean_ms * std::normal_distribution<double>(1, 0.1)(engine);
    result.latency = {tests::latency("login", 5000, {}, spec::Seconds{p99 * 1e-3})};
    return result;
  });
}

planner::StoredExperiment baseline_of(const planner::GateOutcome& outcome) {
  return {"made_up", "0", {}, outcome.runs};
}

}  // namespace

TEST_CASE("A gate looks until all is decided, and no longer") {
  const auto pass = planner::run_gate(scenario_with_budget(), {}, around(50));
  CHECK(pass.standing() == Standing::met);
  CHECK(pass.replications.size() == 5);
  CHECK(pass.confidence == Approx(1 - 0.05 / 3));
  CHECK(planner::run_gate(scenario_with_budget(), {}, around(150)).standing() == Standing::missed);
  const auto closer = planner::run_gate(scenario_with_budget(11), {}, around(92));
  CHECK(closer.standing() == Standing::met);
  CHECK(closer.replications.size() > 5);
  const auto open = planner::run_gate(scenario_with_budget(), {}, around(100));
  CHECK(open.standing() == Standing::inconclusive);
  CHECK(open.replications.size() == 20);
}

TEST_CASE("A gate that ends at the first miss leaves the rest open") {
  spec::Scenario scenario = scenario_with_budget();
  scenario.budgets.push_back({"latency.login.p99 <= 50ms", "", ""});
  CHECK(planner::run_gate(scenario, {}, around(100)).replications.size() == 20);
  planner::GateOptions options;
  options.ends = planner::GateOptions::Ends::at_the_first_miss;
  const auto outcome = planner::run_gate(scenario, options, around(100));
  CHECK(outcome.standing() == Standing::missed);
  CHECK(outcome.replications.size() == 5);
}

TEST_CASE("Replications that are asked for are one look") {
  const auto outcome = planner::run_gate(scenario_with_budget(), {.replications = 7}, around(100));
  CHECK(outcome.replications.size() == 7);
  CHECK(outcome.confidence == Approx(0.95));
  CHECK(outcome.replications.back().seed == 7);
}

// What a gate exists for: of services that just hold their budget, no more than one in twenty may be told that they hold
// it or not, however often it looks.
TEST_CASE("A gate seldom decides what is on the border") {
  constexpr int gates = 1000;
  int decided = 0;
  for (int i = 0; i < gates; ++i) {
    const auto outcome = planner::run_gate(scenario_with_budget(1 + 100 * static_cast<planner::Seed>(i)), {}, around(100));
    decided += outcome.standing() != Standing::inconclusive;
  }
  // Bonferroni bounds it; looks share runs, so that the truth is below. Three standard deviations of 50 in 1,000: 21.
  CHECK(tests::figure("gates of 1,000 that decide a service on the border, at most 50 + 21", 35.5, decided, 35.5));
}

TEST_CASE("A figure may not become worse than its baseline by more than is allowed") {
  const auto before = planner::run_gate(scenario_with_budget(), {.replications = 10}, around(50));
  const planner::StoredExperiment baseline = baseline_of(before);
  const auto beside = [&](double mean_ms, planner::Seed seed) {
    return planner::run_gate(scenario_with_budget(seed), {.baseline = &baseline}, around(mean_ms));
  };
  SECTION("seed by seed") {
    const auto same = beside(50, 1);
    REQUIRE(same.regressions.size() == 1);
    CHECK(same.regressions[0].difference->paired);
    CHECK(same.regressions[0].difference->interval->half_width == 0);
    CHECK(same.standing() == Standing::met);
    const auto worse = beside(54, 1);
    CHECK(worse.standing() == Standing::missed);
    CHECK(worse.regressions[0].difference->change() == Approx(0.08));
    CHECK(worse.replications.size() == 5);
    CHECK(beside(46, 1).standing() == Standing::met);
  }
  SECTION("other seeds need a larger difference") {
    const auto worse = beside(65, 1000);
    CHECK_FALSE(worse.regressions[0].difference->paired);
    CHECK(worse.standing() == Standing::missed);
    CHECK(beside(52, 1000).standing() == Standing::inconclusive);
  }
}

TEST_CASE("What a budget wants to be large is worse when it is small") {
  spec::Scenario scenario;
  scenario.budgets = {{"latency.login.p99 >= 10ms", "", ""}, {"messages.failed == 0", "", ""}};
  std::vector<std::string> unknown;
  const auto batch = around(50);
  const auto before = planner::run_gate(scenario, {.replications = 5}, batch);
  REQUIRE(before.guards.size() == 1);
  CHECK(before.guards[0].worse == planner::Guard::Worse::down);
  const planner::StoredExperiment baseline = baseline_of(before);
  CHECK(planner::run_gate(scenario, {.baseline = &baseline}, around(40)).standing() == Standing::missed);
  CHECK(planner::run_gate(scenario, {.baseline = &baseline}, around(60)).standing() == Standing::met);
}

TEST_CASE("What came out worst is what a gate says") {
  using Standings = std::vector<Standing>;
  CHECK(planner::worst_of(Standings{}) == Standing::met);
  CHECK(planner::worst_of(Standings{Standing::met, Standing::inconclusive}) == Standing::inconclusive);
  CHECK(planner::worst_of(Standings{Standing::no_data, Standing::inconclusive}) == Standing::no_data);
  CHECK(planner::worst_of(Standings{Standing::no_data, Standing::missed}) == Standing::missed);
}

TEST_CASE("A trial that fails is kept, and a gate without any result has nothing to say") {
  const auto outcome = planner::run_gate(scenario_with_budget(), {}, planner::one_by_one([](const auto&, auto) -> spec::Result {
    throw std::runtime_error("out of memory");
  }));
  CHECK(outcome.ending == planner::Ending::failing);
  CHECK(outcome.results().empty());
  CHECK(outcome.replications.front().failure == "out of memory");
}
