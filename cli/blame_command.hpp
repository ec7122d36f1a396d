#pragma once

#include "cli/command.hpp"

namespace chatsim::cli {

void add_blame_command(CLI::App& program, Action& chosen);

}  // namespace chatsim::cli
