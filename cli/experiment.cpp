#include "cli/experiment.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <charconv>
#include <set>
#include <thread>

#include "cli/refusal.hpp"
#include "cli/suggest.hpp"
#include "models/run/replications.hpp"
#include "planner/experiment/numbers.hpp"
#include "scenarios/spec/quantity_text.hpp"

namespace chatsim::cli {
namespace {

constexpr std::size_t most_when_sequential = 100;
constexpr std::size_t most_replications = 10'000;

std::optional<std::size_t> find_count(const std::string& text, std::size_t most) {
  std::size_t number = 0;
  const char* end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, number);
  return error == std::errc() && rest == end && number >= 1 && number <= most ? std::optional(number) : std::nullopt;
}

std::string complaint_about_precision(const std::string& text) {
  std::string error;
  const auto share = spec::parse_probability(text, error);
  if (!share) return error;
  return share->value() > 0 && share->value() < 1
             ? ""
             : fmt::format("'{}' is no precision, such as 5% or 0.05", text);
}

std::string complaint_about_time(const std::string& text) {
  std::string error;
  const auto time = spec::parse_seconds(text, error);
  if (!time) return error;
  return time->value() > 0 ? "" : fmt::format("'{}' is too short, more than 0s", text);
}

planner::Batch single(const planner::BlameOptions& blame, ProgressDisplay& display, const std::atomic<bool>& stop) {
  return [&](const planner::BatchOrder& order) {
    const auto show = [&](const models::Progress& state) { display.show(state); };
    order.take(0, outcome_of(models::run(order.scenario, stop, show), blame));
  };
}

[[noreturn]] void refuse_metrics(const planner::Experiment& experiment) {
  std::vector<std::string> paths;
  for (const planner::Number& number : planner::numbers_of(experiment.mean)) paths.push_back(number.path);
  const std::string& metric = experiment.unknown_metrics.front();
  throw Refusal(fmt::format("--metric: '{}' is no number of the results{}; see run.json for their paths", metric,
                            did_you_mean(metric, paths)));
}

}  // namespace

planner::TrialOutcome outcome_of(std::variant<spec::Result, models::RunFailure> ending, const planner::BlameOptions& blame) {
  if (const auto* failure = std::get_if<models::RunFailure>(&ending)) return planner::TrialFailure{failure->message};
  spec::Result& result = std::get<spec::Result>(ending);
  planner::tell_blame(result, blame);
  return std::move(result);
}

planner::Batch in_processes(int jobs, ProgressDisplay& display, const std::atomic<bool>& stop,
                            const planner::BlameOptions& blame) {
  return [&display, &stop, jobs, blame](const planner::BatchOrder& order) {
    std::set<std::size_t> taken;
    const auto failure = models::run_replications(
        order.scenario, order.seeds, jobs,
        {.take =
             [&](std::size_t index, std::variant<spec::Result, models::RunFailure> ending) {
               taken.insert(index);
               order.take(index, outcome_of(std::move(ending), blame));
             },
         .enough = [&] { return stop || order.enough(); },
         .progress = [&](const models::ReplicationsProgress& state) { display.show(state); }});
    if (!failure) return;
    // Of the host of all: the first that has not ended stands for those that never will.
    std::size_t index = 0;
    while (taken.contains(index)) ++index;
    if (index < order.seeds.size()) order.take(index, planner::TrialFailure{failure->message});
  };
}

const char* const experiment_help =
    "Replications are simulations with the seeds N, N+1, ... Of several, every number is the mean, with the 95 %\n"
    "confidence interval (Student's t) behind or below it as +-. The interval of a percentile is that of the mean\n"
    "of the replications' percentiles. One replication has no intervals: its windows depend on one another, and\n"
    "intervals from them would be too narrow. The results of N replications, or of those that a precision takes,\n"
    "do not depend on --jobs; only --max-time and Ctrl-C may stop at another number of them each time, and keep\n"
    "what has ended.";

void add_replications_option(CLI::App& command, std::optional<std::size_t>& replications, const std::string& otherwise) {
  command
      .add_option_function<std::string>(
          "--replications",
          [&replications](const std::string& text) { replications = find_count(text, most_replications); },
          "Simulate with so many seeds, the scenario's and those after it; " + otherwise)
      ->type_name("N")
      ->check(
          [](const std::string& text) {
            return find_count(text, most_replications)
                       ? ""
                       : fmt::format("'{}' is not a number of replications, 1 to {}", text, most_replications);
          },
          "");
}

void add_max_time_option(CLI::App& command, std::optional<spec::Seconds>& max_time, const std::string& what) {
  command
      .add_option_function<std::string>(
          "--max-time",
          [&max_time](const std::string& text) {
            std::string error;
            max_time = spec::parse_seconds(text, error);
          },
          what)
      ->type_name("TIME")
      ->check(complaint_about_time, "");
}

void add_experiment_options(CLI::App& command, ExperimentOptions& options) {
  add_replications_option(command, options.replications,
                          fmt::format("1 by default, and at most {} with --precision or --max-time", most_when_sequential));
  command
      .add_option_function<std::string>(
          "--precision",
          [&options](const std::string& text) {
            std::string error;
            options.precision = spec::parse_probability(text, error)->value();
          },
          fmt::format("Replicate until the interval of every metric is within so much of its mean, such as 5%; at "
                      "least {} times",
                      planner::PrecisionRule::fewest_replications))
      ->type_name("PART")
      ->check(complaint_about_precision, "");
  command
      .add_option("--metric", options.metrics,
                  "What --precision is about, a path of run.json, * for any name; may be repeated. By default the p99 "
                  "of every latency with at least 1,000 samples and the utilisation of every tier above 1 %")
      ->type_name("PATH")
      ->allow_extra_args(false);
  add_max_time_option(command, options.max_time,
                      "Stop replicating after so much wall time, such as 60s; the first replication always ends");
  add_jobs_option(command, options.jobs, "one replication each");
}

void add_jobs_option(CLI::App& command, std::optional<int>& jobs, const std::string& what) {
  command
      .add_option_function<std::string>(
          "--jobs", [&jobs](const std::string& text) { jobs = static_cast<int>(*find_count(text, 99'999)); },
          fmt::format(
              "Processes that may simulate at a time, {}; by default as many as there are cores. Fewer where the "
              "memory does not hold them",
              what))
      ->type_name("N")
      ->check(
          [](const std::string& text) {
            return find_count(text, 99'999) ? ""
                                            : fmt::format("'{}' is not a number of processes, at least 1", text);
          },
          "");
}

int jobs_by_default() { return static_cast<int>(std::max(1U, std::thread::hardware_concurrency())); }

planner::Experiment run_experiment(const spec::Scenario& scenario, const ExperimentOptions& options,
                                   ProgressDisplay& display, const std::atomic<bool>& stop) {
  if (!options.metrics.empty() && !options.precision) throw Refusal("--metric: without --precision it has no meaning");
  planner::ReplicateOptions replicate;
  replicate.most = options.replications.value_or(options.is_sequential() ? most_when_sequential : 1);
  if (options.precision) replicate.precision = planner::Precision{*options.precision, options.metrics};
  replicate.max_time = options.max_time;
  const planner::Batch batch = replicate.most == 1
                                   ? single(options.blame, display, stop)
                                   : in_processes(options.jobs.value_or(jobs_by_default()), display, stop, options.blame);
  planner::Experiment experiment = planner::replicate(scenario, replicate, batch);
  if (!experiment.unknown_metrics.empty()) refuse_metrics(experiment);
  return experiment;
}

}  // namespace chatsim::cli
