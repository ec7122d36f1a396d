#include "planner/gate/stored_experiment.hpp"

#include <functional>

namespace chatsim::planner {
namespace {

using Json = nlohmann::ordered_json;

std::string text_of(const Json& value) { return value.is_string() ? value.get<std::string>() : value.dump(); }

void for_each_leaf(const Json& node, const std::string& path,
                   const std::function<void(const std::string&, const Json&)>& use) {
  if (node.is_object()) {
    for (const auto& [key, child] : node.items()) for_each_leaf(child, path.empty() ? key : path + "." + key, use);
  } else if (node.is_array() && !node.empty() && node.front().is_object()) {
    for (std::size_t i = 0; i < node.size(); ++i) for_each_leaf(node[i], path + "[" + std::to_string(i) + "]", use);
  } else {
    use(path, node);
  }
}

std::optional<StoredExperiment::Run> read_run(const Json& replication) {
  StoredExperiment::Run run;
  if (!replication.is_object() || !replication.contains("seed") || !replication["seed"].is_number_unsigned()) return {};
  run.seed = replication["seed"].get<Seed>();
  if (!replication.contains("numbers")) return run;  // It failed.
  if (!replication["numbers"].is_object()) return {};
  for (const auto& [path, value] : replication["numbers"].items()) {
    if (value.is_number()) run.numbers.emplace(path, value.get<double>());
  }
  return run;
}

}  // namespace

std::vector<double> StoredExperiment::values(std::string_view metric) const {
  std::vector<double> found;
  for (const Run& run : runs) {
    if (const auto value = run.numbers.find(metric); value != run.numbers.end()) found.push_back(value->second);
  }
  return found;
}

std::optional<StoredExperiment> read_stored(const Json& document, std::string& error) {
  const auto fail = [&](const char* what) {
    error = what;
    return std::nullopt;
  };
  if (!document.is_object()) return fail("is no result: not an object");
  for (const char* key : {"scenario", "version"}) {
    if (!document.contains(key) || !document[key].is_string()) return fail("is no result: it has no scenario and version");
  }
  if (!document.contains("resolved_scenario") || !document["resolved_scenario"].is_object())
    return fail("is no result: it has no resolved_scenario");
  if (!document.contains("replications") || !document["replications"].is_array())
    return fail("has no replications: it was written by something else than 'run' or 'check'");
  StoredExperiment stored{document["scenario"], document["version"], document["resolved_scenario"], {}};
  for (const Json& replication : document["replications"]) {
    auto run = read_run(replication);
    if (!run) return fail("has replications without a seed or numbers");
    if (!run->numbers.empty()) stored.runs.push_back(*std::move(run));
  }
  if (stored.runs.empty()) return fail("has no replication with numbers");
  return stored;
}

Json to_json(const StoredExperiment& stored) {
  Json json{{"scenario", stored.name}, {"version", stored.version}};
  json["replications"] = Json::array();
  for (const StoredExperiment::Run& run : stored.runs)
    json["replications"].push_back({{"seed", run.seed}, {"numbers", run.numbers}});
  json["resolved_scenario"] = stored.resolved_scenario;
  return json;
}

std::vector<InputChange> input_changes(const Json& before, const Json& after) {
  std::map<std::string, std::string> old;
  for_each_leaf(before, "", [&](const std::string& path, const Json& value) { old.emplace(path, text_of(value)); });
  std::vector<InputChange> changes;
  for_each_leaf(after, "", [&](const std::string& path, const Json& value) {
    const auto found = old.find(path);
    std::string was = found == old.end() ? "" : found->second, is = text_of(value);
    if (found != old.end()) old.erase(found);
    if (was != is) changes.push_back({path, std::move(was), std::move(is)});
  });
  for (const auto& [path, value] : old) changes.push_back({path, value, ""});
  return changes;
}

}  // namespace chatsim::planner
