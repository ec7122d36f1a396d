#pragma once

#include <array>
#include <optional>
#include <vector>

#include "planner/experiment/replicate.hpp"
#include "planner/gate/budgets.hpp"
#include "planner/gate/regressions.hpp"

namespace chatsim::planner {

struct GateOptions {
  /// Replications, no more and no fewer; nothing: as many as it takes, see run_gate.
  std::optional<std::size_t> replications;
  std::optional<spec::Seconds> max_time;  ///< Of wall clock; the first replication is waited for in any case.
  const StoredExperiment* baseline = nullptr;  ///< None: nothing is compared.
  double allowed_regression = 0.05;
  std::vector<std::string> guards;  ///< See guards_of.
  /// Whether it ends as soon as one budget is missed for certain, though others are open.
  enum class Ends { when_all_is_decided, at_the_first_miss };
  Ends ends = Ends::when_all_is_decided;
};

/// Whether a scenario passes, and what it is judged by.
struct GateOutcome {
  std::vector<Replication> replications;  ///< Those that failed included.
  Ending ending = Ending::all_done;
  double confidence = planner::confidence;  ///< Of each interval.
  std::vector<BudgetVerdict> budgets;
  std::vector<RegressionVerdict> regressions;
  std::vector<Guard> guards;
  std::vector<StoredExperiment::Run> runs;  ///< The guarded figures, to be a baseline.
  std::vector<std::string> unknown_guards;

  std::vector<const spec::Result*> results() const;
  Standing standing() const;
};

/// Numbers of replications after which a gate looks whether all is decided.
inline constexpr std::array<std::size_t, 3> looks{5, 10, 20};

/// Replicates a scenario until each of its budgets, and each guarded figure beside a baseline, is met or missed for certain:
/// at most as often as the last of the looks, after which what is still open is inconclusive. Looking three times would err
/// three times as often, so that each look errs a third as often (Bonferroni): what is decided is right with 95 %
/// confidence for each budget. Seeds are those of replicate().
GateOutcome run_gate(const spec::Scenario& scenario, const GateOptions& options, const Batch& batch);

}  // namespace chatsim::planner
