#pragma once

#include <map>
#include <string>

#include "scenarios/loader/load.hpp"

namespace chatsim::fuzz {

/// Files that exist in memory alone.
using Files = std::map<std::string, std::string>;
loader::FileReader reader_of(const Files& files);

/// Requires that there is a scenario or a reason why not, and that each reason is one line of text with a place.
void check_outcome(const loader::LoadOutcome& outcome);
/// Requires that a scenario comes back from each form in which the program writes it, and can be explained.
void check_forms(const loader::LoadOutcome& outcome);

}  // namespace chatsim::fuzz
