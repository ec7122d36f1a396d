#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "cli/paint.hpp"
#include "planner/blame/check.hpp"

namespace chatsim::cli {

/// Which of the tables; all of a kind where it is empty.
struct BlameShown {
  std::string latency, quantile;
  double faster = 0.2;
  std::size_t slowest = 3;  ///< Exemplars of each latency.
};

/// A hop that was made faster, and simulated so.
struct SimulatedHop {
  std::string hop;
  std::string change;
  std::vector<planner::CheckedGain> gains;
};

/// Hop by hop for each latency and quantile, and the slowest messages.
std::string blame_report(const planner::Experiment& experiment, const BlameShown& shown, const Paint& paint);
/// Calculated beside simulated.
std::string simulated_report(const std::vector<SimulatedHop>& hops, const BlameShown& shown, const Paint& paint);
/// For a run that was about something else: of each latency what owns its p99. Empty where nothing was followed.
std::string blame_summary(const spec::Result& result, const Paint& paint);

nlohmann::ordered_json blame_json(const planner::Experiment& experiment, const std::vector<SimulatedHop>& hops,
                                  double faster);

}  // namespace chatsim::cli
