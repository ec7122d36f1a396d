#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "cli/paint.hpp"
#include "planner/search/capacity.hpp"

namespace chatsim::cli {

/// How much load holds, what breaks first beyond it, and every load that was tried. Ends with a newline.
std::string capacity_report(const spec::Scenario& scenario, const planner::Capacity& capacity, const Paint& paint);
nlohmann::ordered_json capacity_json(const spec::Scenario& scenario, const planner::Capacity& capacity);

}  // namespace chatsim::cli
