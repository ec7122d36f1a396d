#pragma once

#include <CLI/App.hpp>
#include <atomic>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "cli/progress.hpp"
#include "models/run/replications.hpp"
#include "planner/blame/blame.hpp"
#include "planner/experiment/replicate.hpp"

namespace chatsim::cli {

/// How often a scenario is simulated, and at how many places.
struct ExperimentOptions {
  std::optional<std::size_t> replications;
  std::optional<double> precision;
  std::vector<std::string> metrics;
  std::optional<spec::Seconds> max_time;
  std::optional<int> jobs;
  planner::BlameOptions blame = {};  ///< Of scenarios in which messages are followed.

  bool is_sequential() const { return precision || max_time; }
};

/// --replications, --precision, --metric, --max-time, --jobs
void add_experiment_options(CLI::App& command, ExperimentOptions& options);

/// --jobs N. \param what of a process: "one replication each".
void add_jobs_option(CLI::App& command, std::optional<int>& jobs, const std::string& what);
/// As many as there are cores.
int jobs_by_default();

/// --replications N. \param otherwise what happens without it: "1 by default".
void add_replications_option(CLI::App& command, std::optional<std::size_t>& replications, const std::string& otherwise);
/// --max-time TIME
void add_max_time_option(CLI::App& command, std::optional<spec::Seconds>& max_time, const std::string& what);

/// Traces are looked at here and do not go further.
planner::TrialOutcome outcome_of(std::variant<spec::Result, models::RunFailure> ending,
                                 const planner::BlameOptions& blame = {});

/// Simulates in so many processes at a time. `stop` is what Ctrl-C sets.
planner::Batch in_processes(int jobs, ProgressDisplay& display, const std::atomic<bool>& stop,
                            const planner::BlameOptions& blame = {});

/// What --help says of them.
extern const char* const experiment_help;

/// Simulates as the options say: one replication in one process, several in as many processes as there are jobs.
/// `stop` is what Ctrl-C sets. Throws Refusal where a metric is no number of the results.
planner::Experiment run_experiment(const spec::Scenario& scenario, const ExperimentOptions& options,
                                   ProgressDisplay& display, const std::atomic<bool>& stop);

}  // namespace chatsim::cli
