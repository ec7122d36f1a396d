#pragma once

#include <string>

#include "cli/marks.hpp"
#include "scenarios/spec/result.hpp"

namespace chatsim::cli {

/// What users did beside sending, a line each: mailboxes, statuses, sessions, connections, the profile cache
/// and pictures. What nobody did has no line; every line ends with a newline. Something must have been
/// measured.
std::string workload_lines(const spec::Result& result, const Marks& marks);

}  // namespace chatsim::cli
