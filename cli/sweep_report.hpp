#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "cli/paint.hpp"
#include "planner/sweep/sweep.hpp"

namespace chatsim::cli {

/// A line a point: its values, how often it was simulated, and the mean of every figure. Empty: there is none.
std::string sweep_csv(const planner::Sweep& sweep, const planner::SweepFile& file);
nlohmann::ordered_json sweep_json(const planner::Sweep& sweep, const planner::SweepFile& file);

/// The first points with what an architect decides by. Ends with a newline.
std::string sweep_report(const planner::Sweep& sweep, const planner::SweepFile& file, const Paint& paint);

}  // namespace chatsim::cli
