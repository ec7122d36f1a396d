#pragma once

#include <nlohmann/json_fwd.hpp>

namespace chatsim::loader {

/// A JSON schema (draft-07, which editors know best) of the scenario format, made from the field lists:
/// types, units, bounds, defaults, docs. It is looser than the loader where a schema has no words: bounds of
/// quantities, the inside of distributions, checks across fields.
nlohmann::ordered_json schema();

}  // namespace chatsim::loader
