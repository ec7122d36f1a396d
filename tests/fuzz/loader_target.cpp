#include "tests/fuzz/scenario_checks.hpp"
#include "tests/fuzz/target.hpp"
#include "tests/fuzz/words.hpp"

// A scenario's whole way: text, YAML, fields, checks across fields, issues; and where it is one, back again.

namespace chatsim::fuzz {
namespace {

/// Lines of this divide the text into files; without one all of it is the first.
constexpr std::string_view divider = "\n%%%%\n";
constexpr const char* names[] = {"a.yaml", "b.yaml", "c.yaml", "trace.csv"};

Files files_of(std::string_view text) {
  Files files;
  for (const char* name : names) {
    const auto end = text.find(divider);
    files[name] = text.substr(0, end);
    if (end == std::string_view::npos) break;
    text.remove_prefix(end + divider.size());
  }
  return files;
}

void run(std::string_view text) {
  const auto read = reader_of(files_of(text));
  const loader::LoadOutcome outcome = loader::load({"a.yaml", {}, {}, {}, read});
  check_outcome(outcome);
  check_forms(outcome);
  // The same as what changes of a service that runs.
  static const spec::Scenario running = *loader::load({"a.yaml", {}, {}, {}, reader_of({{"a.yaml", "name: a\n"}})}).scenario;
  check_outcome(loader::load_variant(running, {"b", "a.yaml", {}, read}));
}

}  // namespace

const Target target{"loader", run, scenario_words};

}  // namespace chatsim::fuzz
