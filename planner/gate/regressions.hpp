#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "planner/gate/budgets.hpp"
#include "planner/gate/differences.hpp"
#include "planner/gate/stored_experiment.hpp"

namespace chatsim::planner {

/// A figure that may not become worse.
struct Guard {
  enum class Worse { up, down };
  std::string metric;
  Worse worse = Worse::up;
};

/// Which figures are watched: those of the budgets, in the direction that they limit; beside these what `patterns` name
/// (paths of run.json, * for any name), or without patterns the p99 of every latency with at least 1,000 samples and the
/// utilisation of every tier above 1 %. \returns patterns that name nothing in `unknown`.
std::vector<Guard> guards_of(const std::vector<spec::Budget>& budgets, const spec::Result& first,
                             const std::vector<std::string>& patterns, std::vector<std::string>& unknown);

/// The guarded figures of a run.
StoredExperiment::Run run_of(Seed seed, const spec::Result& result, const std::vector<Guard>& guards);

/// How a guarded figure differs from that of a baseline.
struct RegressionVerdict {
  Standing standing = Standing::no_data;  ///< missed: it has become worse by more than is allowed.
  std::string metric;
  Guard::Worse worse = Guard::Worse::up;
  std::optional<Difference> difference;   ///< Nothing: not both have it.
};

struct RegressionOptions {
  double allowed = 0.05;  ///< Of the figure of the baseline.
  double with_confidence = confidence;
};

/// A figure is not worse where the whole interval of its change (find_difference) is within what is allowed, and worse where
/// all of it is beyond; without an interval the change decides. What the baseline was in the mean is taken for exact.
std::vector<RegressionVerdict> judge_regressions(const std::vector<Guard>& guards, const StoredExperiment& baseline,
                                                 std::span<const StoredExperiment::Run> runs,
                                                 const RegressionOptions& options);

}  // namespace chatsim::planner
