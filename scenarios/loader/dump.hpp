#pragma once

#include <string>

#include "scenarios/spec/scenario.hpp"

namespace chatsim::loader {

/// The whole scenario as YAML, defaults included; `load` reads it back as the same scenario.
std::string to_yaml(const spec::Scenario& scenario);

}  // namespace chatsim::loader
