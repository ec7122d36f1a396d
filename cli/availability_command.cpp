#include "cli/availability_command.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "cli/availability_report.hpp"
#include "cli/interrupt.hpp"
#include "cli/output.hpp"
#include "models/run/run.hpp"
#include "scenarios/json/json.hpp"

namespace chatsim::cli {
namespace {

struct AvailabilityChoice {
  ScenarioOptions scenario;
  std::string json;
  ProgressOption progress = ProgressOption::automatic;
  planner::AvailabilityOptions options;
};

constexpr int fewest_seeds = 2, most_seeds = 1000;

planner::Trial simulation(const Interrupt& interrupt) {
  return [&interrupt](spec::Scenario scenario, planner::Seed seed) {
    scenario.seed = seed;
    auto ending = models::run(scenario, interrupt.requested(), [](const models::Progress&) {});
    if (const auto* failure = std::get_if<models::RunFailure>(&ending)) throw std::runtime_error(failure->message);
    return std::get<spec::Result>(std::move(ending));
  };
}

planner::Availability measure(const spec::Scenario& scenario, planner::AvailabilityOptions options,
                              ProgressOption progress, const Interrupt& interrupt) {
  ProgressDisplay display(progress_mode(progress, stderr), stderr);
  const auto begin = std::chrono::steady_clock::now();
  options.progress = [&](std::size_t done, std::size_t all) {
    models::ReplicationsProgress state;
    state.finished = done;
    state.running = 1;
    state.planned = all;
    state.wall_s = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    display.show(state);
  };
  return planner::availability(scenario, options, simulation(interrupt));
}

ExitCode availability(const AvailabilityChoice& choice) {
  const loader::LoadOutcome outcome = load_or_complain(choice.scenario);
  if (!outcome.scenario) return ExitCode::wrong_input;
  if (!choice.json.empty()) prepare_file("--json", choice.json);
  const spec::Scenario& scenario = *outcome.scenario;
  const planner::AvailabilityOptions& options = choice.options;
  const Interrupt interrupt;
  const planner::Availability found = measure(scenario, options, choice.progress, interrupt);
  if (found.interrupted) {
    fmt::print(stderr, "chatsim: interrupted: not all failures were simulated\n");
    return ExitCode::interrupted;
  }
  if (!choice.json.empty()) {
    nlohmann::ordered_json document;
    document["version"] = CHATSIM_VERSION;
    document.update(availability_json(scenario, options, found));
    document["resolved_scenario"] = json::to_json(scenario);
    write_file_or_standard_output("--json", choice.json, document.dump(2) + "\n");
  }
  if (choice.json != "-") {
    write_standard_output(availability_report(scenario, options, found, Paint(colour_of(STDOUT_FILENO))));
  }
  return ExitCode::done;
}

}  // namespace

void add_availability_command(CLI::App& program, Action& chosen) {
  CLI::App& command = *program.add_subcommand(
      "availability",
      "Tell the nines of each operation a year, from failure rates and the simulated impact of each failure");
  const auto choice = std::make_shared<AvailabilityChoice>();
  add_scenario_options(command, choice->scenario);
  add_slice_option(command, choice->scenario);
  command.add_option("--seeds", choice->options.seeds, "Simulations of each failure; 3 by default")
      ->type_name("N")
      ->check(CLI::Range(fewest_seeds, most_seeds));
  command
      .add_option("--kind", choice->options.kinds,
                  "Failures of this kind alone: machine, disk, rack, pod or power; may be repeated")
      ->type_name("KIND")
      ->allow_extra_args(false)
      ->check(CLI::IsMember({"machine", "disk", "rack", "pod", "power"}));
  add_json_option(command, choice->json, "All of it as JSON");
  add_progress_option(command, choice->progress);
  command.footer(
      "How often what fails, and how long it is away, is faults.random; usual rates stand in for what is left out. "
      "Each kind\n"
      "of failure takes two simulations for each seed, of half a minute of simulated time: of large systems a slice "
      "will do.\n"
      "\n"
      "Examples:\n"
      "  chatsim availability scenarios/small.yaml\n"
      "  chatsim availability scenarios/small.yaml --kind power --kind pod --seeds 5\n"
      "  chatsim availability scenarios/chat_2b.yaml --slice 1/1000 --set faults.random.rack.time_to_failure=1000d\n"
      "  chatsim availability scenarios/small.yaml --json - | python3 -m json.tool\n"
      "\n"
      "Exit codes: 0 done, 2 the scenario or the call is wrong, 70 internal error, 130 interrupted.");
  command.callback([choice, &chosen] { chosen = [choice] { return availability(*choice); }; });
}

}  // namespace chatsim::cli
