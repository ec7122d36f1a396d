#include "cli/durability_command.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cmath>
#include <memory>
#include <nlohmann/json.hpp>

#include "cli/durability_report.hpp"
#include "cli/loss_trial.hpp"
#include "cli/output.hpp"
#include "scenarios/json/json.hpp"
#include "scenarios/spec/quantity_text.hpp"

namespace chatsim::cli {
namespace {

struct DurabilityOptions {
  ScenarioOptions scenario;
  std::string json;
  double years = 1;
  bool no_simulation = false;
};

constexpr double most_years = 1e6;

std::string complaint_about_years(const std::string& text) {
  std::string error;
  const auto years = spec::parse_number(text, error);
  return years && *years > 0 && *years <= most_years
             ? ""
             : fmt::format("'{}' is not a number of years, more than 0 and at most {:.0f}", text, most_years);
}

ExitCode durability(const DurabilityOptions& options) {
  const loader::LoadOutcome outcome = load_or_complain(options.scenario);
  if (!outcome.scenario) return ExitCode::wrong_input;
  if (!options.json.empty()) prepare_file("--json", options.json);
  const spec::Scenario& scenario = *outcome.scenario;
  const bool stated_power = scenario.faults.random.power.time_to_failure.has_value();
  const planner::FailureRates rates = planner::failure_rates(scenario, scenario.stores.message.disks);
  const DurabilityQuestion question{
      scenario.name, options.years, !options.no_simulation, rates.disk.source,
      stated_power ? rates.power.source + " of each power domain" : "assumed: once a year in each datacenter"};
  std::vector<DurabilityFindings> tables;
  bool filled_again = true;
  for (const planner::ReplicatedTable& table : planner::replicated_tables(scenario)) {
    tables.push_back({table, planner::durability(table), planner::alternatives(table), {}});
    DurabilityFindings& one = tables.back();
    if (question.simulated) one.accelerated = planner::accelerate(table, {.seed = scenario.seed}, loss_trial());
    filled_again = filled_again && std::isfinite(one.durability.repair.value());
  }
  if (!options.json.empty()) {
    nlohmann::ordered_json document;
    document["version"] = CHATSIM_VERSION;
    document.update(durability_json(question, tables));
    document["resolved_scenario"] = json::to_json(scenario);
    write_file_or_standard_output("--json", options.json, document.dump(2) + "\n");
  }
  if (options.json != "-") {
    write_standard_output(durability_report(question, tables, Paint(colour_of(STDOUT_FILENO))));
  }
  return filled_again ? ExitCode::done : ExitCode::budget_missed;
}

}  // namespace

void add_durability_command(CLI::App& program, Action& chosen) {
  CLI::App& command = *program.add_subcommand(
      "durability",
      "Tell how likely rows are lost, by formula and by simulated failures, and what would make it less likely");
  const auto options = std::make_shared<DurabilityOptions>();
  add_scenario_options(command, options->scenario);
  command
      .add_option_function<std::string>(
          "--years",
          [options](const std::string& text) {
            std::string error;
            options->years = *spec::parse_number(text, error);
          },
          "Time within which rows are lost; 1 by default")
      ->type_name("N")
      ->check(complaint_about_years, "");
  command.add_flag("--no-simulation", options->no_simulation, "Formulas alone");
  add_json_option(command, options->json, "All of it as JSON");
  command.footer(
      "How often machines lose their data is faults.random.disk, how fast they get it back "
      "stores.NAME.growth.bandwidth and\n"
      "the network card, and where replicas are stores.NAME.placement; usual rates stand in for what is left out. "
      "Losses are\n"
      "too rare to be simulated as they are: the simulation has machines fail more often, and is laid beside the "
      "formula\n"
      "for that. The same seed gives the same failures.\n"
      "\n"
      "Examples:\n"
      "  chatsim durability scenarios/chat_2b.yaml\n"
      "  chatsim durability scenarios/chat_2b.yaml --years 10 --set stores.message.placement.policy=copysets\n"
      "  chatsim durability scenarios/small.yaml --no-simulation --set faults.random.disk.time_to_failure=1000d\n"
      "  chatsim durability scenarios/small.yaml --json - | python3 -m json.tool\n"
      "\n"
      "Exit codes: 0 done, 1 the machines of a table fail faster than they are filled again, 2 the scenario or the "
      "call is\n"
      "wrong, 70 internal error.");
  command.callback([options, &chosen] { chosen = [options] { return durability(*options); }; });
}

}  // namespace chatsim::cli
