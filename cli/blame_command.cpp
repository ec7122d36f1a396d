#include "cli/blame_command.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <charconv>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>

#include "cli/blame_report.hpp"
#include "cli/experiment.hpp"
#include "cli/interrupt.hpp"
#include "cli/output.hpp"
#include "cli/refusal.hpp"
#include "cli/suggest.hpp"
#include "planner/blame/faster.hpp"
#include "scenarios/json/chrome_trace.hpp"
#include "scenarios/json/json.hpp"
#include "scenarios/spec/quantity_text.hpp"

namespace chatsim::cli {
namespace {

/// Twenty messages are slower than p99.9.
constexpr int traces_by_default = 20'000;
constexpr std::size_t simulated_by_default = 3;
constexpr std::size_t replications_to_check = 5;

const std::vector<std::string> latencies{"send_to_ack", "send_to_deliver"};
const std::vector<std::string> quantiles{"p50", "p99", "p999"};

struct BlameOptions {
  ScenarioOptions scenario;
  BlameShown shown;
  std::size_t simulated = 0;
  std::string trace, json, out;
  ProgressOption progress = ProgressOption::automatic;
  ExperimentOptions experiment;
};

std::string complaint_about_name(const std::string& word, const std::vector<std::string>& known, const char* what) {
  if (std::find(known.begin(), known.end(), word) != known.end()) return "";
  const std::string meant = did_you_mean(word, known);
  const std::string remedy = meant.empty() ? fmt::format(", one of {}", fmt::join(known, ", ")) : meant;
  return fmt::format("'{}' is no {}{}", word, what, remedy);
}

std::string quantile_name(const std::string& word) { return word == "p99.9" ? "p999" : word; }

std::string complaint_about_part(const std::string& text) {
  std::string error;
  const auto part = spec::parse_probability(text, error);
  if (!part) return error;
  return part->value() > 0 && part->value() < 1 ? "" : fmt::format("'{}' is no part of a time, such as 20% or 0.2", text);
}

/// "" stands for the default.
std::optional<std::size_t> find_hops(const std::string& text) {
  if (text.empty()) return simulated_by_default;
  std::size_t number = 0;
  const char* end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, number);
  return error == std::errc() && rest == end && number >= 1 && number <= 100 ? std::optional(number) : std::nullopt;
}

/// Hops that gain most by calculation, at what is looked at: p99 of the deliveries, or of what there is.
std::vector<std::string> hops_to_simulate(const spec::BlameReport& blame, const BlameShown& shown) {
  const spec::BlameQuantile* looked_at = nullptr;
  for (const spec::BlameLatency& latency : blame.latency) {
    if (!shown.latency.empty() && latency.name != shown.latency) continue;
    for (const spec::BlameQuantile& quantile : latency.quantiles) {
      if (quantile.name == (shown.quantile.empty() ? "p99" : shown.quantile)) looked_at = &quantile;
    }
  }
  if (looked_at == nullptr) return {};
  std::vector<spec::BlameHop> hops = looked_at->hops;
  std::stable_sort(hops.begin(), hops.end(), [](const auto& a, const auto& b) { return a.gain > b.gain; });
  std::vector<std::string> names;
  for (const spec::BlameHop& hop : hops) names.push_back(hop.name);
  return names;
}

std::vector<SimulatedHop> simulate_hops(const spec::Scenario& scenario, const planner::Experiment& as_it_is,
                                        const BlameOptions& options, const std::atomic<bool>& stop) {
  std::vector<SimulatedHop> simulated;
  for (const std::string& name : hops_to_simulate(as_it_is.mean.blame, options.shown)) {
    if (simulated.size() == options.simulated || stop) break;
    const auto hop = planner::find_hop(name);
    const auto faster = hop ? planner::faster(scenario, *hop, options.shown.faster) : std::nullopt;
    if (!faster) continue;
    ProgressDisplay display(progress_mode(options.progress, stderr), stderr);
    const planner::Experiment experiment = run_experiment(faster->scenario, options.experiment, display, stop);
    if (experiment.ending == planner::Ending::interrupted) break;
    simulated.push_back({name, faster->change, planner::check_gains(as_it_is.replications, experiment.replications, name)});
  }
  return simulated;
}

std::string trace_of(const planner::Experiment& experiment) {
  for (const planner::Replication& replication : experiment.replications) {
    if (replication.result) return json::chrome_trace(replication.result->blame.traces);
  }
  return json::chrome_trace({});
}

void write_results(const spec::Scenario& scenario, const planner::Experiment& experiment,
                   const std::vector<SimulatedHop>& simulated, const BlameOptions& options) {
  nlohmann::ordered_json document{{"version", CHATSIM_VERSION}, {"scenario", scenario.name}};
  document.update(blame_json(experiment, simulated, options.shown.faster));
  document["resolved_scenario"] = json::to_json(scenario);
  const std::string text = document.dump(2) + "\n";
  if (!options.trace.empty()) write_file("--trace", options.trace, trace_of(experiment));
  if (!options.out.empty()) {
    const std::filesystem::path folder = options.out;
    write_file("--out", folder / "trace.json", trace_of(experiment));
    write_file("--out", folder / "blame.json", text);  // last: where it is, all is
  }
  if (!options.json.empty()) write_file_or_standard_output("--json", options.json, text);
  if (options.json == "-") return;
  const Paint paint(colour_of(STDOUT_FILENO));
  write_standard_output(blame_report(experiment, options.shown, paint));
  if (options.simulated > 0) write_standard_output("\n" + simulated_report(simulated, options.shown, paint));
}

ExitCode blame(BlameOptions options) {
  loader::LoadOutcome loaded = load_or_complain(options.scenario);
  if (!loaded.scenario) return ExitCode::wrong_input;
  spec::Scenario& scenario = *loaded.scenario;
  if (scenario.simulation.traces == 0) scenario.simulation.traces = traces_by_default;
  if (!options.out.empty()) prepare_folder("--out", options.out);
  if (!options.json.empty()) prepare_file("--json", options.json);
  if (!options.trace.empty()) prepare_file("--trace", options.trace);
  options.experiment.blame.faster = options.shown.faster;
  if (options.simulated > 0 && !options.experiment.replications && !options.experiment.is_sequential())
    options.experiment.replications = replications_to_check;

  const Interrupt interrupt;
  planner::Experiment experiment;
  {
    ProgressDisplay display(progress_mode(options.progress, stderr), stderr);
    experiment = run_experiment(scenario, options.experiment, display, interrupt.requested());
  }
  for (const planner::Replication& replication : experiment.replications) {
    if (replication.result) continue;
    fmt::print(stderr, "chatsim: internal error: the simulation of {} with seed {}: {}\n", options.scenario.path,
               replication.seed, replication.failure);
  }
  if (experiment.succeeded() == 0)
    return experiment.replications.empty() ? ExitCode::interrupted : ExitCode::internal_error;
  // What is compared has the same number of seeds.
  if (options.experiment.is_sequential()) {
    options.experiment.replications = experiment.replications.size();
    options.experiment.precision.reset();
    options.experiment.max_time.reset();
    options.experiment.metrics.clear();
  }
  std::vector<SimulatedHop> simulated;
  if (experiment.ending != planner::Ending::interrupted)
    simulated = simulate_hops(scenario, experiment, options, interrupt.requested());
  write_results(scenario, experiment, simulated, options);
  if (experiment.succeeded() < experiment.replications.size()) return ExitCode::internal_error;
  return interrupt.requested() ? ExitCode::interrupted : ExitCode::done;
}

void add_choice(CLI::App& command, const char* name, std::string& chosen, const std::vector<std::string>& known,
                const char* what, const std::string& doc) {
  command
      .add_option_function<std::string>(
          name, [&chosen](const std::string& word) { chosen = quantile_name(word); }, doc)
      ->type_name("NAME")
      ->check(
          [&known, what](const std::string& word) { return complaint_about_name(quantile_name(word), known, what); }, "");
}

constexpr const char* footer =
    "Examples:\n"
    "  chatsim blame scenarios/small.yaml\n"
    "  chatsim blame scenarios/small.yaml --latency send_to_deliver --quantile p99 --replications 10\n"
    "  chatsim blame scenarios/small.yaml --simulate 3 --latency send_to_deliver --quantile p99\n"
    "  chatsim blame scenarios/chat_2b.yaml --slice 1/100 --trace trace.json\n"
    "\n"
    "Messages are followed hop by hop, at most simulation.traces of them (20,000 unless the scenario says so), which\n"
    "ones is the same whatever else changes. The way of each is calculated anew with one hop faster: a service takes\n"
    "less, and who waits for it waits less; a wire is shorter; a queue has more threads and cores; a pause is shorter.\n"
    "With --simulate the same change is made to the scenario, and simulated on the same seeds (5 unless --replications\n"
    "says so). FILE of --trace is for ui.perfetto.dev: the slowest messages of the first seed, and some others.\n"
    "\n";

}  // namespace

