#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "cli/paint.hpp"
#include "planner/search/recovery_map.hpp"
#include "planner/sweep/axis.hpp"

namespace chatsim::cli {

/// What a map was made of.
struct MapAxes {
  std::string scenario;
  planner::Axis load;
  std::vector<double> loads;  ///< Of the picture.
  planner::Axis trigger;
  std::optional<planner::Axis> variant;
};

/// A picture of letters for each variant, and the boundary beside it. Ends with a newline.
std::string map_report(const MapAxes& axes, const planner::RecoveryMap& map, const Paint& paint);
nlohmann::ordered_json map_json(const MapAxes& axes, const planner::RecoveryMap& map);
/// A line for each variant, trigger and load: what becomes of the service there.
std::string map_csv(const MapAxes& axes, const planner::RecoveryMap& map);

}  // namespace chatsim::cli
