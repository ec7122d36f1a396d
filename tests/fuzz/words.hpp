#pragma once

#include <string>
#include <vector>

namespace chatsim::fuzz {

/// From the field lists: names of all fields and sections, their choices, units and defaults.
std::vector<std::string> scenario_words();
/// Dotted paths of all fields, those of the first item of each list among them.
std::vector<std::string> field_paths();
/// All units, and the forms of a distribution.
std::vector<std::string> quantity_words();
/// Kinds of faults, tiers and failure domains.
std::vector<std::string> fault_words();

}  // namespace chatsim::fuzz
