#pragma once

#include <string>

#include "scenarios/spec/scenario.hpp"

namespace chatsim::tests {

/// A scenario of the catalogue, for tests of rooms that do not know YAML. Throws std::runtime_error with the
/// issues.
spec::Scenario load_scenario(const std::string& path);

}  // namespace chatsim::tests
