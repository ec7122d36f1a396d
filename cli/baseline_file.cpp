#include "cli/baseline_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>

#include "cli/refusal.hpp"

namespace chatsim::cli {
namespace {

using Json = nlohmann::ordered_json;

std::string content_of(const std::string& option, const std::string& path, const char* remedy) {
  std::ifstream file(path, std::ios::binary);
  std::string text{std::istreambuf_iterator<char>(file), {}};
  if (!file || file.bad()) throw Refusal(fmt::format("{}: {}: {}{}", option, path, std::strerror(errno), remedy));
  return text;
}

planner::StoredExperiment stored_of(const std::string& option, const std::string& path, const Json& document) {
  std::string error;
  auto stored = planner::read_stored(document, error);
  if (!stored) throw Refusal(fmt::format("{}: {}: {}", option, path, error));
  return *std::move(stored);
}

}  // namespace

const planner::StoredExperiment* Baseline::find(const std::string& name) const {
  const auto found = std::find_if(experiments.begin(), experiments.end(),
                                  [&](const planner::StoredExperiment& one) { return one.name == name; });
  return found == experiments.end() ? nullptr : &*found;
}

Baseline read_baseline(const std::string& path) {
  const std::string text = content_of("--baseline", path, "; --update-baseline writes it");
  const Json document = Json::parse(text, nullptr, false);
  if (document.is_discarded()) throw Refusal(fmt::format("--baseline: {}: is no JSON; --update-baseline writes it", path));
  if (!document.is_object() || !document.contains("baseline")) return {{stored_of("--baseline", path, document)}};
  Baseline baseline;
  if (!document["baseline"].is_array()) throw Refusal(fmt::format("--baseline: {}: 'baseline' is no list", path));
  for (const Json& one : document["baseline"]) baseline.experiments.push_back(stored_of("--baseline", path, one));
  return baseline;
}

std::string to_text(const Baseline& baseline) {
  Json document;
  document["baseline"] = Json::array();
  for (const planner::StoredExperiment& one : baseline.experiments) document["baseline"].push_back(to_json(one));
  return document.dump(1) + "\n";
}

std::optional<planner::StoredExperiment> find_stored_run(const std::string& option, const std::string& path) {
  const std::string text = content_of(option, path, "");
  if (text.find_first_not_of(" \t\r\n") == std::string::npos || text[text.find_first_not_of(" \t\r\n")] != '{') return {};
  const Json document = Json::parse(text, nullptr, false);
  if (document.is_discarded()) return {};
  return stored_of(option, path, document);
}

}  // namespace chatsim::cli
