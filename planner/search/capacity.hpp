#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "planner/gate/gate.hpp"
#include "scenarios/spec/scenario.hpp"

namespace chatsim::planner {

/// Simulates a scenario until it is certain whether its budgets hold.
using Judge = std::function<GateOutcome(const spec::Scenario&)>;

struct CapacityOptions {
  double precision = 0.02;  ///< Of the load that holds, how far the one that does not is away at most.
  std::size_t probes_max = 40;
};

/// A load that was tried.
struct LoadProbe {
  double load_factor = 0;
  Standing standing = Standing::no_data;
  std::vector<BudgetVerdict> budgets;
  std::size_t runs = 0;
  std::string busiest_tier;
  double utilisation = 0;  ///< Of that tier.
};

/// How much load a fleet holds. Budgets are taken to hold below a load that they hold at: what a fleet can do less of it can do.
struct Capacity {
  double guess = 0;              ///< By the queueing network: where the first tier is as utilised as is allowed.
  std::optional<double> holds;   ///< The largest load at which every budget is met for certain.
  std::optional<double> breaks;  ///< The smallest at which one is missed for certain.
  std::vector<LoadProbe> probes;  ///< By load.
  bool complete = false;         ///< As precise as was asked for, but for loads at which it stays open.

  const LoadProbe* probe_at(double load_factor) const;
  /// What is missed first beyond what holds, the furthest off first; of a probe that stayed open, what is open.
  std::vector<BudgetVerdict> first_to_break() const;
};

/// Finds by bisection, in ratios, the largest population.load_factor at which a scenario holds its budgets (requirements).
/// Loads at which it stays open belong to neither side: the search goes on at both ends of what is open.
Capacity find_capacity(const spec::Scenario& scenario, const CapacityOptions& options, const Judge& judge);

}  // namespace chatsim::planner
