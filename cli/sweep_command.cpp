#include "cli/sweep_command.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <charconv>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>

#include "cli/experiment.hpp"
#include "cli/interrupt.hpp"
#include "cli/output.hpp"
#include "cli/refusal.hpp"
#include "cli/sweep_report.hpp"
#include "scenarios/loader/dump.hpp"
#include "scenarios/spec/quantity_text.hpp"

namespace chatsim::cli {
namespace {

constexpr std::size_t points_max = 1'000'000;
const std::vector<std::string> metrics_by_default{
    "latency.*.count",   "latency.*.mean_ms",   "latency.*.p50_ms",    "latency.*.p99_ms", "latency.*.p999_ms",
    "messages.*",        "deliveries.*",        "tiers.*.utilisation", "tiers.*.machines", "tiers.*.queue_mean",
    "invariants.*",      "machines"};

struct SweepOptions {
  ScenarioOptions scenario;
  std::vector<std::string> axes;
  planner::Design design = planner::Design::grid;
  std::optional<std::size_t> points;
  std::optional<std::size_t> replications;
  std::optional<int> jobs;
  std::vector<std::string> metrics;
  bool skip_invalid = false;
  std::string out, csv, json;
  ProgressOption progress = ProgressOption::automatic;
};

std::vector<planner::Axis> axes_of(const std::vector<std::string>& texts, const spec::Scenario& scenario) {
  std::vector<planner::Axis> axes;
  for (const std::string& text : texts) {
    std::string error;
    auto axis = planner::parse_axis(text, scenario, error);
    if (!axis) throw Refusal("--axis: " + error);
    for (const planner::Axis& other : axes) {
      if (other.path == axis->path) throw Refusal(fmt::format("--axis: {} is an axis already", axis->path));
    }
    axes.push_back(*std::move(axis));
  }
  return axes;
}

planner::Sweep sweep_of(const spec::Scenario& scenario, const SweepOptions& options) {
  planner::Sweep sweep{scenario, axes_of(options.axes, scenario), {}};
  if (options.design == planner::Design::grid) {
    if (options.points) throw Refusal("--points: a grid has as many as its axes have values; --design lhs or sobol");
    for (const planner::Axis& axis : sweep.axes) {
      if (axis.values.empty())
        throw Refusal(
            fmt::format("--axis: {}: a grid needs a number of steps, such as LOW..HIGH:7; or --design sobol", axis.path));
    }
    const auto size = planner::grid_size(sweep.axes);
    if (!size || *size > points_max) throw Refusal(fmt::format("--axis: a grid of more than {} points", points_max));
  } else if (!options.points) {
    throw Refusal(fmt::format("--design {}: how many --points?", name_of(options.design)));
  }
  sweep.points = points_of(sweep.axes, options.design, options.points.value_or(0), scenario.seed);
  return sweep;
}

/// Points at which the scenario makes no sense are told before hours are spent on the others.
void check_points(const planner::Sweep& sweep, bool skip) {
  std::size_t wrong = 0;
  std::string first;
  for (std::size_t i = 0; i < sweep.points.size(); ++i) {
    const std::string issues = scenario_at(sweep, i).issues;
    if (issues.empty()) continue;
    if (wrong++ == 0) first = fmt::format("point {} ({}): {}", i, fmt::join(sweep.points[i], ", "), issues);
  }
  if (wrong == sweep.points.size()) throw Refusal(fmt::format("--axis: no point is possible; {}", first));
  if (wrong > 0 && !skip)
    throw Refusal(fmt::format("--axis: {} of {} points are not possible, --skip-invalid leaves them out; {}", wrong,
                              sweep.points.size(), first));
}

planner::Runner in_pool(int jobs, ProgressDisplay& display, const std::atomic<bool>& stop) {
  return [&, jobs](const planner::RunOrder& order) {
    models::run_each(order.count, order.scenario_of, jobs,
                     {.take =
                          [&](std::size_t index, std::variant<spec::Result, models::RunFailure> ending) {
                            order.take(index, outcome_of(std::move(ending)));
                          },
                      .enough = [&] { return stop || order.enough(); },
                      .progress = [&](const models::ReplicationsProgress& state) { display.show(state, "runs"); }});
  };
}

void write_results(const planner::Sweep& sweep, const planner::SweepFile& file, const SweepOptions& options) {
  const std::string csv = sweep_csv(sweep, file);
  if (!options.out.empty()) write_file("--out", std::filesystem::path(options.out) / "sweep.csv", csv);
  if (!options.csv.empty()) write_file_or_standard_output("--csv", options.csv, csv);
  if (!options.json.empty())
    write_file_or_standard_output("--json", options.json, sweep_json(sweep, file).dump(1) + "\n");
  if (options.csv != "-" && options.json != "-")
    write_standard_output(sweep_report(sweep, file, Paint(colour_of(STDOUT_FILENO))));
}

ExitCode sweep(const SweepOptions& options) {
  const loader::LoadOutcome loaded = load_or_complain(options.scenario);
  if (!loaded.scenario) return ExitCode::wrong_input;
  const planner::Sweep sweep = sweep_of(*loaded.scenario, options);
  check_points(sweep, options.skip_invalid);
  if (!options.out.empty()) prepare_folder("--out", options.out);
  if (!options.csv.empty()) prepare_file("--csv", options.csv);
  if (!options.json.empty()) prepare_file("--json", options.json);
  planner::SweepPlan plan;
  plan.version = CHATSIM_VERSION;
  plan.scenario = loader::to_yaml(sweep.scenario);
  for (const planner::Axis& axis : sweep.axes) plan.axes.push_back(axis.path);
  plan.design = name_of(options.design);
  plan.points = sweep.points;
  plan.replications = options.replications.value_or(1);
  plan.first_seed = sweep.scenario.seed;
  plan.metrics = options.metrics.empty() ? metrics_by_default : options.metrics;
  try {
    const std::filesystem::path path = std::filesystem::path(options.out) / "sweep.sqlite";
    planner::SweepFile file(options.out.empty() ? planner::SweepFile::in_memory : path.string(), plan);
    const std::size_t before = file.done();
    const Interrupt interrupt;
    bool all = false;
    {
      ProgressDisplay display(progress_mode(options.progress, stderr), stderr);
      const int jobs = options.jobs.value_or(jobs_by_default());
      all = run_sweep(sweep, plan.metrics, file, in_pool(jobs, display, interrupt.requested()));
    }
    if (before > 0) fmt::print(stderr, "chatsim: {} runs were in {}/sweep.sqlite already\n", before, options.out);
    write_results(sweep, file, options);
    if (!all) {
      fmt::print(stderr, "chatsim: interrupted: {} of {} runs are missing{}\n", file.missing().size(),
                 plan.points.size() * plan.replications, options.out.empty() ? "" : "; the same call goes on with them");
      return ExitCode::interrupted;
    }
  } catch (const planner::SweepFileError& error) {
    throw Refusal(error.what());
  }
  return ExitCode::done;
}

void add_design_options(CLI::App& command, SweepOptions& options) {
  command
      .add_option("--axis", options.axes,
                  "A field and its values: PATH=4,8,16 or PATH=LOW..HIGH:STEPS or PATH=LOW..HIGH:STEPS:log (equal ratios); may "
                  "be repeated. Within a distribution: PATH=exponential({5ms..20ms:4})")
      ->type_name("PATH=VALUES")
      ->required()
      ->allow_extra_args(false);
  command
      .add_option_function<std::string>(
          "--design", [&options](const std::string& name) { options.design = *planner::find_design(name); },
          "Which points: grid, every combination (the default); lhs, a Latin hypercube; sobol, a low-discrepancy sequence")
      ->type_name("grid|lhs|sobol")
      ->check(
          [](const std::string& name) {
            return planner::find_design(name) ? "" : fmt::format("'{}' is not one of grid, lhs, sobol", name);
          },
          "");
  command
      .add_option_function<std::string>(
          "--points",
          [&options](const std::string& text) { options.points = static_cast<std::size_t>(std::stoull(text)); },
          "How many points, of lhs and sobol; ranges need no steps then")
      ->type_name("N")
      ->check(
          [](const std::string& text) {
            std::size_t number = 0;
            const char* end = text.data() + text.size();
            const auto [rest, code] = std::from_chars(text.data(), end, number);
            const bool fits = code == std::errc() && rest == end && number >= 1 && number <= points_max;
            return fits ? "" : fmt::format("'{}' is not a number of points, 1 to {}", text, points_max);
          },
          "");
  command.add_flag("--skip-invalid", options.skip_invalid, "Leave out points at which the scenario makes no sense");
}

}  // namespace

void add_sweep_command(CLI::App& program, Action& chosen) {
  CLI::App& command = *program.add_subcommand("sweep", "Simulate a scenario at many points: any fields as axes");
  const auto options = std::make_shared<SweepOptions>();
  add_scenario_options(command, options->scenario);
  add_slice_option(command, options->scenario);
  add_design_options(command, *options);
  add_replications_option(command, options->replications, "1 of each point by default");
  add_jobs_option(command, options->jobs, "one simulation each");
  command
      .add_option("--metric", options->metrics,
                  "Figures that are kept, a path of run.json, * for any name; may be repeated. By default latencies, "
                  "utilisations, counts of messages and deliveries, and invariants")
      ->type_name("PATH")
      ->allow_extra_args(false);
  command
      .add_option("--out", options->out,
                  "Keep the results in sweep.sqlite and sweep.csv of this folder; a call that was ended goes on from there")
      ->type_name("DIR");
  command.add_option("--csv", options->csv, "A line a point, written to FILE or with - to standard output")
      ->type_name("FILE|-");
  add_json_option(command, options->json, "All points as JSON");
  add_progress_option(command, options->progress);
  command.footer(
      "Examples:\n"
      "  chatsim sweep scenarios/small.yaml --axis population.load_factor=0.5..1.5:5\n"
      "  chatsim sweep scenarios/small.yaml --axis services.messaging.machines=2,3,4 --axis population.load_factor=0.5..2:4\n"
      "  chatsim sweep scenarios/small.yaml --design sobol --points 1000 --out out \\\n"
      "    --axis 'stores.message.machines=6..20' --axis 'stores.message.write_time=exponential({5ms..20ms:log})'\n"
      "\n"
      "Every run is in the file as soon as it has ended: kill the call whenever you like, and give it again. The file that it\n"
      "leaves in the end is the same to the byte. Any SQLite tool reads it: tables plan, axis, point, run and figure.\n"
      "Exit codes: 0 done, 2 the scenario or the call is wrong, 130 interrupted.");
  command.callback([options, &chosen] { chosen = [options] { return sweep(*options); }; });
}

}  // namespace chatsim::cli
