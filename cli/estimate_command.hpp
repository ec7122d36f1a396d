#pragma once

#include "cli/command.hpp"

namespace chatsim::cli {

void add_estimate_command(CLI::App& program, Action& chosen);

}  // namespace chatsim::cli
