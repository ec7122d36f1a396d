#pragma once

#include <optional>
#include <string>
#include <vector>

#include "planner/plan/station.hpp"
#include "planner/queueing/lattice.hpp"

namespace chatsim::planner {

/// How long an operation takes from end to end.
struct Way {
  std::string name;  ///< As in run.json: send_to_ack, send_to_deliver, ...
  spec::PerSecond rate{};
  spec::Seconds mean{}, p50{}, p90{}, p99{}, p999{};
};

/// The end-to-end latencies of a scenario whose tiers are all stable, each the convolution of its hops: waiting and
/// service at every tier, quorums as order statistics, fork and join as a maximum, the network by its mean.
std::vector<Way> ways(const spec::Scenario& scenario, const std::vector<Station>& stations);

/// Only these two, which the budgets are about.
struct BudgetedWays {
  Way send_to_ack, send_to_deliver;
};
BudgetedWays budgeted_ways(const spec::Scenario& scenario, const std::vector<Station>& stations);

/// From one host to another that is chosen at random, without queueing.
spec::Seconds mean_network_latency(const spec::Datacenter& datacenter);

/// A simplification that the plan makes, and by how much it is known to be off.
struct Approximation {
  std::string what, error;
};
std::vector<Approximation> approximations();

}  // namespace chatsim::planner
