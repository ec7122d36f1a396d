#pragma once

#include "cli/command.hpp"

namespace chatsim::cli {

/// chatsim availability SCENARIO
void add_availability_command(CLI::App& program, Action& chosen);

}  // namespace chatsim::cli
