#pragma once

#include <nlohmann/json_fwd.hpp>

#include "scenarios/spec/scenario.hpp"

namespace chatsim::json {

/// The whole scenario, defaults included, in the input language: the keys are those of the YAML and
/// quantities keep their units as text ("10ms", "25Gbit/s"), plain numbers are numbers. Since JSON is YAML,
/// the loader reads it back as the same scenario: a run can be repeated from the run.json that it left.
nlohmann::ordered_json to_json(const spec::Scenario& scenario);

}  // namespace chatsim::json
