#pragma once

#include <string>
#include <vector>

#include "planner/plan/service_graph.hpp"
#include "planner/queueing/erlang.hpp"

namespace chatsim::planner {

/// What one kind of request brings to a tier.
struct StationLoad {
  std::string step;
  spec::PerSecond requests;
  double utilisation = 0;  ///< Of the threads of the whole tier.
};

/// Waits at a machine that stands for a part of the tier's: of a ring some serve more than others.
struct PartWaiting {
  double share = 1;  ///< Of the tier's requests.
  Waiting waiting;
};

/// A tier as a queue: the rates of all requests to it, how busy that makes it, and how long they wait.
struct Station {
  TierOfScenario tier;
  std::vector<StationLoad> loads;
  spec::PerSecond offered;
  spec::Seconds service;   ///< Mean over requests.
  double service_scv = 0;  ///< Over requests of all kinds.
  double companions = 0;   ///< Mean over requests: others that come to the tier with them (Operation::companions).
  double threads_utilised = 0, cores_utilised = 0;
  /// In front of threads, then of cores, the mean over machines of unequal load; nothing where the tier is not stable.
  Waiting for_thread, for_core;
  std::vector<PartWaiting> parts_for_thread, parts_for_core;  ///< The same machine by machine.

  double utilisation() const { return std::max(threads_utilised, cores_utilised); }
  /// Of the machine that has to serve most, three standard deviations above the mean.
  double utilisation_max() const { return utilisation() * (1 + 3 * tier.imbalance); }
  bool cores_limit() const { return cores_utilised > threads_utilised; }
  bool stable() const { return utilisation() < 1; }
  spec::Seconds wait() const { return for_thread.mean + for_core.mean; }

  /// What a request of a burst waits for those that came with it, on average at the same instant: `companions` of them on
  /// the whole tier, beside what the tier waits anyway.
  Waiting behind(double companions) const;

  /// The same load on another number of machines.
  Station with_machines(int machines) const;
};

/// All tiers of a scenario, in the order of tiers_of(). \param rates of the graph's operations.
std::vector<Station> stations(const spec::Scenario& scenario, const ServiceGraph& graph,
                              const std::vector<spec::PerSecond>& rates);

}  // namespace chatsim::planner
