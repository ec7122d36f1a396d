#pragma once

#include <optional>
#include <string>
#include <vector>

#include "planner/gate/stored_experiment.hpp"

namespace chatsim::cli {

/// What a check is compared with.
struct Baseline {
  std::vector<planner::StoredExperiment> experiments;

  /// By the name of the scenario.
  const planner::StoredExperiment* find(const std::string& name) const;
};

/// Throws Refusal where the file cannot be read or is something else. run.json is a baseline of one scenario.
Baseline read_baseline(const std::string& path);
std::string to_text(const Baseline& baseline);

/// One run.json, or nothing where the file is no JSON. Throws Refusal where it is JSON of something else.
std::optional<planner::StoredExperiment> find_stored_run(const std::string& option, const std::string& path);

}  // namespace chatsim::cli
