#include "cli/run_command.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <variant>

#include "cli/interrupt.hpp"
#include "cli/output.hpp"
#include "cli/progress.hpp"
#include "cli/report.hpp"
#include "models/run/run.hpp"
#include "scenarios/json/json.hpp"

namespace chatsim::cli {
namespace {

struct RunOptions {
  ScenarioOptions scenario;
  std::string out;
  std::string json;
  ProgressOption progress = ProgressOption::automatic;
  int jobs = 1;
  Causes causes = Causes::of_the_busiest;
};

/// What programs read: which scenario, which program, and what came out.
std::string run_json(const spec::Scenario& scenario, const spec::Result& result) {
  nlohmann::ordered_json document;
  document["version"] = CHATSIM_VERSION;
  document.update(json::to_json(result));
  document["resolved_scenario"] = json::to_json(scenario);
  return document.dump(2) + "\n";
}

std::variant<spec::Result, models::RunFailure> simulate(const spec::Scenario& scenario,
                                                        ProgressOption progress, const Interrupt& interrupt) {
  ProgressDisplay display(progress_mode(progress, stderr), stderr);
  return models::run(scenario, interrupt.requested(),
                     [&display](const models::Progress& state) { display.show(state); });
}

void write_results(const spec::Scenario& scenario, const spec::Result& result, const RunOptions& options) {
  const std::string json = run_json(scenario, result);
  if (!options.out.empty()) {
    const std::filesystem::path folder = options.out;
    write_file("--out", folder / "series.csv", json::series_csv(result));
    write_file("--out", folder / "run.json", json);  // last: where it is, all is
  }
  if (!options.json.empty()) write_file_or_standard_output("--json", options.json, json);
  if (options.json != "-") {
    write_standard_output(report(result, Paint(colour_of(STDOUT_FILENO)), options.causes));
  } else if (result.interrupted) {
    fmt::print(stderr, "chatsim: interrupted after {} s of simulated time: partial results\n",
               result.simulated_s);
  }
}

ExitCode run(const RunOptions& options) {
  const loader::LoadOutcome outcome = load_or_complain(options.scenario);
  if (!outcome.scenario) return ExitCode::wrong_input;
  if (!options.out.empty()) prepare_folder("--out", options.out);
  if (!options.json.empty()) prepare_file("--json", options.json);

  const Interrupt interrupt;
  const auto ending = simulate(*outcome.scenario, options.progress, interrupt);
  if (const auto* failure = std::get_if<models::RunFailure>(&ending)) {
    fmt::print(stderr, "chatsim: internal error: the simulation of {}: {}\n", options.scenario.path,
               failure->message);
    return ExitCode::internal_error;
  }
  const auto& result = std::get<spec::Result>(ending);
  write_results(*outcome.scenario, result, options);
  return result.interrupted ? ExitCode::interrupted : ExitCode::done;
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
  command
      .add_option_function<std::string>(
          "--progress",
          [options](const std::string& word) {
            options->progress = word == "on"    ? ProgressOption::on
                                : word == "off" ? ProgressOption::off
                                                : ProgressOption::automatic;
          },
          "Show how far the run is: auto does so on a terminal only")
      ->type_name("auto|on|off")
      ->check(
          [](const std::string& word) {
            const bool known = word == "auto" || word == "on" || word == "off";
            return known ? "" : fmt::format("'{}' is not one of auto, on, off", word);
          },
          "");
  command
      .add_option("--jobs", options->jobs,
                  "Processes that may simulate at a time; one simulation, which is what run does, takes one")
      ->type_name("N")
      ->check(
          [](const std::string& text) {
            const bool positive = !text.empty() &&
                                  text.find_first_not_of("0123456789") == std::string::npos &&
                                  text.find_first_not_of('0') != std::string::npos && text.size() < 6;
            return positive ? "" : fmt::format("'{}' is not a number of processes, at least 1", text);
          },
          "");
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
      "\n"
      "Ctrl-C ends the run early and reports what it has; a second one ends the program.\n"
      "Exit codes: 0 done, 2 the scenario or the call is wrong, 70 internal error, 130 interrupted.");
  command.callback([options, &chosen] { chosen = [options] { return run(*options); }; });
}

}  // namespace chatsim::cli
