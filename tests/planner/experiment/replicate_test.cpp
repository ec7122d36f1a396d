#include "planner/experiment/replicate.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <random>
#include <stdexcept>

#include "tests/planner/experiment/made_up.hpp"

using namespace chatsim;
using planner::Ending;
using planner::Experiment;
using planner::ReplicateOptions;

namespace {

spec::Result noisy(const spec::Scenario& scenario, planner::Seed seed) {
  std::mt19937_64 engine(seed);
  std::normal_distribution<double> noise(1, 0.1);
  spec::Result result;
  result.scenario = scenario.name;
  result.seed = seed;
  result.latency = {tests::latency("login", 5000, {}, spec::Seconds{0.05 * noise(engine)}),
                    tests::latency("rare", 20, {}, spec::Seconds{noise(engine) > 1 ? 1.0 : 0.001})};
  result.tiers = {tests::tier("gateway", 0.5 * noise(engine))};
  return result;
}

spec::Scenario scenario_with_seed(planner::Seed seed) {
  spec::Scenario scenario;
  scenario.name = "made_up";
  scenario.seed = seed;
  return scenario;
}

ReplicateOptions precise_to(double relative, std::vector<std::string> metrics = {}) {
  ReplicateOptions options;
  options.most = 200;
  options.precision = planner::Precision{relative, std::move(metrics)};
  return options;
}

/// Everything that an experiment says, to the last bit.
std::string words_of(const Experiment& experiment) {
  std::string words = planner::name_of(experiment.ending);
  char line[200];
  for (const auto& replication : experiment.replications) words += " " + std::to_string(replication.seed);
  for (const auto& [path, interval] : experiment.intervals.all) {
    std::snprintf(line, sizeof line, "\n%s %a %a", path.c_str(), interval.mean, interval.half_width);
    words += line;
  }
  return words;
}

/// Ends trials in another order than it begins them, several "at a time".
planner::Batch shuffled(std::size_t jobs) {
  return [jobs](const planner::BatchOrder& order) {
    std::mt19937_64 engine(jobs);
    std::vector<std::size_t> running;
    std::size_t next = 0;
    while (!order.enough()) {
      while (running.size() < jobs && next < order.seeds.size()) running.push_back(next++);
      if (running.empty()) return;
      std::swap(running[engine() % running.size()], running.back());
      const std::size_t ended = running.back();
      running.pop_back();
      order.take(ended, noisy(order.scenario, order.seeds[ended]));
    }
  };
}

}  // namespace

TEST_CASE("replication i has the scenario's seed plus i") {
  ReplicateOptions options;
  options.most = 3;
  const Experiment experiment = replicate(scenario_with_seed(40), options, planner::one_by_one(noisy));
  CHECK(experiment.ending == Ending::all_done);
  REQUIRE(experiment.replications.size() == 3);
  CHECK(experiment.replications[2].seed == 42);
  CHECK(experiment.replications[2].result->seed == 42);
  CHECK(experiment.mean.seed == 40);
  CHECK(experiment.intervals.find("latency.login.p99_ms")->replications == 3);
}

TEST_CASE("replications go on until every metric is as precise as asked for, and no further") {
  const Experiment experiment = replicate(scenario_with_seed(1), precise_to(0.03), planner::one_by_one(noisy));
  CHECK(experiment.ending == Ending::precise);
  const std::size_t count = experiment.replications.size();
  CHECK(count > 20);  // (2 x 0.1 / 0.03)^2 = 44 or so
  CHECK(count < 100);
  REQUIRE(experiment.metrics.size() == 2);  // "rare" has too few messages for a p99
  CHECK(experiment.metrics[0].path == "latency.login.p99_ms");
  CHECK(experiment.metrics[1].path == "tiers.gateway.utilisation");
  for (const auto& metric : experiment.metrics) {
    CHECK(metric.precise);
    CHECK(metric.interval->half_width <= 0.03 / 1.03 * metric.interval->mean);
  }
  // One fewer would not have done.
  ReplicateOptions fewer = precise_to(0.03);
  fewer.most = count - 1;
  CHECK(replicate(scenario_with_seed(1), fewer, planner::one_by_one(noisy)).ending == Ending::all_done);
}

TEST_CASE("when it is enough does not depend on the order in which trials end") {
  const std::string expected =
      words_of(replicate(scenario_with_seed(1), precise_to(0.03), planner::one_by_one(noisy)));
  for (const std::size_t jobs : {1, 2, 4, 16})
    CHECK(words_of(replicate(scenario_with_seed(1), precise_to(0.03), shuffled(jobs))) == expected);
}

