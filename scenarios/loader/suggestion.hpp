#pragma once

#include <string>
#include <string_view>

#include "scenarios/spec/field_tree.hpp"

namespace chatsim::loader {

/// Insertions, deletions, substitutions and swaps of neighbours that lead from one text to the other; where they are more than
/// `most`, a number above it.
std::size_t edit_distance(std::string_view from, std::string_view to, std::size_t most = std::string_view::npos);

/// What may have been meant by an unknown key of a section: a key spelt nearly so, the same key elsewhere in
/// the scenario, or else the list of what is allowed.
std::string suggest_key(std::string_view unknown, const spec::FieldNode& section);

/// The same for a dotted path: the whole paths that resemble it.
std::string suggest_path(std::string_view unknown);

}  // namespace chatsim::loader
