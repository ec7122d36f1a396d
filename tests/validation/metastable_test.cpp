#include <fmt/format.h>

#include <cmath>

#include "planner/search/recovery_map.hpp"
#include "sim/kernel/random/random.hpp"
#include "sim/resources/retry.hpp"
#include "tests/models/figures.hpp"
#include "tests/sim/resources/small_world.hpp"
#include "tests/validation/published_case.hpp"

// A metastable failure (Bronson et al., "Metastable failures in distributed systems", HotOS 2021; Huang et al.,
// "Metastable failures in the wild", OSDI 2022): customers come as a Poisson process of rate L to servers that can
// serve C a second. Who has no answer by a deadline tries once more; what he gave up is served all the same. For a
// while there comes more than C, and a queue builds up whose wait is longer than the deadline. From then on each first
// attempt fails, each makes one retry, and 2 L comes:
//
//     2 L > C: the queue grows, though the trigger is gone; the system never recovers.
//     2 L < C: the queue shrinks until the wait is shorter than the deadline, and all is well.
//
// So the largest load from which it recovers is C / 2. If retries are at most a share b of first attempts, (1 + b) L
// comes in place of 2 L, and the limit is C / (1 + b).
//
// From a backlog of B requests the queue needs B / (C - 2 L) to shrink: within the time of a run loads somewhat below
// the limit do not recover, here by 1 or 2 %.

using namespace chatsim;
using namespace chatsim::sim;
using namespace chatsim::tests;

namespace {

constexpr double capacity_per_s = 1000;
constexpr unsigned servers = 10;
constexpr double service_s = servers / capacity_per_s;
constexpr Duration deadline = 100ms;
constexpr double end_s = 400, looked_at_s = 40;
// Three times the capacity.
constexpr double trigger_begin_s = 5, trigger_per_s = 3000;

struct Policy {
  double trigger_s = 1;     ///< So long.
  double retry_budget = 1;  ///< One retry for each first attempt is all there ever are.
  bool drop_expired = false;
  Shedding shedding = Shedding::none;
};

class OpenSystem {
 public:
  OpenSystem(double load, const Policy& policy)
      : rate_(load * capacity_per_s),
        small_({.name = "server",
                .machines = 16,
                .threads = servers,
                .queue_limit = 1'000'000,
                .shedding = policy.shedding,
                .codel_interval = deadline,
                .newest_first = true}),
        trigger_end_s_(trigger_begin_s + policy.trigger_s),
        limited_(policy.retry_budget < 1),
        budget_(policy.retry_budget, 1) {
    if (policy.drop_expired) small_.world.rpc.drop_expired();
  }

  /// \returns share of the customers at the end that are served in time.
  double run() {
    spawn(no_machine, customers_come());
    small_.run(to_duration(spec::Seconds{end_s}));
    return static_cast<double>(served_) / static_cast<double>(came_);
  }

 private:
  double now_s() const { return to_seconds(small_.world.scheduler.now()).value(); }
  bool is_looked_at() const { return now_s() > end_s - looked_at_s && now_s() < end_s - 1; }

  Task<void> customers_come() {
    for (std::uint64_t number = 0;; ++number) {
      const bool triggered = now_s() >= trigger_begin_s && now_s() < trigger_end_s_;
      const Draw draw({1}, 1, number);
      const double gap = -std::log(draw.uniform64(0)) / (triggered ? trigger_per_s : rate_);
      co_await sim::sleep(small_.world.scheduler, to_duration(spec::Seconds{gap}));
      spawn(no_machine, customer(number));
    }
  }

  Task<void> customer(std::uint64_t number) {
    const bool counts = is_looked_at();
    came_ += counts;
    budget_.note_first(0);
    for (std::uint32_t attempt = 0; attempt < 2; ++attempt) {
      if (attempt > 0 && limited_ && !budget_.take(0)) co_return;
      const double service = -service_s * std::log(Draw({1}, 2, number, attempt).uniform64(0));
      const CallOptions options{.client = small_.on(0), .cpu_share = 0, .timeout = deadline};
      const Reply reply = co_await small_.world.rpc.call(
          options, LegOptions{small_.on(1), to_duration(spec::Seconds{service})});
      if (reply.outcome != Outcome::ok) continue;
      served_ += counts;
      co_return;
    }
  }

