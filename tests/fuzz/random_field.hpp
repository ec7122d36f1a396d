#pragma once

#include <optional>
#include <string>

#include "scenarios/spec/field_tree.hpp"
#include "tests/dice.hpp"

namespace chatsim::fuzz {

/// Another value of a field, as its text: of its kind, in the neighbourhood of the one it has. Nothing where none is known.
std::optional<std::string> random_value(const spec::FieldNode& field, const std::string& now, tests::Dice& dice);

}  // namespace chatsim::fuzz
