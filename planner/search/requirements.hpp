#pragma once

#include <vector>

#include "scenarios/spec/scenario.hpp"

namespace chatsim::planner {

/// What a fleet has to hold: the budgets of the scenario, or where it has none those that its planning section stands for:
/// utilisation of every tier, p99 of send_to_ack and of client_to_client (which is when the device shows a message), and
/// nothing failed nor lost.
std::vector<spec::Budget> requirements(const spec::Scenario& scenario);

}  // namespace chatsim::planner