  double rate_;
  SmallWorld small_;
  double trigger_end_s_;
  bool limited_;
  RetryBudget budget_;
  std::uint64_t came_ = 0, served_ = 0;
};

double served_share(double load, const Policy& policy) {
  return figures_of([&](Figures& figures) { figures["served"] = (new OpenSystem(load, policy))->run(); }).at("served");
}

planner::Fate fate(double load, const Policy& policy) {
  return served_share(load, policy) > 0.9 ? planner::Fate::recovers : planner::Fate::stays_down;
}

/// The load up to which it recovers; 1 if that is any.
double threshold(const Policy& policy) {
  const planner::MapPlan plan{.loads = {0.3, 1}, .precision = 0.005};
  const auto fate_at = [&](double load, std::size_t, std::size_t) { return fate(load, policy); };
  return planner::map_recovery(plan, fate_at, [] { return false; }).boundaries.front().load().value_or(1);
}

bool metastable(const std::string& name, const std::string& inputs, double expected, double ours) {
  return published_case({"Metastable failures", Kind::dynamics, name, inputs, expected, ours, {.relative = 0.05},
                         "Bronson et al., Metastable Failures in Distributed Systems, HotOS 2021"});
}

}  // namespace

TEST_CASE("metastable failure: one retry each halves the load that a system recovers at", "[metastable]") {
  CHECK(metastable("one retry each: largest load that it recovers from", "of the capacity C; 2 L = C", 0.5, threshold({})));
  const double below = served_share(0.47, {}), above = served_share(0.53, {});
  CHECK(figure("dynamics: served in time at 0.47, long after the trigger", 1, below, 0.01));
  CHECK(figure("dynamics: at 0.53 none, although nearly half of the servers would do", 0, above, 0.01));
}

TEST_CASE("metastable failure: a retry budget of 10 % moves the threshold to 1 / 1.1", "[metastable]") {
  const Policy policy{.retry_budget = 0.1};
  CHECK(metastable("a retry budget of 10 %: largest load that it recovers from", "of the capacity C; 1.1 L = C", 1 / 1.1,
                   threshold(policy)));
}

// How large the trigger is does not matter, as long as it is one: the state that it leaves is the same.
TEST_CASE("metastable failure: the map of load, trigger and retry budget has the boundaries of theory", "[metastable]") {
  const std::vector<double> triggers_s{1, 2}, budgets{1, 0.1};
  const planner::MapPlan plan{.loads = {0.3, 1}, .triggers = triggers_s.size(), .variants = budgets.size(), .precision = 0.02};
  const auto fate_at = [&](double load, std::size_t trigger, std::size_t variant) {
    return fate(load, {.trigger_s = triggers_s[trigger], .retry_budget = budgets[variant]});
  };
  const planner::RecoveryMap map = planner::map_recovery(plan, fate_at, [] { return false; });
  for (const planner::MapBoundary& boundary : map.boundaries) {
    const double budget = budgets[boundary.variant];
    CHECK(metastable(fmt::format("map: {} s of thrice the capacity, retry budget {:.0f} %", triggers_s[boundary.trigger], 100 * budget),
                     "of the capacity C; (1 + b) L = C", 1 / (1 + budget), boundary.load().value()));
  }
}

// In the order of arrival the next to be served is the one whose deadline is nearest: many of them pass it while they
// are served, so that dropping what has expired saves a part of the work only. The newest request has all its time
// left.
TEST_CASE("metastable failure: what servers do not waste work on", "[metastable]") {
  const double dropped = threshold({.drop_expired = true});
  const double newest = threshold({.shedding = Shedding::codel});
  const double both = threshold({.drop_expired = true, .shedding = Shedding::codel});
  std::printf("dynamics: thresholds: expired work dropped %.3f, CoDel with the newest first %.3f, both %.3f\n", dropped,
              newest, both);
  CHECK(dropped > 0.7);
  CHECK(newest > 0.95);
  CHECK(both > 0.95);
}
