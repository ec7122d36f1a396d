#include "cli/explain_command.hpp"

#include <CLI/CLI.hpp>
#include <memory>
#include <nlohmann/json.hpp>

#include "cli/output.hpp"
#include "scenarios/loader/explain.hpp"

namespace chatsim::cli {
namespace {

struct ExplainOptions {
  ScenarioOptions scenario;
  std::string json;
};

ExitCode explain(const ExplainOptions& options) {
  const loader::LoadOutcome outcome = load_or_complain(options.scenario);
  if (!outcome.scenario) return ExitCode::wrong_input;
  if (!options.json.empty()) {
    const std::string json = loader::explain_json(*outcome.scenario, outcome.provenance).dump(2) + "\n";
    write_file_or_standard_output("--json", options.json, json);
  }
  if (options.json != "-") write_standard_output(loader::explain(*outcome.scenario, outcome.provenance));
  return ExitCode::done;
}

}  // namespace

void add_explain_command(CLI::App& program, Action& chosen) {
  CLI::App& command = *program.add_subcommand(
      "explain",
      "Print the resolved scenario: every value, and the file, option or default that it comes from");
  const auto options = std::make_shared<ExplainOptions>();
  add_scenario_options(command, options->scenario);
  add_json_option(command, options->json, "The same as JSON");
  command.footer(
      "Examples:\n"
      "  chatsim explain scenarios/chat_2b.yaml\n"
      "  chatsim explain scenarios/small.yaml --set services.profile.machines=4 | grep -- --set\n"
      "\n"
      "Exit codes: 0 done, 2 the scenario or the call is wrong.");
  command.callback([options, &chosen] { chosen = [options] { return explain(*options); }; });
}

}  // namespace chatsim::cli
