#include <fmt/format.h>

#include <catch2/catch.hpp>
#include <cmath>

#include "planner/experiment/replicate.hpp"
#include "tests/validation/published_case.hpp"
#include "tests/validation/stations.hpp"
#include "tests/validation/theory.hpp"

// Whether 95 % intervals are what they say: a thousand experiments of ten replications each, simulated by sim::Rpc and
// summed up by planner::replicate. The standard deviation of their share is 0.7 %.

using namespace chatsim;
using namespace chatsim::tests;

namespace {

constexpr std::uint32_t seeds = 1000, seeds_of_a_world = 10, replications = 10;

/// What replicate() makes of replications that are measured already.
spec::Intervals intervals_of(const Waits* measured) {
  const auto trial = [measured](const spec::Scenario&, planner::Seed seed) {
    spec::Result result;
    spec::LatencySummary wait;
    wait.name = "wait";
    wait.count = 1;
    wait.mean = spec::Seconds{measured[seed].mean};
    wait.p99 = spec::Seconds{measured[seed].p99};
    result.latency = {wait};
    return result;
  };
  spec::Scenario scenario;
  scenario.seed = 0;
  planner::ReplicateOptions options;
  options.most = replications;
  return planner::replicate(scenario, options, planner::one_by_one(trial)).intervals;
}

void check_coverage(const std::string& system, const Station& station, const theory::Wait& truth) {
  int covered = 0;
  double mean = 0;
  for (std::uint32_t first = 0; first < seeds; first += seeds_of_a_world) {
    const std::vector<Waits> all = simulated(station, {replications, 1 + first, seeds_of_a_world});
    for (std::uint32_t seed = 0; seed < seeds_of_a_world; ++seed) {
      const spec::Interval& interval = *intervals_of(&all[seed * replications]).find("latency.wait.mean_ms");
      covered += interval.contains(truth.mean * 1e3) ? 1 : 0;
      mean += interval.mean / 1e3 / seeds;
    }
  }
  const std::string inputs = fmt::format("1,000 seeds of {} replications of {} customers", replications, station.customers);
  CHECK(published_case({"Intervals", Kind::dynamics, system + ": mean wait, mean of all seeds", inputs, truth.mean, mean,
                        {.relative = 0.01}, "theory, as under Queueing"}));
  CHECK(published_case({"Intervals", Kind::dynamics, system + ": % of the seeds whose 95 % interval has the true mean wait",
                        inputs, 95, covered / 10.0, {.absolute = 2}, "Student 1908: by construction"}));
}

}  // namespace

TEST_CASE("95 % intervals cover the true mean wait for 93 to 97 % of 1,000 seeds", "[published][interval_coverage]") {
#if defined(__SANITIZE_ADDRESS__)
  return;  // Twenty million customers would take minutes.
#endif
  using spec::Distribution;
  check_coverage("M/M/1 at 0.5", {.load = 0.5, .customers = 1000, .before = 200}, theory::mmc(1, 0.5));
  check_coverage("M/M/4 at 0.8", {.servers = 4, .load = 0.8, .customers = 2000, .before = 400}, theory::mmc(4, 0.8));
  check_coverage("M/D/1 at 0.7",
                 {.load = 0.7, .service = Distribution::constant(spec::Seconds{1}), .customers = 1000, .before = 200},
                 theory::md1(0.7));
  // exp(sigma^2) = 1 + scv.
  const auto lognormal = Distribution::lognormal_with_mean(spec::Seconds{1}, std::sqrt(std::log(2.5)));
  check_coverage("M/G/1 at 0.5, log-normal, scv 1.5",
                 {.load = 0.5, .service = lognormal, .customers = 2000, .before = 400},
                 {0.5, theory::mg1_mean(0.5, 1.5), 0});
}
