#include "cli/run_command.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>

#include "cli/blame_report.hpp"
#include "cli/budget_report.hpp"
#include "cli/experiment.hpp"
#include "cli/experiment_json.hpp"
#include "cli/format.hpp"
#include "cli/interrupt.hpp"
#include "cli/output.hpp"
#include "cli/progress.hpp"
#include "cli/report.hpp"
#include "planner/experiment/warmup.hpp"
#include "scenarios/json/json.hpp"
#include "scenarios/spec/quantity_text.hpp"

namespace chatsim::cli {
namespace {

struct RunOptions {
  ScenarioOptions scenario;
  std::string out;
  std::string json;
  ProgressOption progress = ProgressOption::automatic;
  ExperimentOptions experiment;
  Causes causes = Causes::of_the_busiest;
};

/// What came out, and what it took.
struct Outcome {
  planner::Experiment experiment;
  planner::Warmup warmup;
  std::vector<planner::BudgetVerdict> budgets;
  double wall_s = 0;

  const spec::Result& result() const { return experiment.mean; }
};

/// What programs read: which scenario, which program, and what came out.
std::string run_json(const spec::Scenario& scenario, const Outcome& outcome) {
  nlohmann::ordered_json document;
  document["version"] = CHATSIM_VERSION;
  document.update(json::to_json(outcome.result()));
  document.update(experiment_json(outcome.experiment, outcome.warmup));
  if (!outcome.budgets.empty()) document["budgets"] = budgets_json(outcome.budgets);
  document["resolved_scenario"] = json::to_json(scenario);
  return document.dump(2) + "\n";
}

Outcome simulate(const spec::Scenario& scenario, const RunOptions& options, const Interrupt& interrupt) {
  const auto begin = std::chrono::steady_clock::now();
  Outcome outcome;
  {
    ProgressDisplay display(progress_mode(options.progress, stderr), stderr);
    outcome.experiment = run_experiment(scenario, options.experiment, display, interrupt.requested());
  }
  std::vector<const spec::Result*> results;
  for (const planner::Replication& replication : outcome.experiment.replications) {
    if (replication.result) results.push_back(&*replication.result);
  }
  outcome.budgets = planner::judge_budgets(scenario.budgets, results);
  outcome.warmup = planner::detect_warmup(outcome.result().series, scenario.simulation.warmup);
  outcome.wall_s = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  return outcome;
}

/// Of a precision that was asked for: reached or not, and by what it is decided.
std::string precision_sentence(const planner::Experiment& experiment, double precision) {
  const planner::MetricPrecision* widest = nullptr;
  const auto width = [](const planner::MetricPrecision& metric) {
    return metric.interval ? metric.interval->half_width / std::abs(metric.interval->mean) : HUGE_VAL;
  };
  bool precise = true;
  for (const planner::MetricPrecision& metric : experiment.metrics) {
    precise = precise && metric.precise;
    if (!widest || width(metric) > width(*widest)) widest = &metric;
  }
  if (!widest || !std::isfinite(width(*widest))) return "";
  return fmt::format("{} {} replications, the widest interval of {} metrics is +- {}: {}",
                     precise ? "Precise to " + format_percent(precision) + " after"
                             : "Not precise to " + format_percent(precision) + " after",
                     experiment.succeeded(), experiment.metrics.size(), format_percent(width(*widest)), widest->path);
}

Replicated replicated(const Outcome& outcome, const RunOptions& options) {
  Replicated replicated;
  replicated.replications = outcome.experiment.succeeded();
  replicated.intervals = outcome.experiment.intervals;
  replicated.wall_s = outcome.wall_s;
  if (options.experiment.precision)
    replicated.summary = precision_sentence(outcome.experiment, *options.experiment.precision);
  return replicated;
}

void write_results(const spec::Scenario& scenario, const Outcome& outcome, const RunOptions& options) {
  const std::string json = run_json(scenario, outcome);
  if (!options.out.empty()) {
    const std::filesystem::path folder = options.out;
    write_file("--out", folder / "series.csv", json::series_csv(outcome.result()));
    write_file("--out", folder / "run.json", json);  // last: where it is, all is
  }
  if (!options.json.empty()) write_file_or_standard_output("--json", options.json, json);
  if (options.json != "-") {
    write_standard_output(report(outcome.result(), Paint(colour_of(STDOUT_FILENO)), options.causes,
                                 replicated(outcome, options)));
    const Paint paint(colour_of(STDOUT_FILENO));
    const std::string blame = blame_summary(outcome.result(), paint);
    if (!blame.empty()) write_standard_output("\n" + blame);
    if (!outcome.budgets.empty()) write_standard_output("\n" + budget_table(outcome.budgets).render(paint));
  } else if (outcome.result().interrupted) {
    fmt::print(stderr, "chatsim: interrupted after {} s of simulated time: partial results\n",
               outcome.result().simulated_s);
  }
}

void complain_about_failures(const planner::Experiment& experiment, const std::string& path) {
  const std::size_t count = experiment.replications.size();
  for (const planner::Replication& replication : experiment.replications) {
    if (replication.result) continue;
    const std::string which = count > 1 ? fmt::format(" with seed {}", replication.seed) : "";
    fmt::print(stderr, "chatsim: internal error: the simulation of {}{}: {}\n", path, which, replication.failure);
  }
}

void warn(const Outcome& outcome, const RunOptions& options) {
  // What breaks is no transient of the beginning.
  if (outcome.warmup.too_short && outcome.result().incidents.empty()) {
    fmt::print(stderr, "chatsim: warning: simulation.warmup: {} is too short: {}{}\n",
               spec::to_text(outcome.warmup.configured), outcome.warmup.reason,
               outcome.warmup.detected
                   ? fmt::format("; MSER-5 would leave out {}", spec::to_text(*outcome.warmup.detected))
                   : "");
  }
  const bool several = options.experiment.replications.value_or(1) > 1 || options.experiment.is_sequential();
  if (several && outcome.experiment.ending == planner::Ending::interrupted && !outcome.result().interrupted)
    fmt::print(stderr, "chatsim: interrupted: the results of {} replications\n", outcome.experiment.succeeded());
}

ExitCode run(const RunOptions& options) {
  const loader::LoadOutcome loaded = load_or_complain(options.scenario);
  if (!loaded.scenario) return ExitCode::wrong_input;
  if (!options.out.empty()) prepare_folder("--out", options.out);
  if (!options.json.empty()) prepare_file("--json", options.json);

  const Interrupt interrupt;
  const Outcome outcome = simulate(*loaded.scenario, options, interrupt);
  complain_about_failures(outcome.experiment, options.scenario.path);
  if (outcome.experiment.succeeded() == 0)
    return outcome.experiment.replications.empty() ? ExitCode::interrupted : ExitCode::internal_error;
  write_results(*loaded.scenario, outcome, options);
  warn(outcome, options);
  if (outcome.result().invariants.conservation_residual != 0) {
    fmt::print(stderr, "chatsim: internal error: the simulation of {} lost count of messages or deliveries\n",
               options.scenario.path);
    return ExitCode::internal_error;
  }
  if (outcome.experiment.succeeded() < outcome.experiment.replications.size()) return ExitCode::internal_error;
  if (outcome.experiment.ending == planner::Ending::interrupted) return ExitCode::interrupted;
  return exit_code_of(outcome.budgets);
}

}  // namespace

void add_run_command(CLI::App& program, Action& chosen) {
  CLI::App& command = *program.add_subcommand(
      "run", "Simulate every message of a scenario and report rates, latencies and what saturates first");
  const auto options = std::make_shared<RunOptions>();
  add_scenario_options(command, options->scenario);
  add_slice_option(command, options->scenario);
  command
      .add_option("--out", options->out,
                  "Write run.json and series.csv into this folder, made where it is missing")
      ->type_name("DIR");
  add_json_option(command, options->json, "The results as JSON, what run.json holds");
  add_progress_option(command, options->progress);
  add_experiment_options(command, options->experiment);
  command.add_flag_callback(
      "--by-cause", [options] { options->causes = Causes::of_all; },
      "Tell of every tier where its load comes from, not only of saturated ones or the busiest");
  command.footer(
      "Examples:\n"
      "  chatsim run scenarios/small.yaml\n"
      "  chatsim run scenarios/chat_2b.yaml --out out\n"
      "  chatsim run scenarios/chat_2b.yaml --set population.load_factor=1.5 --set "
      "services.profile.machines=600\n"
      "  chatsim run scenarios/chat_2b.yaml --slice 1/100 --set simulation.duration=2min\n"
      "  chatsim run scenarios/small.yaml --seed 7 --json - | python3 -m json.tool\n"
      "  chatsim run scenarios/small.yaml --replications 10 --jobs 2\n"
      "  chatsim run scenarios/small.yaml --precision 5% --max-time 60s --metric latency.send_to_ack.p99_ms\n"
      "\n" +
      std::string(experiment_help) +
      "\n\n"
      "Ctrl-C ends the run early and reports what it has; a second one ends the program.\n"
      "Exit codes: 0 done, 1 a budget of the scenario is missed, 2 the scenario or the call is wrong, 3 the interval\n"
      "of one straddles its limit, 4 a budget names a figure that the run does not have, 70 internal error, 130 interrupted.");
  command.callback([options, &chosen] { chosen = [options] { return run(*options); }; });
}

}  // namespace chatsim::cli
