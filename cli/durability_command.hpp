#pragma once

#include "cli/command.hpp"

namespace chatsim::cli {

/// chatsim durability SCENARIO
void add_durability_command(CLI::App& program, Action& chosen);

}  // namespace chatsim::cli
