#include "cli/map_command.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>

#include "cli/experiment.hpp"
#include "cli/interrupt.hpp"
#include "cli/map_report.hpp"
#include "cli/output.hpp"
#include "cli/refusal.hpp"
#include "planner/sweep/sweep.hpp"
#include "scenarios/spec/quantity_text.hpp"

namespace chatsim::cli {
namespace {

constexpr std::size_t replications_by_default = 2;
constexpr std::size_t columns_by_default = 40;

struct MapOptions {
  ScenarioOptions scenario;
  std::string load = "population.load_factor=0.2..1.2";
  std::string trigger, variant;
  double precision = 0.02;
  std::optional<std::size_t> replications;
  std::optional<int> jobs;
  std::string json, csv;
  ProgressOption progress = ProgressOption::automatic;
};

planner::Axis axis_of(const char* option, const std::string& text, const spec::Scenario& scenario) {
  std::string error;
  auto axis = planner::parse_axis(text, scenario, error);
  if (!axis) throw Refusal(fmt::format("{}: {}", option, error));
  return *std::move(axis);
}

planner::Axis list_of(const char* option, const std::string& text, const spec::Scenario& scenario) {
  planner::Axis axis = axis_of(option, text, scenario);
  if (axis.values.empty()) throw Refusal(fmt::format("{}: {}: how many steps? such as LOW..HIGH:5:log", option, axis.path));
  return axis;
}

/// Loads are numbers between two ends; columns of the picture are its steps.
MapAxes axes_of(const spec::Scenario& scenario, const MapOptions& options) {
  MapAxes axes{.scenario = scenario.name,
               .load = axis_of("--load", options.load, scenario),
               .loads = {},
               .trigger = list_of("--trigger", options.trigger, scenario),
               .variant = {}};
  if (!options.variant.empty()) axes.variant = list_of("--variant", options.variant, scenario);
  if (!axes.load.range || !axes.load.range->unit.empty() || !axes.load.range->before.empty() || axes.load.range->low <= 0)
    throw Refusal(fmt::format("--load: {} is no range of numbers above 0, such as population.load_factor=0.2..1.2:20",
                              spec::quoted(options.load)));
  const std::size_t steps = axes.load.values.empty() ? columns_by_default : axes.load.values.size();
  for (std::size_t i = 0; i < steps; ++i)
    axes.loads.push_back(std::stod(axes.load.at(static_cast<double>(i) / static_cast<double>(steps - 1))));
  return axes;
}

/// The scenario at one of the triggers and variants, at a load.
planner::ScenarioAt scenario_of(const spec::Scenario& scenario, const MapAxes& axes, double load, std::size_t trigger,
                                std::size_t variant) {
  planner::Sweep point{scenario, {axes.load, axes.trigger}, {{fmt::format("{:.10g}", load), axes.trigger.values[trigger]}}};
  if (axes.variant) {
    point.axes.push_back(*axes.variant);
    point.points[0].push_back(axes.variant->values[variant]);
  }
  return scenario_at(point, 0);
}

void check_corners(const spec::Scenario& scenario, const MapAxes& axes) {
  for (std::size_t variant = 0; variant < (axes.variant ? axes.variant->values.size() : 1); ++variant) {
    for (std::size_t trigger = 0; trigger < axes.trigger.values.size(); ++trigger) {
      const std::string issues = scenario_of(scenario, axes, axes.loads.back(), trigger, variant).issues;
      if (!issues.empty())
        throw Refusal(fmt::format("with {} = {}: {}", axes.trigger.path, axes.trigger.values[trigger], issues));
    }
  }
}

ExitCode map(const MapOptions& options) {
  const loader::LoadOutcome loaded = load_or_complain(options.scenario);
  if (!loaded.scenario) return ExitCode::wrong_input;
  const spec::Scenario& scenario = *loaded.scenario;
  if (!scenario.faults.any())
    throw Refusal(fmt::format("{}: has no faults, so that there is nothing to recover from; faults.timetable is what breaks",
                              options.scenario.path));
  const MapAxes axes = axes_of(scenario, options);
  check_corners(scenario, axes);
  if (!options.json.empty()) prepare_file("--json", options.json);
  if (!options.csv.empty()) prepare_file("--csv", options.csv);

  const Interrupt interrupt;
  std::string failure;
  const auto fate_at = [&](double load, std::size_t trigger, std::size_t variant) {
    planner::ReplicateOptions replicate;
    replicate.most = options.replications.value_or(replications_by_default);
    ProgressDisplay display(progress_mode(options.progress, stderr), stderr);
    const planner::Experiment experiment =
        planner::replicate(scenario_of(scenario, axes, load, trigger, variant).scenario, replicate,
                           in_processes(options.jobs.value_or(jobs_by_default()), display, interrupt.requested()));
    std::vector<const spec::Result*> results;
    for (const planner::Replication& replication : experiment.replications) {
      if (replication.result) results.push_back(&*replication.result);
      if (!replication.result && failure.empty()) failure = replication.failure;
    }
    return planner::fate_of(results);
  };
  const planner::MapPlan plan{axes.loads, axes.trigger.values.size(), axes.variant ? axes.variant->values.size() : 1,
                              options.precision};
  const planner::RecoveryMap found =
      planner::map_recovery(plan, fate_at, [&] { return interrupt.requested() || !failure.empty(); });
  if (!failure.empty()) {
    fmt::print(stderr, "chatsim: internal error: a simulation of {}: {}\n", options.scenario.path, failure);
    return ExitCode::internal_error;
  }
  if (!options.json.empty()) write_file_or_standard_output("--json", options.json, map_json(axes, found).dump(2) + "\n");
  if (!options.csv.empty()) write_file_or_standard_output("--csv", options.csv, map_csv(axes, found));
  if (options.json != "-" && options.csv != "-")
    write_standard_output(map_report(axes, found, Paint(colour_of(STDOUT_FILENO))));
  return interrupt.requested() ? ExitCode::interrupted : ExitCode::done;
}

}  // namespace

void add_map_command(CLI::App& program, Action& chosen) {
  CLI::App& command = *program.add_subcommand(
      "map", "Find at which loads a service recovers from a fault by itself, by the size of the fault and what resists it");
  const auto options = std::make_shared<MapOptions>();
  add_scenario_options(command, options->scenario);
  command
      .add_option("--load", options->load,
                  "The load, and the range in which the boundary is looked for; its steps are columns of the picture")
      ->type_name("PATH=LOW..HIGH:STEPS")
      ->capture_default_str();
  command
      .add_option("--trigger", options->trigger,
                  "What grows with the size of the fault, the smallest first: faults.timetable[0].lasts=1s..16s:5:log")
      ->type_name("PATH=VALUES")
      ->required();
  command.add_option("--variant", options->variant, "What may help against it: resilience.retry.budget=none,0.5,0.1")
      ->type_name("PATH=VALUES");
  add_part_option(command, "--precision", options->precision,
                  "How close a load that recovers and one that does not come to each other, such as 2% (the default)");
  add_replications_option(command, options->replications, fmt::format("{} at each load by default", replications_by_default));
  add_jobs_option(command, options->jobs, "one replication each");
  command.add_option("--csv", options->csv, "A line for each variant, trigger and load")->type_name("FILE|-");
  add_json_option(command, options->json, "The boundaries and the picture as JSON");
  add_progress_option(command, options->progress);
  command.footer(
      "Examples:\n"
      "  chatsim map scenarios/incidents/retry_storm.yaml --trigger 'faults.timetable[0].lasts=1s,2s,4s,8s'\n"
      "  chatsim map scenarios/incidents/retry_storm.yaml --load population.load_factor=0.3..1.1:20 \\\n"
      "    --trigger 'faults.timetable[0].lasts=2s..8s:3:log' --variant resilience.retry.budget=none,0.1\n"
      "\n"
      "A run recovers if queues and failures are as before its incident in the end, for good (fail_over_s and drain_s of\n"
      "run.json): simulation.duration is how long it is given. More load and a larger fault are taken never to help.\n"
      "Exit codes: 0 done, 2 the scenario or the call is wrong, 70 internal error, 130 interrupted.");
  command.callback([options, &chosen] { chosen = [options] { return map(*options); }; });
}

}  // namespace chatsim::cli
