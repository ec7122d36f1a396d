#pragma once

#include <vector>

#include "scenarios/spec/validate.hpp"

namespace chatsim::spec {

/// The part of validate() that is about faults: what they befall exists, and what they need is said.
void check_faults(const Scenario& scenario, std::vector<Issue>& issues);

}  // namespace chatsim::spec
