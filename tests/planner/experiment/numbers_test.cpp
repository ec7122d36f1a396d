#include "planner/experiment/numbers.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>

#include "tests/planner/experiment/made_up.hpp"

using namespace chatsim;
using namespace chatsim::spec::literals;
using planner::intervals_of;
using planner::mean_of;
using planner::numbers_of;

namespace {

spec::Result one(double p99_s, std::uint64_t offered) {
  spec::Result result;
  result.scenario = "made_up";
  result.seed = 7;
  result.machines = 12;
  result.measured_s = 0.1;
  result.messages.offered = offered;
  result.latency = {{"login", 10, 1_ms, 1_ms, 2_ms, spec::Seconds{p99_s}, 5_ms, 6_ms}};
  result.tiers = {tests::tier("gateway", 0.4)};
  result.tiers[0].offered = 100_per_s;
  result.tiers[0].loads = {{"send", 50_per_s, 0.2}};
  result.series.time_s = {0.1, 0.2};
  result.series.offered_per_s = {static_cast<double>(offered), NAN};
  return result;
}

double value_of(const std::vector<planner::Number>& numbers, const std::string& path) {
  const auto found =
      std::find_if(numbers.begin(), numbers.end(), [&](const planner::Number& number) { return number.path == path; });
  if (found == numbers.end()) FAIL("there is no " << path);
  return found->value;
}

}  // namespace

TEST_CASE("every number has the path and the unit of run.json") {
  const auto numbers = numbers_of(one(0.003, 1000));
  CHECK(value_of(numbers, "messages.offered") == 1000);
  CHECK(value_of(numbers, "latency.login.p99_ms") == 3);
  CHECK(value_of(numbers, "latency.login.count") == 10);
  CHECK(value_of(numbers, "tiers.gateway.offered_per_s") == 100);
  CHECK(value_of(numbers, "tiers.gateway.loads.send.utilisation") == 0.2);
  for (const planner::Number& number : numbers) {
    CHECK(number.path != "seed");
    CHECK(number.path != "wall_s");
    CHECK(number.path.find("series") == std::string::npos);
  }
}

TEST_CASE("the mean of results is a result, number by number") {
  spec::Result left = one(0.003, 1000), right = one(0.005, 1003);
  left.peak_rss_bytes = 5;
  right.peak_rss_bytes = 9;
  right.seed = 8;
  left.failures = {{"a.timeout", 4}};
  right.failures = {{"b.rejected", 3}, {"a.timeout", 8}};
  right.invariants.lost_acknowledged = 1;
  left.promises = {{.name = "duplicates", .promised = true, .reason = "of the left"},
                   {.name = "order", .kept = false, .count = 3}};
  right.promises = {{.name = "duplicates", .promised = true, .kept = false, .count = 1, .reason = "of the right"},
                    {.name = "order", .kept = false, .count = 2}};
  left.convergence = {.disturbances = 2, .converged_after_s = 1};
  right.convergence = {.disturbances = 2, .converged_after_s = 2};
  right.series.offered_per_s = {1003, 6};
  const spec::Result* const both[] = {&left, &right};
  const spec::Result mean = mean_of(both);
  CHECK(mean.seed == 7);
  CHECK(mean.scenario == "made_up");
  CHECK(mean.machines == 12);
  CHECK(mean.measured_s == 0.1);
  CHECK(mean.messages.offered == 1002);  // 1001.5
  CHECK(mean.latency.at(0).name == "login");
  CHECK(mean.latency.at(0).p99.value() == Approx(0.004));
  CHECK(mean.tiers.at(0).loads.at(0).requests == 50_per_s);
  REQUIRE(mean.failures.size() == 2);
  CHECK(mean.failures[0].reason == "a.timeout");
  CHECK(mean.failures[0].count == 6);
  CHECK(mean.failures[1].count == 2);  // 0 and 3
  CHECK(mean.invariants.lost_acknowledged == 1);
  REQUIRE(mean.promises.size() == 2);
  CHECK(mean.promises[0].broken());
  CHECK(mean.promises[0].count == 1);
  CHECK(mean.promises[0].reason == "of the right");
  CHECK(mean.promises[1].count == 3);
  CHECK(mean.convergence.converged_after_s == 1.5);
  CHECK(mean.series.offered_per_s == std::vector<double>{1001.5, 6});
  CHECK(mean.peak_rss_bytes == 9);

  const spec::Intervals intervals = intervals_of(both);
  CHECK(intervals.find("messages.offered")->mean == 1001.5);
  // Two values d apart: t(0.975; 1) d / 2
  CHECK(intervals.find("messages.offered")->half_width == Approx(12.7062 * 1.5).epsilon(1e-5));
  CHECK(intervals.find("failures.b.rejected")->mean == 1.5);
  CHECK(intervals.find("machines")->half_width == 0);
  CHECK_FALSE(intervals.find("seed"));
}

TEST_CASE("the mean of one is that one") {
  const spec::Result only = one(0.003, 1000);
  const spec::Result* const all[] = {&only};
  const auto mean = numbers_of(mean_of(all)), same = numbers_of(only);
  REQUIRE(mean.size() == same.size());
  for (std::size_t i = 0; i < same.size(); ++i) {
    CHECK(mean[i].path == same[i].path);
    CHECK(mean[i].value == same[i].value);
  }
  CHECK(intervals_of(all).all.empty());
}

TEST_CASE("a latency that nothing was measured of is not 0 ms") {
  spec::Result empty = one(0, 1000);
  empty.latency[0] = tests::latency("login", 0, {}, {});
  const spec::Result left = one(0.003, 1000), right = one(0.005, 1000);
  CHECK(std::isnan(value_of(numbers_of(empty), "latency.login.p99_ms")));
  const spec::Result* const all[] = {&empty, &left, &right};
  CHECK(mean_of(all).latency[0].p99.value() == Approx(0.004));
  CHECK(mean_of(all).latency[0].count == 7);  // 20 / 3
  const spec::Intervals intervals = intervals_of(all);
  CHECK(intervals.find("latency.login.p99_ms")->replications == 2);
  CHECK(intervals.find("latency.login.count")->replications == 3);
}