TEST_CASE("metrics can be named, by patterns too") {
  const Experiment named =
      replicate(scenario_with_seed(1), precise_to(0.5, {"latency.*.p99_ms"}), planner::one_by_one(noisy));
  REQUIRE(named.metrics.size() == 2);
  CHECK(named.metrics[1].path == "latency.rare.p99_ms");
  CHECK(named.ending == Ending::precise);
  const Experiment unknown =
      replicate(scenario_with_seed(1), precise_to(0.5, {"latency.logon.p99_ms"}), planner::one_by_one(noisy));
  CHECK(unknown.ending == Ending::unknown_metric);
  CHECK(unknown.unknown_metrics == std::vector<std::string>{"latency.logon.p99_ms"});
  CHECK(unknown.replications.size() == 1);
}

TEST_CASE("even what is precise at once takes five replications") {
  CHECK(replicate(scenario_with_seed(1), precise_to(0.9), planner::one_by_one(noisy)).replications.size() == 5);
}

TEST_CASE("the clock stops it, after the first") {
  double now_s = 0;
  ReplicateOptions options;
  options.most = 100;
  options.max_time = spec::Seconds{10};
  options.elapsed = [&] { return spec::Seconds{now_s}; };
  const auto slowly = [&](double trial_s) {
    return planner::one_by_one([&now_s, trial_s](const spec::Scenario& scenario, planner::Seed seed) {
      now_s += trial_s;
      return noisy(scenario, seed);
    });
  };
  const Experiment several = replicate(scenario_with_seed(1), options, slowly(3));
  CHECK(several.ending == Ending::time_is_up);
  CHECK(several.replications.size() == 4);
  now_s = 0;
  const Experiment single = replicate(scenario_with_seed(1), options, slowly(1000));
  CHECK(single.replications.size() == 1);
  CHECK(single.intervals.all.empty());
}

TEST_CASE("a trial that fails is reported, and the rest is kept") {
  const auto failing = [](auto fails) {
    return planner::one_by_one([fails](const spec::Scenario& scenario, planner::Seed seed) {
      if (fails(seed)) throw std::runtime_error("killed by SIGKILL");
      return noisy(scenario, seed);
    });
  };
  ReplicateOptions options;
  options.most = 6;
  const Experiment experiment =
      replicate(scenario_with_seed(1), options, failing([](planner::Seed seed) { return seed % 3 == 1; }));
  CHECK(experiment.ending == Ending::all_done);
  CHECK(experiment.replications.size() == 6);
  CHECK(experiment.succeeded() == 4);
  CHECK(experiment.replications[0].failure == "killed by SIGKILL");
  CHECK(experiment.mean.seed == 2);
  CHECK(experiment.intervals.find("latency.login.p99_ms")->replications == 4);

  const Experiment hopeless =
      replicate(scenario_with_seed(1), options, failing([](planner::Seed) { return true; }));
  CHECK(hopeless.ending == Ending::failing);
  CHECK(hopeless.replications.size() == 3);
  CHECK(hopeless.succeeded() == 0);
}

TEST_CASE("an interrupt keeps what has ended; what was cut short counts only where nothing else does") {
  const auto leaving = [](std::vector<std::size_t> whole, std::vector<std::size_t> cut_short) {
    return [=](const planner::BatchOrder& order) {
      for (const std::size_t index : whole) order.take(index, noisy(order.scenario, order.seeds[index]));
      for (const std::size_t index : cut_short) {
        spec::Result result = noisy(order.scenario, order.seeds[index]);
        result.interrupted = true;
        order.take(index, result);
      }
    };
  };
  ReplicateOptions options;
  options.most = 10;
  const Experiment some = replicate(scenario_with_seed(1), options, leaving({0, 3, 1}, {2}));
  CHECK(some.ending == Ending::interrupted);
  REQUIRE(some.replications.size() == 3);
  CHECK(some.replications[2].seed == 4);
  CHECK_FALSE(some.mean.interrupted);

  const Experiment partial = replicate(scenario_with_seed(1), options, leaving({}, {0}));
  CHECK(partial.ending == Ending::interrupted);
  REQUIRE(partial.replications.size() == 1);
  CHECK(partial.mean.interrupted);

  CHECK(replicate(scenario_with_seed(1), options, leaving({}, {})).replications.empty());
}