void add_blame_command(CLI::App& program, Action& chosen) {
  CLI::App& command = *program.add_subcommand(
      "blame", "Tell which hop of a message's way owns p50, p99 and p99.9, and what a faster one would give");
  const auto options = std::make_shared<BlameOptions>();
  add_scenario_options(command, options->scenario);
  add_slice_option(command, options->scenario);
  add_choice(command, "--latency", options->shown.latency, latencies, "latency that is followed",
             "Only this one: send_to_ack or send_to_deliver");
  add_choice(command, "--quantile", options->shown.quantile, quantiles, "quantile that is looked at",
             "Only this one: p50, p99 or p99.9");
  command
      .add_option_function<std::string>(
          "--simulate", [options](const std::string& text) { options->simulated = *find_hops(text); },
          fmt::format("Simulate the N hops that gain most (at --quantile of --latency; by default {}, by p99 of "
                      "send_to_deliver), to check what was calculated",
                      simulated_by_default))
      ->type_name("[N]")
      ->expected(0, 1)
      ->check(
          [](const std::string& text) {
            return find_hops(text) ? "" : fmt::format("'{}' is not a number of hops, 1 to 100", text);
          },
          "");
  command
      .add_option_function<std::string>(
          "--faster",
          [options](const std::string& text) {
            std::string error;
            options->shown.faster = spec::parse_probability(text, error)->value();
          },
          "By which part of its time a hop is made faster, 20% by default")
      ->type_name("PART")
      ->check(complaint_about_part, "");
  command.add_option("--trace", options->trace, "Write requests of some messages as a trace for Perfetto")
      ->type_name("FILE");
  command.add_option("--out", options->out, "Write blame.json and trace.json into this folder")->type_name("DIR");
  add_json_option(command, options->json, "All of it as JSON");
  add_progress_option(command, options->progress);
  add_experiment_options(command, options->experiment);
  command.footer(std::string(footer) + experiment_help +
                 "\n\n"
                 "Ctrl-C ends it early with what there is.\n"
                 "Exit codes: 0 done, 2 the scenario or the call is wrong, 70 internal error, 130 interrupted.");
  command.callback([options, &chosen] { chosen = [options] { return blame(*options); }; });
}

}  // namespace chatsim::cli
