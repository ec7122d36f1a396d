#include "cli/explain_command.hpp"

#include <CLI/CLI.hpp>
#include <memory>
#include <nlohmann/json.hpp>

#include "cli/output.hpp"
#include "scenarios/loader/explain.hpp"
#include "scenarios/spec/metrics.hpp"

namespace chatsim::cli {
namespace {

struct ExplainOptions {
  ScenarioOptions scenario;
  std::string json;
  bool metrics = false;
};

/// What a budget of the scenario can be about, a line each.
std::string metrics_text(const spec::Scenario& scenario) {
  std::string text;
  for (const spec::MetricPath& metric : spec::metrics_of(scenario)) text += metric + "\n";
  return text;
}

ExitCode explain(const ExplainOptions& options) {
  const loader::LoadOutcome outcome = load_or_complain(options.scenario);
  if (!outcome.scenario) return ExitCode::wrong_input;
  if (options.metrics) {
    write_standard_output(metrics_text(*outcome.scenario));
    return ExitCode::done;
  }
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
  command.add_flag("--metrics", options->metrics,
                   "Print in their place every figure that a budget of the scenario can be about, * for what only a run "
                   "can name");
  command.footer(
      "Examples:\n"
      "  chatsim explain scenarios/chat_2b.yaml\n"
      "  chatsim explain scenarios/small.yaml --set services.profile.machines=4 | grep -- --set\n"
      "  chatsim explain scenarios/small.yaml --metrics | grep p99\n"
      "\n"
      "Exit codes: 0 done, 2 the scenario or the call is wrong.");
  command.callback([options, &chosen] { chosen = [options] { return explain(*options); }; });
}

}  // namespace chatsim::cli
