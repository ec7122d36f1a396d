#pragma once

#include <nlohmann/json_fwd.hpp>
#include <stdexcept>

#include "scenarios/spec/result.hpp"

namespace chatsim::json {

/// A document that is not a result: the path of the key and what is wrong with it, "latency.login.p99_ms: is
/// missing".
class NotAResult : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// What run.json holds of a result. Vectors of named things become objects by name in the order of the
/// vector; the unit ends each name (`p99_ms`). Text drops infinities (they become null); CBOR keeps them.
/// Throws std::invalid_argument when two things of one vector have the same name.
nlohmann::ordered_json to_json(const spec::Result& result);

/// The result that `to_json` gives this document for, to the last bit. Against the result it was made from,
/// times may differ by a unit in the last place of a double, since seconds are written in milliseconds. Other
/// keys are ignored; null is read as infinite where a time is expected, else as not-a-number. Throws
/// NotAResult.
spec::Result result_from_json(const nlohmann::ordered_json& document);

}  // namespace chatsim::json
