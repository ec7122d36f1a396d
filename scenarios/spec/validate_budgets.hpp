#pragma once

#include <vector>

#include "scenarios/spec/validate.hpp"

namespace chatsim::spec {

/// Budgets that cannot be read, or are about a figure that no run of the scenario has.
void check_budgets(const Scenario& scenario, std::vector<Issue>& issues);

}  // namespace chatsim::spec
