#include "cli/check_command.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>

#include "cli/baseline_file.hpp"
#include "cli/check_report.hpp"
#include "cli/experiment.hpp"
#include "cli/interrupt.hpp"
#include "cli/junit.hpp"
#include "cli/output.hpp"
#include "cli/refusal.hpp"
#include "scenarios/json/json.hpp"
#include "scenarios/spec/quantity_text.hpp"

namespace chatsim::cli {
namespace {

struct CheckOptions {
  std::vector<std::string> paths;
  ScenarioOptions common;  ///< Its path is not used.
  planner::GateOptions gate;
  std::optional<int> jobs;
  std::string baseline;
  bool update_baseline = false;
  std::string junit, markdown, json, out;
  ProgressOption progress = ProgressOption::automatic;
};

/// Runs of a baseline that is written anew: as many as the first two looks of a later check can pair.
constexpr std::size_t baseline_replications = 10;

double seconds_since(std::chrono::steady_clock::time_point begin) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

/// The scenarios of folders are those of their files that end in .yaml, by name; folders within are not looked into.
std::vector<std::string> files_of(const std::vector<std::string>& paths) {
  namespace fs = std::filesystem;
  std::vector<std::string> files;
  for (const std::string& path : paths) {
    std::error_code error;
    if (!fs::is_directory(path, error)) {
      files.push_back(path);
      continue;
    }
    std::vector<std::string> found;
    for (const fs::directory_entry& entry : fs::directory_iterator(path, error)) {
      if (entry.path().extension() == ".yaml") found.push_back(entry.path().string());
    }
    if (error) throw Refusal(fmt::format("{}: cannot be read: {}", path, error.message()));
    if (found.empty()) throw Refusal(fmt::format("{}: there is no scenario in it, no file that ends in .yaml", path));
    std::sort(found.begin(), found.end());
    files.insert(files.end(), found.begin(), found.end());
  }
  return files;
}

/// All are read before the first is simulated: a mistake in the last is told at once.
bool load_all(const CheckOptions& options, Check& check) {
  bool all_right = true;
  for (const std::string& path : files_of(options.paths)) {
    ScenarioOptions one = options.common;
    one.path = path;
    loader::LoadOutcome loaded = load_or_complain(one);
    if (!loaded.scenario) {
      all_right = false;
    } else if (loaded.scenario->budgets.empty() && options.baseline.empty()) {
      check.without_budgets.push_back(path);
    } else {
      CheckedScenario& checked = check.scenarios.emplace_back();
      checked.path = path;
      checked.scenario = *std::move(loaded.scenario);
    }
  }
  if (all_right && check.scenarios.empty()) {
    throw Refusal(fmt::format("{}: nothing to check: no budgets and no --baseline; a budget is, in the scenario:\n"
                              "  budgets:\n    - holds: latency.send_to_deliver.p99 <= 250ms",
                              fmt::join(options.paths, " ")));
  }
  return all_right;
}

void check_one(CheckedScenario& checked, const CheckOptions& options, const Baseline* baseline, spec::Seconds left,
               const std::atomic<bool>& stop) {
  planner::GateOptions gate = options.gate;
  if (gate.max_time) gate.max_time = left;
  if (options.update_baseline && !gate.replications) gate.replications = baseline_replications;
  if (baseline != nullptr) {
    checked.compared = true;
    gate.baseline = baseline->find(checked.scenario.name);
    checked.in_baseline = gate.baseline != nullptr;
    if (gate.baseline != nullptr) {
      checked.changed_inputs =
          planner::input_changes(gate.baseline->resolved_scenario, json::to_json(checked.scenario));
      std::erase_if(checked.changed_inputs, [](const planner::InputChange& change) {
        return change.path == "seed" || change.path.starts_with("budgets");
      });
    }
  }
  const auto begin = std::chrono::steady_clock::now();
  ProgressDisplay display(progress_mode(options.progress, stderr), stderr);
  checked.outcome = planner::run_gate(checked.scenario, gate,
                                      in_processes(options.jobs.value_or(jobs_by_default()), display, stop));
  checked.wall_s = seconds_since(begin);
  if (!checked.outcome.unknown_guards.empty()) {
    throw Refusal(fmt::format("--guard: {} is no number of the results of {}; see run.json for their paths",
                              spec::quoted(checked.outcome.unknown_guards.front()), checked.path));
  }
}

Baseline baseline_of(const Check& check) {
  Baseline baseline;
  for (const CheckedScenario& checked : check.scenarios) {
    if (baseline.find(checked.scenario.name) != nullptr) {
      throw Refusal(
          fmt::format("{}: another scenario of this check has the name {} too; a baseline tells them apart by name",
                      checked.path, spec::quoted(checked.scenario.name)));
    }
    baseline.experiments.push_back(
        {checked.scenario.name, CHATSIM_VERSION, json::to_json(checked.scenario), checked.outcome.runs});
  }
  return baseline;
}

void write_reports(const Check& check, const CheckOptions& options) {
  const std::string json = check_json(check).dump(2) + "\n";
  if (!options.out.empty()) {
    const std::filesystem::path folder = options.out;
    write_file("--out", folder / "junit.xml", junit_xml(check));
    write_file("--out", folder / "check.md", check_markdown(check));
    write_file("--out", folder / "check.json", json);  // last: where it is, all is
  }
  if (!options.junit.empty()) write_file_or_standard_output("--junit", options.junit, junit_xml(check));
  if (!options.markdown.empty()) write_file_or_standard_output("--markdown", options.markdown, check_markdown(check));
  if (!options.json.empty()) write_file_or_standard_output("--json", options.json, json);
  if (options.json != "-" && options.junit != "-" && options.markdown != "-")
    write_standard_output(check_report(check, Paint(colour_of(STDOUT_FILENO))));
}

void prepare_outputs(const CheckOptions& options) {
  if (options.update_baseline && options.baseline.empty()) throw Refusal("--update-baseline: of which --baseline FILE?");
  if (!options.out.empty()) prepare_folder("--out", options.out);
  if (!options.junit.empty()) prepare_file("--junit", options.junit);
  if (!options.markdown.empty()) prepare_file("--markdown", options.markdown);
  if (!options.json.empty()) prepare_file("--json", options.json);
  if (options.update_baseline) prepare_file("--baseline", options.baseline);
}

ExitCode check(const CheckOptions& options) {
  Check check;
  check.allowed_regression = options.gate.allowed_regression;
  if (!load_all(options, check)) return ExitCode::wrong_input;
  std::optional<Baseline> baseline;
  if (!options.baseline.empty() && !options.update_baseline) baseline = read_baseline(options.baseline);
  prepare_outputs(options);

  const Interrupt interrupt;
  const auto begin = std::chrono::steady_clock::now();
  for (CheckedScenario& checked : check.scenarios) {
    if (interrupt.requested()) break;
    const double left = options.gate.max_time ? options.gate.max_time->value() - seconds_since(begin) : 0;
    check_one(checked, options, baseline ? &*baseline : nullptr, spec::Seconds{std::max(0.0, left)}, interrupt.requested());
  }
  check.wall_s = seconds_since(begin);
  // What was not begun is not reported.
  std::erase_if(check.scenarios, [](const CheckedScenario& checked) { return checked.outcome.replications.empty(); });
  write_reports(check, options);
  if (interrupt.requested()) return ExitCode::interrupted;
  const ExitCode code = check.exit_code();
  if (options.update_baseline && code != ExitCode::internal_error && code != ExitCode::interrupted)
    write_file("--baseline", options.baseline, to_text(baseline_of(check)));
  return code;
}

void add_regression_options(CLI::App& command, CheckOptions& options) {
  command
      .add_option("--baseline", options.baseline,
                  "Compare with the runs in this file, seed by seed, and fail where a figure has become worse by more than "
                  "--regression for certain")
      ->type_name("FILE");
  command.add_flag("--update-baseline", options.update_baseline,
                   fmt::format("Write --baseline anew from these runs ({} replications) in place of comparing",
                               baseline_replications));
  add_part_option(command, "--regression", options.gate.allowed_regression,
                  "How much worse than the baseline a figure may be, such as 5% (the default)", Nothing::a_part);
  command
      .add_option("--guard", options.gate.guards,
                  "Figures that are compared beside those of the budgets, a path of run.json, * for any name; may be "
                  "repeated. By default the p99 of every latency with at least 1,000 samples and the utilisation of every "
                  "tier above 1 %")
      ->type_name("PATH")
      ->allow_extra_args(false);
}

void add_output_options(CLI::App& command, CheckOptions& options) {
  command.add_option("--junit", options.junit, "The verdicts as XML of JUnit, written to FILE or with - to standard output")
      ->type_name("FILE|-");
  command.add_option("--markdown", options.markdown, "The tables as Markdown, for a comment on a change")
      ->type_name("FILE|-");
  add_json_option(command, options.json, "The verdicts as JSON");
  command.add_option("--out", options.out, "Write check.json, check.md and junit.xml into this folder")->type_name("DIR");
  add_progress_option(command, options.progress);
}

}  // namespace

void add_check_command(CLI::App& program, Action& chosen) {
  CLI::App& command = *program.add_subcommand(
      "check", "Simulate scenarios until it is certain whether their budgets hold: a gate for continuous integration");
  const auto options = std::make_shared<CheckOptions>();
  command
      .add_option("SCENARIO", options->paths,
                  "Scenarios, or folders of them; of a folder those without budgets are left out")
      ->type_name("FILE|FOLDER")
      ->required();
  add_override_options(command, options->common);
  add_replications_option(command, options->gate.replications,
                          fmt::format("as many as it takes by default, {}", fmt::join(planner::looks, ", then ")));
  add_max_time_option(command, options->gate.max_time,
                      "Begin no more replications after so much wall time, such as 60s, of all scenarios together; of each "
                      "the first always ends");
  add_jobs_option(command, options->jobs, "one replication each");
  add_regression_options(command, *options);
  add_output_options(command, *options);
  command.footer(
      "Examples:\n"
      "  chatsim check scenarios/gate\n"
      "  chatsim check scenarios/gate --out out --jobs 2\n"
      "  chatsim check scenarios/small.yaml --set services.messaging.machines=8 --max-time 60s\n"
      "  chatsim check scenarios/gate --baseline baseline.json --update-baseline\n"
      "  chatsim check scenarios/gate --baseline baseline.json --regression 5%\n"
      "\n"
      "A budget is met or missed once the confidence interval of its figure over all replications is on one side of the\n"
      "limit. After 5, 10 and 20 of them it is looked whether all are decided; each look has 98.3 % confidence, so that all\n"
      "three together have 95 %. What is still open then is inconclusive: more replications or another limit decide it.\n"
      "The budgets are those of the scenario; 'chatsim explain SCENARIO --metrics' lists what they can be about.\n"
      "\n"
      "Exit codes: 0 all budgets are met and no figure is worse, 1 one is missed or worse, 2 a scenario or the call is\n"
      "wrong, 3 inconclusive, 4 a budget or a baseline has no data, 70 internal error, 130 interrupted. Of several the\n"
      "first of 70, 1, 4, 3 counts.");
  command.callback([options, &chosen] { chosen = [options] { return check(*options); }; });
}

}  // namespace chatsim::cli
