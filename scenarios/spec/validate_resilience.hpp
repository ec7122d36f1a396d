#pragma once

#include <vector>

#include "scenarios/spec/scenario.hpp"
#include "scenarios/spec/validate.hpp"

namespace chatsim::spec {

// The part of validate() that is about shedding and hedges.

/// What does not go together: how long requests may wait in each tier, and whom hedged reads could ask.
void check_resilience(const Scenario& scenario, std::vector<Issue>& issues);

}  // namespace chatsim::spec
