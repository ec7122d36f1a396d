#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "planner/experiment/statistics.hpp"
#include "planner/gate/stored_experiment.hpp"

namespace chatsim::planner {

/// How a figure of one set of runs differs from that of another.
struct Difference {
  std::string metric;
  double before = 0, now = 0;             ///< Means, over the runs that count.
  std::optional<spec::Interval> interval;  ///< Of now - before; nothing with too few runs.
  bool paired = false;                    ///< Seed by seed; otherwise of two independent sets of runs.

  /// now / before - 1; nothing where there was nothing.
  std::optional<double> change() const;
  /// Whether the interval leaves no doubt that they differ.
  bool is_certain() const { return interval && !interval->contains(0); }
};

/// Runs with the same seed had the same users do the same, so that what chance does to both cancels out (common random
/// numbers): where two seeds or more are in both, only these count, in pairs. Otherwise the two sets are compared as
/// independent ones, whose interval is wider. Nothing where one of them has no such figure.
std::optional<Difference> find_difference(const std::string& metric, std::span<const StoredExperiment::Run> before,
                                          std::span<const StoredExperiment::Run> now,
                                          double with_confidence = confidence);

/// Of every figure that both have, by path.
std::vector<Difference> differences(const StoredExperiment& before, const StoredExperiment& now,
                                    double with_confidence = confidence);

}  // namespace chatsim::planner
