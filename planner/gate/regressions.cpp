#include "planner/gate/regressions.hpp"

#include <algorithm>
#include <cmath>

#include "planner/experiment/precision.hpp"
#include "planner/gate/figures.hpp"

namespace chatsim::planner {
namespace {

using Run = StoredExperiment::Run;

std::optional<double> find_number(const Run& run, const std::string& metric) {
  const auto found = run.numbers.find(metric);
  return found == run.numbers.end() ? std::nullopt : std::optional(found->second);
}

/// Of the runs that both have, or of all where these are too few.
struct Samples {
  std::vector<double> before, now;
  bool paired = false;
};

Samples samples_of(const std::string& metric, const std::vector<Run>& baseline, std::span<const Run> runs) {
  Samples pairs{.paired = true}, all;
  for (const Run& run : baseline) {
    const auto before = find_number(run, metric);
    if (!before) continue;
    all.before.push_back(*before);
    const auto same = std::find_if(runs.begin(), runs.end(), [&](const Run& one) { return one.seed == run.seed; });
    const auto now = same == runs.end() ? std::nullopt : find_number(*same, metric);
    if (!now) continue;
    pairs.before.push_back(*before);
    pairs.now.push_back(*now);
  }
  if (pairs.before.size() >= 2 || (pairs.before.size() == 1 && runs.size() == 1)) return pairs;
  for (const Run& run : runs) {
    if (const auto now = find_number(run, metric)) all.now.push_back(*now);
  }
  return all;
}

std::optional<spec::Interval> difference_of(const Samples& samples, double with_confidence) {
  if (!samples.paired) return difference_interval(samples.before, samples.now, with_confidence);
  std::vector<double> differences;
  for (std::size_t i = 0; i < samples.before.size(); ++i) differences.push_back(samples.now[i] - samples.before[i]);
  return t_interval(differences, with_confidence);
}

RegressionVerdict judge(const Guard& guard, const Samples& samples, const RegressionOptions& options) {
  RegressionVerdict verdict{.metric = guard.metric, .paired = samples.paired, .worse = guard.worse};
  if (samples.before.empty() || samples.now.empty()) return verdict;
  verdict.before = mean(samples.before);
  verdict.now = mean(samples.now);
  // Of nothing there is no part: any of it is too much.
  const double scale = verdict.before != 0 ? std::abs(verdict.before) : 1;
  const double allowed = verdict.before != 0 ? options.allowed : 0;
  const double sign = guard.worse == Guard::Worse::up ? 1 : -1;
  double low = sign * (verdict.now - verdict.before) / scale, high = low;
  if (auto difference = difference_of(samples, options.with_confidence)) {
    difference->mean /= scale;
    difference->half_width /= scale;
    verdict.change = difference;
    low = sign * difference->mean - difference->half_width;
    high = sign * difference->mean + difference->half_width;
  }
  verdict.standing = high <= allowed ? Standing::met : low > allowed ? Standing::missed : Standing::inconclusive;
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
    const Figure figure = figures.find({.path = guard.metric});
    if (std::isfinite(figure.value)) run.numbers.emplace(guard.metric, figure.value);
  }
  return run;
}

std::vector<RegressionVerdict> judge_regressions(const std::vector<Guard>& guards, const StoredExperiment& baseline,
                                                 std::span<const Run> runs, const RegressionOptions& options) {
  std::vector<RegressionVerdict> verdicts;
  for (const Guard& guard : guards)
    verdicts.push_back(judge(guard, samples_of(guard.metric, baseline.runs, runs), options));
  return verdicts;
}

}  // namespace chatsim::planner
