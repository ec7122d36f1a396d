#pragma once

#include <string>

#include "planner/estimate/figure.hpp"
#include "scenarios/spec/scenario.hpp"

namespace chatsim::planner {

/// How far a published figure is off and the arithmetic that shows it: "10 times too large: 1,500 d x 100
/// billion x 800 B = 120 PB". Empty unless it differs.
std::string difference_note(const Figure& figure);

/// What the scenario says of a figure beyond its value, with numbers of this scenario: what the formula
/// leaves out. Empty for most.
std::string scenario_note(const std::string& name, const spec::Scenario& scenario);

}  // namespace chatsim::planner
