#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "planner/experiment/precision.hpp"
#include "planner/experiment/trial.hpp"

namespace chatsim::planner {

/// One trial of an experiment.
struct Replication {
  Seed seed = 0;
  std::optional<spec::Result> result;
  std::string failure;  ///< Why there is no result.
};

struct ReplicateOptions {
  std::size_t most = 1;                 ///< Replications, failed ones included.
  std::optional<Precision> precision;   ///< Fewer, once this is reached.
  std::optional<spec::Seconds> max_time;  ///< Of wall clock; the first replication is waited for in any case.
  /// Wall clock since the experiment began; for tests.
  std::function<spec::Seconds()> elapsed;
};

/// Why there are no more replications.
enum class Ending {
  all_done,     ///< ReplicateOptions::most.
  precise,      ///< Every metric is known as precisely as asked for.
  time_is_up,
  failing,      ///< The first three all failed.
  unknown_metric,
  interrupted,  ///< The batch ended early by itself.
};
const char* name_of(Ending ending);  ///< "all_done", ...

/// What replications say together.
struct Experiment {
  std::vector<Replication> replications;  ///< In the order of their seeds, those that failed included.
  Ending ending = Ending::all_done;
  spec::Result mean;                      ///< See mean_of; of nothing when all failed.
  spec::Intervals intervals;
  std::vector<MetricPrecision> metrics;   ///< Of ReplicateOptions::precision.
  std::vector<std::string> unknown_metrics;

  std::size_t succeeded() const;
};

/// Independent replications of a scenario. Replication i has the seed scenario.seed + i: every stream of random
/// numbers is keyed by the seed, so neighbouring seeds are as unrelated as any, and variants of a scenario with
/// the same seed share their random numbers (planner/gate/differences.hpp).
///
/// The rule that says when it is enough looks at replications in the order of their seeds, whichever ends first,
/// and what was begun beyond is dropped: the experiment is the same however many trials run at a time. Only the
/// wall clock (max_time, an interrupt) stops at a number of replications that another run need not repeat; then
/// all that have ended count, an interrupted one only where there is nothing else.
Experiment replicate(const spec::Scenario& scenario, const ReplicateOptions& options, const Batch& batch);

}  // namespace chatsim::planner
