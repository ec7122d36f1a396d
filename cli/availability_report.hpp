#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "cli/paint.hpp"
#include "planner/durability/availability.hpp"
#include "scenarios/spec/scenario.hpp"

namespace chatsim::cli {

std::string availability_report(const spec::Scenario& scenario, const planner::AvailabilityOptions& options,
                                const planner::Availability& found, const Paint& paint);
nlohmann::ordered_json availability_json(const spec::Scenario& scenario, const planner::AvailabilityOptions& options,
                                         const planner::Availability& found);

}  // namespace chatsim::cli
