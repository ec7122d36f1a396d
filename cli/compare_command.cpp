#include "cli/compare_command.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>

#include "cli/baseline_file.hpp"
#include "cli/compare_report.hpp"
#include "cli/experiment.hpp"
#include "cli/interrupt.hpp"
#include "cli/output.hpp"
#include "cli/refusal.hpp"
#include "planner/experiment/numbers.hpp"
#include "scenarios/json/json.hpp"

namespace chatsim::cli {
namespace {

constexpr std::size_t replications_by_default = 5;

struct CompareOptions {
  std::vector<std::string> paths;
  ScenarioOptions overrides;  ///< Its path is not used.
  std::optional<std::size_t> replications;
  std::optional<int> jobs;
  Shown shown;
  std::string json, markdown;
  ProgressOption progress = ProgressOption::automatic;
};

/// One of the two: runs that a file has, or a scenario that is still to be simulated.
struct Side {
  std::string name;
  std::optional<planner::StoredExperiment> stored;
  std::optional<spec::Scenario> scenario;
};

/// A run.json, a folder of --out, or a scenario. Nothing where the scenario is wrong, and that was said.
std::optional<Side> side_of(const std::string& path, const ScenarioOptions& overrides) {
  std::error_code ignored;
  const std::filesystem::path in_folder = std::filesystem::path(path) / "run.json";
  const std::string file = std::filesystem::is_directory(path, ignored) ? in_folder.string() : path;
  if (auto stored = find_stored_run("compare", file)) {
    if (!overrides.sets.empty() || overrides.seed)
      throw Refusal(fmt::format("{}: --set and --seed change a scenario, and these runs are done", path));
    return Side{path, std::move(stored), {}};
  }
  ScenarioOptions options = overrides;
  options.path = path;
  loader::LoadOutcome loaded = load_or_complain(options);
  if (!loaded.scenario) return std::nullopt;
  return Side{path, {}, std::move(loaded.scenario)};
}

/// Both sides of the call; the overrides are of the second.
std::optional<std::vector<Side>> sides_of(const CompareOptions& options) {
  const bool itself = options.paths.size() == 1;
  if (itself && options.overrides.sets.empty())
    throw Refusal("compare: with what? another scenario or result, or --set PATH=VALUE for the same scenario changed");
  ScenarioOptions first;
  first.seed = options.overrides.seed;
  auto before = side_of(options.paths.front(), first);
  auto now = side_of(options.paths.back(), options.overrides);
  if (!before || !now) return std::nullopt;
  std::string& name = now->name;
  if (itself) {
    name = fmt::format("{}", fmt::join(options.overrides.sets, " "));
  } else if (before->scenario && now->scenario && before->scenario->name != now->scenario->name) {
    before->name = before->scenario->name;
    name = now->scenario->name;
  }
  std::vector<Side> sides;
  sides.push_back(*std::move(before));
  sides.push_back(*std::move(now));
  return sides;
}

planner::StoredExperiment stored_of(const spec::Scenario& scenario, const planner::Experiment& experiment) {
  planner::StoredExperiment stored{scenario.name, CHATSIM_VERSION, json::to_json(scenario), {}};
  for (const planner::Replication& replication : experiment.replications) {
    if (!replication.result) continue;
    planner::StoredExperiment::Run& run = stored.runs.emplace_back();
    run.seed = replication.seed;
    for (const planner::Number& number : planner::numbers_of(*replication.result)) {
      if (std::isfinite(number.value)) run.numbers.emplace(number.path, number.value);
    }
  }
  return stored;
}

/// \returns whether there is something to compare.
bool simulate(Side& side, const CompareOptions& options, const std::atomic<bool>& stop) {
  ProgressDisplay display(progress_mode(options.progress, stderr), stderr);
  planner::ReplicateOptions replicate;
  replicate.most = options.replications.value_or(replications_by_default);
  const planner::Experiment experiment =
      planner::replicate(*side.scenario, replicate,
                         in_processes(options.jobs.value_or(jobs_by_default()), display, stop));
  display.clear();
  for (const planner::Replication& replication : experiment.replications) {
    if (replication.result) continue;
    fmt::print(stderr, "chatsim: internal error: the simulation of {} with seed {}: {}\n", side.name, replication.seed,
               replication.failure);
  }
  side.stored = stored_of(*side.scenario, experiment);
  return !side.stored->runs.empty();
}

ExitCode compare(const CompareOptions& options) {
  if (options.paths.size() > 2) throw Refusal("compare: two at a time");
  auto sides = sides_of(options);
  if (!sides) return ExitCode::wrong_input;
  if (!options.json.empty()) prepare_file("--json", options.json);
  if (!options.markdown.empty()) prepare_file("--markdown", options.markdown);
  const Interrupt interrupt;
  for (Side& side : *sides) {
    if (side.stored) continue;
    if (!simulate(side, options, interrupt.requested()))
      return interrupt.requested() ? ExitCode::interrupted : ExitCode::internal_error;
  }
  const Comparison comparison =
      compared(sides->front().name, *sides->front().stored, sides->back().name, *sides->back().stored);
  if (!options.json.empty()) write_file_or_standard_output("--json", options.json, compare_json(comparison).dump(2) + "\n");
  if (!options.markdown.empty())
    write_file_or_standard_output("--markdown", options.markdown, compare_markdown(comparison, options.shown));
  if (options.json != "-" && options.markdown != "-")
    write_standard_output(compare_report(comparison, options.shown, Paint(colour_of(STDOUT_FILENO))));
  return interrupt.requested() ? ExitCode::interrupted : ExitCode::done;
}

}  // namespace

void add_compare_command(CLI::App& program, Action& chosen) {
  CLI::App& command = *program.add_subcommand(
      "compare", "Lay two scenarios or results side by side: which inputs differ, and which figures, for certain");
  const auto options = std::make_shared<CompareOptions>();
  command
      .add_option("WHAT", options->paths,
                  "Two of: a scenario, which is simulated; a run.json or a folder of 'run --out', which was. Or one scenario "
                  "and --set")
      ->type_name("SCENARIO|RESULT")
      ->required();
  add_override_options(command, options->overrides);
  add_replications_option(command, options->replications, fmt::format("{} by default", replications_by_default));
  add_jobs_option(command, options->jobs, "one replication each");
  command
      .add_option("--metric", options->shown.metrics,
                  "Show these figures only, a path of run.json, * for any name; may be repeated")
      ->type_name("PATH")
      ->allow_extra_args(false);
  command.add_flag("--all", options->shown.all, "Show every figure");
  add_json_option(command, options->json, "Every figure of both as JSON");
  command.add_option("--markdown", options->markdown, "The tables as Markdown, written to FILE or with - to standard output")
      ->type_name("FILE|-");
  add_progress_option(command, options->progress);
  command.footer(
      "Examples:\n"
      "  chatsim compare scenarios/small.yaml --set services.messaging.machines=3\n"
      "  chatsim compare scenarios/transport_websocket.yaml scenarios/transport_long_polling.yaml\n"
      "  chatsim compare out/before out/after --metric 'latency.*.p99_ms'\n"
      "\n"
      "--set changes the second of two scenarios, or makes the second of one; --seed is of both. Runs of the same seed had\n"
      "the same users do the same, so that what chance does to both cancels out: such pairs are compared where there are\n"
      "two or more, independent runs otherwise.\n"
      "Exit codes: 0 done, whatever differs (a gate is 'chatsim check --baseline'), 2 a scenario or the call is wrong,\n"
      "70 internal error, 130 interrupted.");
  command.callback([options, &chosen] { chosen = [options] { return compare(*options); }; });
}

}  // namespace chatsim::cli
