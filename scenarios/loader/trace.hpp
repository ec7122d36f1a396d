#pragma once

#include <string>
#include <vector>

#include "scenarios/loader/issue.hpp"
#include "scenarios/spec/faults.hpp"

namespace chatsim::loader {

/// Faults of a file: a line each, `seconds,kind,target,seconds until it is mended`, with # before comments; what may be left
/// out at the end of a line is Fault's default. Mistakes are appended with their place, and their lines left out.
///
///     # when, what, whom, how long
///     12.5,crash,gateway 17,300
///     80,unplug,rack 3
std::vector<spec::Fault> parse_trace(const std::string& path, const std::string& text, std::vector<Issue>& issues);

}  // namespace chatsim::loader
