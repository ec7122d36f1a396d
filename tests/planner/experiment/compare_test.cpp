#include "planner/experiment/compare.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <random>

#include "tests/planner/experiment/made_up.hpp"

using namespace chatsim;

namespace {

/// A trial whose p99 is chance, the same for the same seed, and `extra_s` more.
spec::Result trial(planner::Seed seed, double extra_s) {
  std::mt19937_64 engine(seed);
  spec::Result result;
  result.seed = seed;
  const double p99_s = std::normal_distribution<double>(0.1, 0.02)(engine) + extra_s;
  result.latency = {tests::latency("login", 100, {}, spec::Seconds{p99_s})};
  return result;
}

std::vector<planner::Replication> variant(double extra_s) {
  std::vector<planner::Replication> replications;
  for (planner::Seed seed = 1; seed <= 10; ++seed) replications.push_back({seed, trial(seed, extra_s), ""});
  return replications;
}

const planner::PairedDifference& p99_of(const std::vector<planner::PairedDifference>& differences) {
  return *std::find_if(differences.begin(), differences.end(),
                       [](const auto& difference) { return difference.path == "latency.login.p99_ms"; });
}

}  // namespace

TEST_CASE("what chance does to both variants cancels out") {
  const auto a = variant(0), b = variant(0.001);
  const auto difference = p99_of(compare_paired(a, b));
  CHECK(difference.difference.mean == Approx(1));
  CHECK(difference.difference.half_width < 1e-9);
  CHECK(difference.is_certain());
  CHECK(difference.mean_b - difference.mean_a == Approx(1));
  CHECK_FALSE(p99_of(compare_paired(a, a)).is_certain());
}

TEST_CASE("only seeds that both have make a pair") {
  const auto a = variant(0);
  auto b = variant(0.001);
  std::reverse(b.begin(), b.end());
  b[0].result.reset();
  b[1].seed = 4711;
  const auto difference = p99_of(compare_paired(a, b));
  CHECK(difference.difference.replications == 8);
  CHECK(difference.difference.mean == Approx(1));
  CHECK(compare_paired(a, {}).empty());
}
