#pragma once

#include <optional>
#include <string>
#include <vector>

#include "planner/plan/cost.hpp"
#include "planner/plan/not_modelled.hpp"
#include "planner/plan/robustness.hpp"
#include "planner/plan/sizing.hpp"
#include "planner/plan/ways.hpp"
#include "scenarios/spec/result.hpp"
#include "scenarios/spec/validate.hpp"

namespace chatsim::planner {

/// A tier that is offered more than it can serve, so that its queues grow without end.
struct Unstable {
  std::string tier;
  double offered = 0;          ///< Of what it can serve: above 1.
  std::vector<StationLoad> by_cause;  ///< The largest first; they sum to the share of threads.
  int machines = 0;
  int smallest_stable = 0;     ///< Machines from which on queues do not grow.
  int within_utilisation = 0;  ///< From which on the utilisation allowed holds at this load.
  int at_peak = 0;             ///< What the budgets ask for at the peak.
};

/// Visits: how often an operation is asked for, for each message.
struct Visits {
  std::string tier, step;
  double per_message = 0;
  spec::PerSecond requests;
};

/// What the queueing network says of a scenario.
struct Plan {
  /// In the form of a simulation's: tiers, latencies, storage. One second is "measured", so that counts are rates.
  /// Latencies and waits are there only if every tier is stable.
  spec::Result result;
  std::vector<Visits> visits;
  std::vector<Unstable> unstable;
  Fleet fleet;
  Cost cost_of_scenario, cost_of_fleet;
  /// Machines at the peak, spares included, for twice the users and twice the messages.
  Fleet doubled;
  std::vector<SinglePoint> single_points;
  std::vector<Bisection> bisections;
  std::vector<NotModelled> not_modelled;
  std::vector<Approximation> approximations;
};

/// What no plan can be made of: service times whose variance is infinite have no mean wait.
std::vector<spec::Issue> obstacles(const spec::Scenario& scenario);

/// Of a scenario without obstacles.
Plan plan(const spec::Scenario& scenario);

}  // namespace chatsim::planner
