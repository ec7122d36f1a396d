#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "scenarios/loader/provenance.hpp"
#include "scenarios/spec/scenario.hpp"

namespace chatsim::loader {

/// The resolved scenario, one line a field, with the origin of each value:
/// `services.gateway.machines: 40000    # chat_2b.yaml:12:15 (default 40000)`.
std::string explain(const spec::Scenario& scenario, const Provenance& provenance);

/// The same as an array of {path, value, default, unit-bearing texts, origin: {kind, file, line, column}}
/// with kind one of "default", "file", "--set", "--seed", "--slice".
nlohmann::ordered_json explain_json(const spec::Scenario& scenario, const Provenance& provenance);

}  // namespace chatsim::loader
