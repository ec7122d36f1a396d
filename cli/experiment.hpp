#pragma once

#include <CLI/App.hpp>
#include <atomic>
#include <optional>
#include <string>
#include <vector>

#include "cli/progress.hpp"
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

/// What --help says of them.
extern const char* const experiment_help;

/// Simulates as the options say: one replication in one process, several in as many processes as there are jobs.
/// `stop` is what Ctrl-C sets. Throws Refusal where a metric is no number of the results.
planner::Experiment run_experiment(const spec::Scenario& scenario, const ExperimentOptions& options,
                                   ProgressDisplay& display, const std::atomic<bool>& stop);

}  // namespace chatsim::cli
