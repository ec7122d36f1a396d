#include "planner/experiment/precision.hpp"

#include <algorithm>
#include <cmath>

#include "planner/experiment/numbers.hpp"
#include "planner/experiment/statistics.hpp"
#include "scenarios/spec/slice.hpp"

namespace chatsim::planner {
namespace {

constexpr std::uint64_t enough_for_a_p99 = 1000;
constexpr double worth_a_look = 0.01;  // A tier that idles is no matter of precision.

std::vector<std::string> metrics_that_matter(const spec::Result& result) {
  std::vector<std::string> paths;
  for (const spec::LatencySummary& latency : result.latency) {
    if (latency.count >= enough_for_a_p99) paths.push_back("latency." + latency.name + ".p99_ms");
  }
  for (const spec::TierSummary& tier : result.tiers) {
    if (tier.utilisation >= worth_a_look) paths.push_back("tiers." + tier.name + ".utilisation");
  }
  return paths;
}

}  // namespace

void PrecisionRule::choose(const spec::Result& first) {
  const bool are_named = !precision_.metrics.empty();
  const std::vector<std::string> wanted = are_named ? precision_.metrics : metrics_that_matter(first);
  const std::vector<Number> numbers = numbers_of(first);
  for (const std::string& pattern : wanted) {
    const std::size_t before = metrics_.size();
    bool known = false;
    for (const Number& number : numbers) {
      if (!spec::is_listed({pattern}, number.path)) continue;
      known = true;
      const auto is_same = [&](const MetricPrecision& metric) { return metric.path == number.path; };
      // Of a pattern, what nothing was measured of is left out.
      if (std::isnan(number.value) && pattern != number.path) continue;
      if (std::none_of(metrics_.begin(), metrics_.end(), is_same)) metrics_.push_back({number.path, {}, false});
    }
    if (!known && metrics_.size() == before) unknown_.push_back(pattern);
  }
  values_.resize(metrics_.size());
}

void PrecisionRule::add(const spec::Result& result) {
  if (replications_++ == 0) choose(result);
  const std::vector<Number> numbers = numbers_of(result);
  for (std::size_t i = 0; i < metrics_.size(); ++i) {
    MetricPrecision& metric = metrics_[i];
    const auto found = std::find_if(numbers.begin(), numbers.end(),
                                    [&](const Number& number) { return number.path == metric.path; });
    values_[i].push_back(found == numbers.end() ? 0 : found->value);
    metric.interval = t_interval(values_[i]);
    const double share = precision_.relative / (1 + precision_.relative);
    metric.precise = metric.interval && metric.interval->half_width <= share * std::abs(metric.interval->mean);
  }
}

bool PrecisionRule::is_met() const {
  return replications_ >= fewest_replications &&
         std::all_of(metrics_.begin(), metrics_.end(), [](const MetricPrecision& metric) { return metric.precise; });
}

}  // namespace chatsim::planner
