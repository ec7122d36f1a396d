#include <algorithm>
#include <array>
#include <catch2/catch.hpp>
#include <cmath>
#include <random>

#include "planner/experiment/replicate.hpp"
#include "tests/planner/experiment/made_up.hpp"
#include "tests/figure.hpp"

using namespace chatsim;

namespace {

constexpr int servers = 4;
constexpr double service_s = 1;

/// Kiefer and Wolfowitz, 1955: when the servers are free, soonest first. Served in order of arrival.
class Queue {
 public:
  Queue(double load, std::uint64_t seed) : engine_(seed), between_(load * servers / service_s) {}

  double next_wait() {
    const double arrives_in = between_(engine_);
    for (double& free_in : free_in_) free_in = std::max(0.0, free_in - arrives_in);
    const double wait = free_in_[0];
    free_in_[0] += service_(engine_);
    std::sort(free_in_.begin(), free_in_.end());
    return wait;
  }

 private:
  std::mt19937_64 engine_;
  std::exponential_distribution<double> between_;
  std::exponential_distribution<double> service_{1 / service_s};
  std::array<double, servers> free_in_{};
};

/// Erlang's second formula.
double erlang_c(int count, double erlangs) {
  double inverse_b = 1;
  for (int n = 1; n <= count; ++n) inverse_b = 1 + inverse_b * n / erlangs;
  const double b = 1 / inverse_b, load = erlangs / count;
  return b / (1 - load + load * b);
}

}  // namespace

TEST_CASE("the 95 % interval on the mean wait of M/M/4 covers the truth for 93 to 97 % of 1,000 seeds (dynamics)",
          "[coverage]") {
  constexpr int experiments = 1000, replications = 10, customers = 4000, before = 500;
  for (const double load : {0.5, 0.7, 0.8}) {
    const double wait_s = erlang_c(servers, load * servers) * service_s / (servers * (1 - load));
    const auto trial = [load](const spec::Scenario&, planner::Seed seed) {
      Queue queue(load, seed);
      for (int i = 0; i < before; ++i) queue.next_wait();
      double sum = 0;
      for (int i = 0; i < customers; ++i) sum += queue.next_wait();
      spec::Result result;
      result.latency = {tests::latency("wait", customers, spec::Seconds{sum / customers}, {})};
      return result;
    };
    int covered = 0;
    double mean_ms = 0;
    for (int experiment = 0; experiment < experiments; ++experiment) {
      spec::Scenario scenario;
      scenario.seed = static_cast<planner::Seed>(experiment) * replications + 1;
      planner::ReplicateOptions options;
      options.most = replications;
      const auto done = planner::replicate(scenario, options, planner::one_by_one(trial));
      const spec::Interval& interval = *done.intervals.find("latency.wait.mean_ms");
      covered += interval.contains(wait_s * 1e3) ? 1 : 0;
      mean_ms += interval.mean / experiments;
    }
    char load_text[16];
    std::snprintf(load_text, sizeof load_text, "%.1f", load);
    CHECK(tests::figure(std::string("mean wait in ms of M/M/4 at load ") + load_text + ", Erlang C x S / (c (1 - load))",
                         wait_s * 1e3, mean_ms, 0.01 * wait_s * 1e3));
    CHECK(tests::figure("  percent of 1,000 intervals that cover it", 95, covered / 10.0, 2));
  }
}
