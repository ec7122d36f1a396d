#include "planner/gate/regressions.hpp"

#include <algorithm>
#include <cmath>

#include "planner/experiment/precision.hpp"
#include "planner/gate/figures.hpp"

namespace chatsim::planner {
namespace {

using Run = StoredExperiment::Run;

RegressionVerdict judge(const Guard& guard, std::optional<Difference> difference, double allowed) {
  RegressionVerdict verdict{.metric = guard.metric, .worse = guard.worse, .difference = {}};
  if (!difference) return verdict;
  // Of nothing there is no part: any of it is too much.
  const double scale = difference->before != 0 ? std::abs(difference->before) : 1;
  if (difference->before == 0) allowed = 0;
  const double sign = guard.worse == Guard::Worse::up ? 1 : -1;
  double low = sign * (difference->now - difference->before) / scale, high = low;
  if (difference->interval) {
    low = (sign * difference->interval->mean - difference->interval->half_width) / scale;
    high = (sign * difference->interval->mean + difference->interval->half_width) / scale;
  }
  verdict.standing = high <= allowed ? Standing::met : low > allowed ? Standing::missed : Standing::inconclusive;
  verdict.difference = *std::move(difference);
  return verdict;
}

}  // namespace

std::vector<Guard> guards_of(const std::vector<spec::Budget>& budgets, const spec::Result& first,
                             const std::vector<std::string>& patterns, std::vector<std::string>& unknown) {
  std::vector<Guard> guards;
  const auto add = [&](Guard guard) {
    const auto same = [&](const Guard& one) { return one.metric == guard.metric; };
    if (std::none_of(guards.begin(), guards.end(), same)) guards.push_back(std::move(guard));
  };
  const Figures figures(first);
  for (const spec::Budget& budget : budgets) {
    std::string error;
    const auto terms = spec::parse_budget(budget, error);
    if (!terms || terms->relation == spec::BudgetTerms::Relation::equal) continue;
    const bool small = terms->holds(-HUGE_VAL);
    if (Figure figure = figures.find(*terms); std::isfinite(figure.value))
      add({std::move(figure.metric), small ? Guard::Worse::up : Guard::Worse::down});
  }
  PrecisionRule rule(Precision{.metrics = patterns});
  rule.add(first);
  unknown = rule.unknown();
  for (const MetricPrecision& metric : rule.metrics()) add({metric.path});
  return guards;
}

Run run_of(Seed seed, const spec::Result& result, const std::vector<Guard>& guards) {
  Run run{seed, {}};
  const Figures figures(result);
  for (const Guard& guard : guards) {
    const Figure figure = figures.find({.path = guard.metric, .phase = {}});
    if (std::isfinite(figure.value)) run.numbers.emplace(guard.metric, figure.value);
  }
  return run;
}

std::vector<RegressionVerdict> judge_regressions(const std::vector<Guard>& guards, const StoredExperiment& baseline,
                                                 std::span<const Run> runs, const RegressionOptions& options) {
  std::vector<RegressionVerdict> verdicts;
  for (const Guard& guard : guards) {
    verdicts.push_back(judge(guard, find_difference(guard.metric, baseline.runs, runs, options.with_confidence),
                             options.allowed));
  }
  return verdicts;
}

}  // namespace chatsim::planner
