#include "sim/metrics/histogram.hpp"

#include <boost/histogram.hpp>
#include <cmath>
#include <limits>
#include <utility>

namespace chatsim::sim {

Histogram::Histogram() : bins_(std::make_tuple(LatencyAxis{})) {}

void Histogram::merge(const Histogram& other) {
  bins_ += other.bins_;
  count_ += other.count_;
  sum_ += other.sum_;
  min_ = std::min(min_, other.min_);
  max_ = std::max(max_, other.max_);
}

void Histogram::merge(const HistogramCounts& other) {
  for (std::size_t i = 0; i < other.counts.size(); ++i)
    bins_.at(other.first + static_cast<int>(i)) += other.counts[i];
  count_ += other.count;
  sum_ += other.sum.count();
  min_ = std::min(min_, other.min);
  max_ = std::max(max_, other.max);
}

void Histogram::clear() {
  bins_.reset();
  count_ = 0;
  sum_ = 0;
  min_ = Duration::max();
  max_ = Duration::min();
}

spec::Seconds Histogram::mean() const {
  return spec::Seconds{empty() ? 0 : static_cast<double>(sum_) * 1e-9 / static_cast<double>(count_)};
}

Duration Histogram::quantile(double p) const {
  if (empty()) return Duration{0};
  if (p <= 0) return min_;
  if (p >= 1) return max_;
  const double rank = std::max(1.0, std::ceil(p * static_cast<double>(count_)));
  double below = 0;
  for (int i = -1; i <= LatencyAxis::bins; ++i) {
    const auto here = static_cast<double>(static_cast<std::uint64_t>(bins_.at(i)));
    if (here == 0 || below + here < rank) {
      below += here;
      continue;
    }
    const auto low = static_cast<double>(i < 0 ? min_.count() : LatencyAxis::lower(i));
    const auto high = static_cast<double>(i == LatencyAxis::bins ? max_.count() : LatencyAxis::lower(i + 1));
    const double value = low + (high - low) * (rank - below - 0.5) / here;
    return std::clamp(Duration{std::llround(value)}, min_, max_);
  }
  return max_;
}

spec::LatencySummary Histogram::summary(std::string name) const {
  spec::LatencySummary summary;
  summary.name = std::move(name);
  summary.count = count_;
  summary.mean = mean();
  summary.p50 = to_seconds(quantile(0.5));
  summary.p90 = to_seconds(quantile(0.9));
  summary.p99 = to_seconds(quantile(0.99));
  summary.p999 = to_seconds(quantile(0.999));
  summary.max = to_seconds(max());
  return summary;
}

HistogramCounts Histogram::counts() const {
  HistogramCounts result;
  if (empty()) return result;
  result.count = count_;
  result.sum =
      Duration{static_cast<Duration::rep>(std::min<Sum>(sum_, std::numeric_limits<Duration::rep>::max()))};
  result.min = min_;
  result.max = max_;
  // The smallest and the largest value say where the occupied bins are.
  result.first = LatencyAxis::index(min_.count());
  const int last = LatencyAxis::index(max_.count());
  for (int i = result.first; i <= last; ++i) result.counts.push_back(bins_.at(i));
  return result;
}

}  // namespace chatsim::sim
