#pragma once

#include <nlohmann/json_fwd.hpp>

#include "planner/experiment/replicate.hpp"
#include "planner/experiment/warmup.hpp"

namespace chatsim::cli {

/// What run.json says of an experiment beside the means: `intervals` by path, `replications` in the order of their
/// seeds, `warmup`, and `experiment`, how it ended.
nlohmann::ordered_json experiment_json(const planner::Experiment& experiment, const planner::Warmup& warmup);

}  // namespace chatsim::cli
