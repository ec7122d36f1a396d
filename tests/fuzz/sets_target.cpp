#include <functional>

#include "tests/fuzz/scenario_checks.hpp"
#include "tests/fuzz/target.hpp"
#include "tests/fuzz/words.hpp"

// --set PATH=VALUE on the command line: each line of the text is one.

namespace chatsim::fuzz {
namespace {

void run(std::string_view text) {
  std::vector<std::string> sets;
  while (!text.empty()) {
    const auto end = text.find('\n');
    // An argument of a program ends at its first byte 0.
    sets.emplace_back(std::string(text.substr(0, end)).c_str());
    if (end == std::string_view::npos) break;
    text.remove_prefix(end + 1);
  }
  const auto read = reader_of({{"a.yaml", "name: a\n"}});
  const loader::LoadOutcome outcome = loader::load({"a.yaml", sets, {}, {}, read});
  check_outcome(outcome);
  if (!outcome.scenario) return;
  check_outcome(loader::load_variant(*outcome.scenario, {"b", "", sets, read}));
  // Nearly every text is a scenario here, and its forms take a hundred times as long to look at as to read it.
  if (std::hash<std::string_view>{}(text) % 64 == 0) check_forms(outcome);
}

std::vector<std::string> words() {
  std::vector<std::string> words = scenario_words();
  for (const std::string& path : field_paths()) words.push_back(path + "=");
  return words;
}

}  // namespace

const Target target{"sets", run, words};

}  // namespace chatsim::fuzz
