#include "planner/blame/check.hpp"

#include <algorithm>

#include "planner/experiment/statistics.hpp"

namespace chatsim::planner {

namespace {

template <class Item>
const Item* named(const std::vector<Item>& items, const std::string& name) {
  const auto found = std::find_if(items.begin(), items.end(), [&](const Item& item) { return item.name == name; });
  return found == items.end() ? nullptr : &*found;
}

const spec::BlameQuantile* quantile_of(const spec::Result& result, const std::string& latency, const std::string& name) {
  const spec::BlameLatency* blamed = named(result.blame.latency, latency);
  return blamed == nullptr ? nullptr : named(blamed->quantiles, name);
}

double milliseconds(spec::Seconds time) { return time.value() * 1e3; }

spec::Interval interval_of(const std::vector<double>& values) {
  return t_interval(values).value_or(spec::Interval{mean(values), 0, values.size()});
}

CheckedGain gain_of(const std::vector<Replication>& as_it_is, const std::vector<Replication>& faster,
                    const std::string& hop, const std::string& latency, const std::string& quantile) {
  std::vector<double> calculated, simulated, errors;
  for (const Replication& before : as_it_is) {
    const auto after = std::find_if(faster.begin(), faster.end(),
                                    [&](const Replication& one) { return one.seed == before.seed && one.result; });
    if (!before.result || after == faster.end()) continue;
    const spec::BlameQuantile* of_before = quantile_of(*before.result, latency, quantile);
    const spec::BlameQuantile* of_after = quantile_of(*after->result, latency, quantile);
    if (of_before == nullptr || of_after == nullptr) continue;
    const spec::BlameHop* blamed = named(of_before->hops, hop);
    calculated.push_back(blamed == nullptr ? 0 : milliseconds(blamed->gain));
    simulated.push_back(milliseconds(of_before->latency - of_after->latency));
    errors.push_back(calculated.back() - simulated.back());
  }
  return {latency, quantile, interval_of(calculated), interval_of(simulated), t_interval(errors)};
}

}  // namespace

std::vector<CheckedGain> check_gains(const std::vector<Replication>& as_it_is, const std::vector<Replication>& faster,
                                     const std::string& hop) {
  std::vector<CheckedGain> gains;
  const auto first = std::find_if(as_it_is.begin(), as_it_is.end(), [](const Replication& one) { return one.result; });
  if (first == as_it_is.end()) return gains;
  for (const spec::BlameLatency& latency : first->result->blame.latency) {
    for (const spec::BlameQuantile& quantile : latency.quantiles)
      gains.push_back(gain_of(as_it_is, faster, hop, latency.name, quantile.name));
  }
  return gains;
}

}  // namespace chatsim::planner
