#include "planner/gate/gate.hpp"

#include <algorithm>
#include <chrono>

namespace chatsim::planner {
namespace {

double seconds_since(std::chrono::steady_clock::time_point begin) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

void judge(const spec::Scenario& scenario, const GateOptions& options, GateOutcome& outcome) {
  const std::vector<const spec::Result*> results = outcome.results();
  if (results.empty()) return;
  outcome.budgets = judge_budgets(scenario.budgets, results, outcome.confidence);
  outcome.guards = guards_of(scenario.budgets, *results.front(), options.guards, outcome.unknown_guards);
  outcome.runs.clear();
  for (const Replication& replication : outcome.replications) {
    if (replication.result) outcome.runs.push_back(run_of(replication.seed, *replication.result, outcome.guards));
  }
  if (!options.baseline) return;
  outcome.regressions = judge_regressions(outcome.guards, *options.baseline, outcome.runs,
                                          {options.allowed_regression, outcome.confidence});
}

/// Whether more replications can decide what is open.
bool is_open(const GateOutcome& outcome, const StoredExperiment* baseline) {
  const bool more_pairs = baseline != nullptr && outcome.runs.size() < baseline->runs.size();
  return std::any_of(outcome.budgets.begin(), outcome.budgets.end(),
                     [](const BudgetVerdict& verdict) { return verdict.standing == Standing::inconclusive; }) ||
         std::any_of(outcome.regressions.begin(), outcome.regressions.end(), [&](const RegressionVerdict& verdict) {
           return verdict.standing == Standing::inconclusive && (more_pairs || !verdict.difference->paired);
         });
}

}  // namespace

std::vector<const spec::Result*> GateOutcome::results() const {
  std::vector<const spec::Result*> found;
  for (const Replication& replication : replications) {
    if (replication.result) found.push_back(&*replication.result);
  }
  return found;
}

Standing GateOutcome::standing() const {
  std::vector<Standing> standings;
  for (const BudgetVerdict& verdict : budgets) standings.push_back(verdict.standing);
  for (const RegressionVerdict& verdict : regressions) standings.push_back(verdict.standing);
  return worst_of(standings);
}

GateOutcome run_gate(const spec::Scenario& scenario, const GateOptions& options, const Batch& batch) {
  const auto begin = std::chrono::steady_clock::now();
  std::vector<std::size_t> stops(looks.begin(), looks.end());
  if (options.replications) stops = {*options.replications};
  GateOutcome outcome;
  outcome.confidence = 1 - (1 - confidence) / static_cast<double>(stops.size());
  for (const std::size_t stop : stops) {
    spec::Scenario next = scenario;
    const std::size_t done = outcome.replications.size();
    next.seed += done;
    ReplicateOptions more;
    more.most = stop - done;
    if (options.max_time) more.max_time = std::max(spec::Seconds{0}, *options.max_time - spec::Seconds{seconds_since(begin)});
    Experiment experiment = replicate(next, more, batch);
    for (Replication& replication : experiment.replications) outcome.replications.push_back(std::move(replication));
    outcome.ending = experiment.ending;
    judge(scenario, options, outcome);
    const bool is_time_up = options.max_time && seconds_since(begin) >= options.max_time->value();
    if (options.ends == GateOptions::Ends::at_the_first_miss && outcome.standing() == Standing::missed) break;
    if (outcome.ending != Ending::all_done || !outcome.unknown_guards.empty() || !is_open(outcome, options.baseline)) break;
    if (is_time_up && stop != stops.back()) {
      outcome.ending = Ending::time_is_up;
      break;
    }
  }
  return outcome;
}

}  // namespace chatsim::planner
