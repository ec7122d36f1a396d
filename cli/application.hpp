#pragma once

#include "cli/exit_code.hpp"

namespace chatsim::cli {

/// The whole program: parses the call, carries it out, and turns whatever happens into an exit code with a
/// line on standard error.
ExitCode run_application(int argument_count, const char* const* arguments);

}  // namespace chatsim::cli
