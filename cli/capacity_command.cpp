#include "cli/capacity_command.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>

#include "cli/capacity_report.hpp"
#include "cli/experiment.hpp"
#include "cli/interrupt.hpp"
#include "cli/output.hpp"
#include "planner/plan/plan.hpp"
#include "scenarios/spec/quantity_text.hpp"

namespace chatsim::cli {
namespace {

struct CapacityCall {
  ScenarioOptions scenario;
  planner::CapacityOptions search;
  planner::GateOptions gate;
  std::optional<int> jobs;
  std::string json;
  ProgressOption progress = ProgressOption::automatic;
};

ExitCode capacity(const CapacityCall& call) {
  const loader::LoadOutcome loaded = load_or_complain(call.scenario);
  if (!loaded.scenario) return ExitCode::wrong_input;
  if (complain("capacity", planner::obstacles(*loaded.scenario))) return ExitCode::wrong_input;
  if (!call.json.empty()) prepare_file("--json", call.json);
  const Interrupt interrupt;
  const auto begin = std::chrono::steady_clock::now();
  const auto left = [&] {
    const std::chrono::duration<double> passed = std::chrono::steady_clock::now() - begin;
    return spec::Seconds{std::max(0.0, call.gate.max_time->value() - passed.count())};
  };
  const planner::Capacity found = planner::find_capacity(*loaded.scenario, call.search, [&](const spec::Scenario& scenario) {
    planner::GateOptions gate = call.gate;
    gate.ends = planner::GateOptions::Ends::at_the_first_miss;
    if (gate.max_time) gate.max_time = left();
    ProgressDisplay display(progress_mode(call.progress, stderr), stderr);
    return planner::run_gate(scenario, gate,
                             in_processes(call.jobs.value_or(jobs_by_default()), display, interrupt.requested()));
  });
  if (!call.json.empty())
    write_file_or_standard_output("--json", call.json, capacity_json(*loaded.scenario, found).dump(2) + "\n");
  if (call.json != "-")
    write_standard_output(capacity_report(*loaded.scenario, found, Paint(colour_of(STDOUT_FILENO))));
  if (interrupt.requested()) return ExitCode::interrupted;
  return found.holds ? ExitCode::done : ExitCode::budget_missed;
}

}  // namespace

void add_capacity_command(CLI::App& program, Action& chosen) {
  CLI::App& command = *program.add_subcommand(
      "capacity", "Find the largest load that a fleet holds, and what breaks first beyond it, by simulation");
  const auto call = std::make_shared<CapacityCall>();
  add_scenario_options(command, call->scenario);
  add_slice_option(command, call->scenario);
  add_part_option(command, "--precision", call->search.precision,
                  "How far the load that breaks may be from the one that holds, such as 2% (the default)");
  add_replications_option(command, call->gate.replications,
                          fmt::format("as many as it takes at each load by default, {}", fmt::join(planner::looks, ", then ")));
  add_max_time_option(command, call->gate.max_time, "Begin no more replications after so much wall time, such as 10min");
  add_jobs_option(command, call->jobs, "one replication each");
  add_json_option(command, call->json, "The answer and every load that was tried, as JSON");
  add_progress_option(command, call->progress);
  command.footer(
      "Examples:\n"
      "  chatsim capacity scenarios/small.yaml\n"
      "  chatsim capacity scenarios/gate/peak.yaml --precision 1%\n"
      "  chatsim capacity scenarios/chat_2b.yaml --slice 1/100 --max-time 10min\n"
      "\n"
      "What has to hold are the budgets of the scenario, or without any its planning section: utilisation of every tier, p99\n"
      "of both latencies, nothing failed, nothing lost. Each load is simulated until that is certain, as by 'chatsim check';\n"
      "loads at which it stays open lie between what holds and what breaks.\n"
      "Exit codes: 0 done, 1 no load holds, 2 the scenario or the call is wrong, 130 interrupted.");
  command.callback([call, &chosen] { chosen = [call] { return capacity(*call); }; });
}

}  // namespace chatsim::cli
