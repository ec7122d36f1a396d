#pragma once

#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "planner/experiment/replicate.hpp"

namespace chatsim::planner {

/// What files keep of a scenario and its replications: run.json, and the baselines of checks.
struct StoredExperiment {
  struct Run {
    Seed seed = 0;
    std::map<std::string, double, std::less<>> numbers;  ///< By path of run.json; only of what was measured.
  };
  std::string name;     ///< Of the scenario.
  std::string version;  ///< Of the program.
  nlohmann::ordered_json resolved_scenario;
  std::vector<Run> runs;

  /// Of the runs that have it.
  std::vector<double> values(std::string_view metric) const;
};

/// An object with scenario, version, resolved_scenario and replications. \returns nothing and sets `error` where it is
/// something else.
std::optional<StoredExperiment> read_stored(const nlohmann::ordered_json& document, std::string& error);
nlohmann::ordered_json to_json(const StoredExperiment& stored);

/// A field with another value, as it is written in files.
struct InputChange {
  std::string path, before, after;  ///< Empty: it is not there.
};
/// All that differs, in the order of the second.
std::vector<InputChange> input_changes(const nlohmann::ordered_json& before, const nlohmann::ordered_json& after);

}  // namespace chatsim::planner
