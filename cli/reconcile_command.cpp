#include "cli/reconcile_command.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <memory>
#include <nlohmann/json.hpp>

#include "cli/experiment.hpp"
#include "cli/interrupt.hpp"
#include "cli/output.hpp"
#include "cli/reconcile_report.hpp"
#include "scenarios/json/json.hpp"
#include "scenarios/spec/validate.hpp"

namespace chatsim::cli {
namespace {

struct ReconcileOptions {
  ScenarioOptions scenario;
  std::string json;
  ProgressOption progress = ProgressOption::automatic;
  ExperimentOptions experiment;
  RowsShown shown = RowsShown::telling;
  bool by_flows = false;
};

ExitCode reconcile(const ReconcileOptions& options) {
  const loader::LoadOutcome loaded = load_or_complain(options.scenario);
  if (!loaded.scenario) return ExitCode::wrong_input;
  const spec::Scenario& scenario = *loaded.scenario;
  if (!options.json.empty()) prepare_file("--json", options.json);

  spec::Scenario by_flows = scenario;
  by_flows.simulation.fidelity = spec::Fidelity::flow;
  if (options.by_flows && complain("reconcile --flow", spec::validate(by_flows))) return ExitCode::wrong_input;
  if (complain("reconcile", planner::obstacles(scenario))) return ExitCode::wrong_input;
  const planner::Ledger ledger = planner::ledger(scenario);
  const planner::Plan plan = planner::plan(scenario);
  const Interrupt interrupt;
  planner::Experiment experiment, flows;
  {
    ProgressDisplay display(progress_mode(options.progress, stderr), stderr);
    experiment = run_experiment(scenario, options.experiment, display, interrupt.requested());
    if (options.by_flows) flows = run_experiment(by_flows, options.experiment, display, interrupt.requested());
  }
  for (const planner::Replication& replication : experiment.replications) {
    if (!replication.result) {
      fmt::print(stderr, "chatsim: internal error: the simulation of {} with seed {}: {}\n", options.scenario.path,
                 replication.seed, replication.failure);
    }
  }
  if (experiment.succeeded() == 0) {
    return experiment.replications.empty() ? ExitCode::interrupted : ExitCode::internal_error;
  }
  const planner::Reconciliation found =
      planner::reconcile(
      scenario, ledger, plan, {experiment.mean, experiment.intervals, flows.succeeded() > 0 ? &flows.mean : nullptr});

  if (!options.json.empty()) {
    nlohmann::ordered_json document{{"version", CHATSIM_VERSION}, {"scenario", scenario.name},
                                    {"replications", experiment.succeeded()}};
    document.update(reconcile_json(found));
    document["resolved_scenario"] = json::to_json(scenario);
    write_file_or_standard_output("--json", options.json, document.dump(2) + "\n");
  }
  if (options.json != "-") {
    write_standard_output(reconcile_report(scenario, found, Paint(colour_of(STDOUT_FILENO)), options.shown));
  }
  return experiment.ending == planner::Ending::interrupted ? ExitCode::interrupted : ExitCode::done;
}

}  // namespace

void add_reconcile_command(CLI::App& program, Action& chosen) {
  CLI::App& command = *program.add_subcommand(
      "reconcile", "Lay estimate, plan and simulation side by side: where they differ, by how much, and why");
  const auto options = std::make_shared<ReconcileOptions>();
  add_scenario_options(command, options->scenario);
  add_slice_option(command, options->scenario);
  add_json_option(command, options->json, "All rows as JSON");
  add_progress_option(command, options->progress);
  command.add_flag_callback(
      "--all", [options] { options->shown = RowsShown::all; }, "Show the rows on which all agree, too");
  command.add_flag(
      "--flow", options->by_flows,
      "Simulate a second time with every message a communication of SimGrid (simulation.fidelity: flow), for small systems");
  add_experiment_options(command, options->experiment);
  command.footer(std::string("Examples:\n"
                             "  chatsim reconcile scenarios/small.yaml --replications 10 --set simulation.duration=60s\n"
                             "  chatsim reconcile scenarios/chat_2b.yaml --slice 1/100\n"
                             "  chatsim reconcile scenarios/chat_2b_as_published.yaml --all --json out.json\n"
                             "\n") +
                 experiment_help +
                 "\n"
                 "Exit codes: 0 done, 2 the scenario or the call is wrong, 70 internal error, 130 interrupted.");
  command.callback([options, &chosen] { chosen = [options] { return reconcile(*options); }; });
}

}  // namespace chatsim::cli
