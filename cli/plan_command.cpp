#include "cli/plan_command.hpp"

#include <unistd.h>

#include <CLI/CLI.hpp>
#include <memory>
#include <nlohmann/json.hpp>

#include "cli/output.hpp"
#include "cli/plan_report.hpp"
#include "scenarios/json/json.hpp"

namespace chatsim::cli {
namespace {

struct PlanOptions {
  ScenarioOptions scenario;
  std::string json;
};

ExitCode plan(const PlanOptions& options) {
  const loader::LoadOutcome outcome = load_or_complain(options.scenario);
  if (!outcome.scenario) return ExitCode::wrong_input;
  if (complain("plan", planner::obstacles(*outcome.scenario))) return ExitCode::wrong_input;
  if (!options.json.empty()) prepare_file("--json", options.json);
  const planner::Plan found = planner::plan(*outcome.scenario);
  if (!options.json.empty()) {
    nlohmann::ordered_json document;
    document["version"] = CHATSIM_VERSION;
    document.update(plan_json(*outcome.scenario, found));
    document["resolved_scenario"] = json::to_json(*outcome.scenario);
    write_file_or_standard_output("--json", options.json, document.dump(2) + "\n");
  }
  if (options.json != "-") {
    write_standard_output(plan_report(*outcome.scenario, found, Paint(colour_of(STDOUT_FILENO))));
  }
  const bool holds = found.unstable.empty() && found.fleet.out_of_reach.empty();
  return holds ? ExitCode::done : ExitCode::budget_missed;
}

}  // namespace

void add_plan_command(CLI::App& program, Action& chosen) {
  CLI::App& command = *program.add_subcommand(
      "plan", "Calculate utilisation, waits and latencies by queueing theory, and the machines that hold the budgets");
  const auto options = std::make_shared<PlanOptions>();
  add_scenario_options(command, options->scenario);
  add_json_option(command, options->json, "The plan as JSON");
  command.footer(
      "Budgets, peak and what must be survived are the scenario's planning section, prices its prices section.\n"
      "\n"
      "Examples:\n"
      "  chatsim plan scenarios/chat_2b.yaml\n"
      "  chatsim plan scenarios/chat_2b.yaml --set planning.survive=pod --set planning.peak=2\n"
      "  chatsim plan scenarios/chat_2b_as_published.yaml --json - | python3 -m json.tool\n"
      "\n"
      "Exit codes: 0 done, 1 a tier is offered more than it can serve or a budget is out of reach, 2 the scenario or the\n"
      "call is wrong, 70 internal error.");
  command.callback([options, &chosen] { chosen = [options] { return plan(*options); }; });
}

}  // namespace chatsim::cli
