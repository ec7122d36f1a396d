#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "planner/gate/budgets.hpp"
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
  double before = 0, now = 0;            ///< Means.
  std::optional<spec::Interval> change;  ///< now / before - 1.
  bool paired = false;                   ///< Seed by seed; otherwise of two independent sets of runs.
  Guard::Worse worse = Guard::Worse::up;
};

struct RegressionOptions {
  double allowed = 0.05;  ///< Of the figure of the baseline.
  double with_confidence = confidence;
};

/// Runs with the seeds of the baseline had the same users do the same, so that what chance does to both cancels out: where
/// two seeds or more are in both, only these count, in pairs. Otherwise the two sets are compared as independent ones, whose
/// interval is wider. The interval takes the mean of the baseline for exact. A figure is not worse where the whole interval
/// of its change is within what is allowed, and worse where all of it is beyond; without an interval the change decides.
std::vector<RegressionVerdict> judge_regressions(const std::vector<Guard>& guards, const StoredExperiment& baseline,
                                                 std::span<const StoredExperiment::Run> runs,
                                                 const RegressionOptions& options);

}  // namespace chatsim::planner
