#include "tests/fuzz/scenario_checks.hpp"

#include <nlohmann/json.hpp>

#include "scenarios/json/scenario_json.hpp"
#include "scenarios/loader/dump.hpp"
#include "scenarios/loader/explain.hpp"
#include "scenarios/spec/utf8.hpp"
#include "tests/fuzz/target.hpp"

namespace chatsim::fuzz {
namespace {

/// Keys and values are cut to 120 characters at most; some issues list all names that are allowed.
constexpr std::size_t line_max = 2000;

void check_issue(const loader::Issue& issue) {
  const std::string line = to_text(issue);
  require(!issue.position.file.empty(), "an issue says where", line);
  require(!issue.message.empty(), "an issue says what", line);
  require(line.find('\n') == std::string::npos, "an issue is one line", line);
  require(line.size() <= line_max, "an issue is no longer than a line can be", line);
  require(spec::find_ill_formed(line) == line.size(), "an issue is UTF-8", line);
}

/// The scenario that a text of ours is read as.
void check_comes_back(const std::string& text, const std::string& yaml, const char* what) {
  const loader::LoadOutcome again = loader::load({"a.yaml", {}, {}, {}, reader_of({{"a.yaml", text}})});
  require(again.scenario.has_value(), what, again.issues.empty() ? "" : to_text(again.issues.front()) + "\n" + text);
  const std::string back = loader::to_yaml(*again.scenario);
  require(back == yaml, what, yaml + "--- came back as\n" + back);
}

}  // namespace

loader::FileReader reader_of(const Files& files) {
  return [files](const std::string& path, loader::FileKind) {
    const auto found = files.find(path);
    if (found == files.end()) return loader::FileText{"", "cannot read the file: No such file or directory", ""};
    return loader::FileText{found->second, "", path};
  };
}

void check_outcome(const loader::LoadOutcome& outcome) {
  require(outcome.scenario.has_value() == outcome.issues.empty(), "there is a scenario or a reason why not");
  for (const loader::Issue& issue : outcome.issues) check_issue(issue);
}

void check_forms(const loader::LoadOutcome& outcome) {
  if (!outcome.scenario) return;
  const spec::Scenario& scenario = *outcome.scenario;
  const std::string yaml = loader::to_yaml(scenario);
  check_comes_back(yaml, yaml, "what is written as YAML is read as the same");
  check_comes_back(json::to_json(scenario).dump(1), yaml, "what is written as JSON is read as the same");
  const std::string lines = loader::explain(scenario, outcome.provenance);
  require(lines.ends_with("\n"), "every field is explained", lines);
  // Throws what is no JSON.
  require(!loader::explain_json(scenario, outcome.provenance).dump().empty(), "every field is explained");
}

}  // namespace chatsim::fuzz
