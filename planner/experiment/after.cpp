#include "planner/experiment/after.hpp"

#include <algorithm>
#include <vector>

namespace chatsim::planner {
namespace {

/// Ends of windows are sums of their lengths.
constexpr double rounding_s = 1e-9;

WindowPercentiles percentiles_of(const std::vector<double>& by_window, std::size_t first) {
  std::vector<double> values;
  for (std::size_t i = first; i < by_window.size(); ++i) {
    if (by_window[i] > 0) values.push_back(by_window[i]);
  }
  if (values.empty()) return {};
  std::sort(values.begin(), values.end());
  const std::size_t half = values.size() / 2;
  const double median = values.size() % 2 == 1 ? values[half] : (values[half - 1] + values[half]) / 2;
  return {median, values.back()};
}

}  // namespace

After after(const spec::TimeSeries& series, spec::Seconds at) {
  const auto begin_of = [&](std::size_t window) { return window == 0 ? 0.0 : series.time_s[window - 1]; };
  std::size_t first = 0;
  while (first < series.time_s.size() && begin_of(first) < at.value() - rounding_s) ++first;
  After after;
  after.windows = series.time_s.size() - first;
  if (after.windows == 0) return after;
  after.seconds = series.time_s.back() - begin_of(first);
  for (std::size_t i = first; i < series.time_s.size(); ++i) {
    // The last window may be shorter.
    const double part = (series.time_s[i] - begin_of(i)) / after.seconds;
    after.offered_per_s += series.offered_per_s[i] * part;
    after.acknowledged_per_s += series.acknowledged_per_s[i] * part;
    after.delivered_per_s += series.delivered_per_s[i] * part;
    after.failed_per_s += series.failed_per_s[i] * part;
  }
  after.send_to_ack_p99 = percentiles_of(series.send_to_ack_p99_ms, first);
  after.send_to_deliver_p99 = percentiles_of(series.send_to_deliver_p99_ms, first);
  return after;
}

}  // namespace chatsim::planner
