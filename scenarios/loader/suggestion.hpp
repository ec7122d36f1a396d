#pragma once

#include <string>
#include <string_view>

#include "scenarios/spec/field_tree.hpp"

namespace chatsim::loader {

/// What may have been meant by an unknown key of a section: a key spelt nearly so, the same key elsewhere in
/// the scenario, or else the list of what is allowed.
std::string suggest_key(std::string_view unknown, const spec::FieldNode& section);

/// The same for a dotted path: the whole paths that resemble it.
std::string suggest_path(std::string_view unknown);

}  // namespace chatsim::loader
