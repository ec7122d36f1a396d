#include "planner/gate/differences.hpp"

#include <algorithm>
#include <cmath>
#include <set>

namespace chatsim::planner {
namespace {

using Run = StoredExperiment::Run;

std::optional<double> find_number(const Run& run, const std::string& metric) {
  const auto found = run.numbers.find(metric);
  return found == run.numbers.end() ? std::nullopt : std::optional(found->second);
}

std::vector<double> values_of(const std::string& metric, std::span<const Run> runs) {
  std::vector<double> values;
  for (const Run& run : runs) {
    if (const auto value = find_number(run, metric)) values.push_back(*value);
  }
  return values;
}

struct Pairs {
  std::vector<double> before, now, differences;
};

Pairs pairs_of(const std::string& metric, std::span<const Run> before, std::span<const Run> now) {
  Pairs pairs;
  for (const Run& run : before) {
    const auto same = std::find_if(now.begin(), now.end(), [&](const Run& one) { return one.seed == run.seed; });
    if (same == now.end()) continue;
    const auto was = find_number(run, metric), is = find_number(*same, metric);
    if (!was || !is) continue;
    pairs.before.push_back(*was);
    pairs.now.push_back(*is);
    pairs.differences.push_back(*is - *was);
  }
  return pairs;
}

}  // namespace

std::optional<double> Difference::change() const {
  return before != 0 ? std::optional(now / before - 1) : std::nullopt;
}

std::optional<Difference> find_difference(const std::string& metric, std::span<const Run> before,
                                          std::span<const Run> now, double with_confidence) {
  const Pairs pairs = pairs_of(metric, before, now);
  const bool single = before.size() == 1 && now.size() == 1 && pairs.differences.size() == 1;
  if (pairs.differences.size() >= 2 || single) {
    return Difference{metric, mean(pairs.before), mean(pairs.now), t_interval(pairs.differences, with_confidence), true};
  }
  const std::vector<double> left = values_of(metric, before), right = values_of(metric, now);
  if (left.empty() || right.empty()) return std::nullopt;
  return Difference{metric, mean(left), mean(right), difference_interval(left, right, with_confidence), false};
}

std::vector<Difference> differences(const StoredExperiment& before, const StoredExperiment& now, double with_confidence) {
  std::set<std::string> metrics;
  for (const Run& run : before.runs) {
    for (const auto& [metric, value] : run.numbers) metrics.insert(metric);
  }
  std::vector<Difference> found;
  for (const std::string& metric : metrics) {
    if (auto difference = find_difference(metric, before.runs, now.runs, with_confidence))
      found.push_back(*std::move(difference));
  }
  return found;
}

}  // namespace chatsim::planner
