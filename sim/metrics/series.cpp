#include "sim/metrics/series.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace chatsim::sim {

Series::Series(const SeriesOptions& options)
    : window_end_(options.start + options.window),
      current_counts_(options.counters),
      current_gauges_(options.gauges),
      current_histograms_(options.histograms),
      start_(options.start),
      window_(options.window),
      windows_max_(options.windows_max) {
  if (window_ <= Duration{0}) throw std::invalid_argument("Series: the window must be positive");
  if (windows_max_ == 0 || windows_max_ % 2 != 0)
    throw std::invalid_argument("Series: windows_max must be even and positive");
}

void Series::advance(Time now) {
  while (now >= window_end_) {
    close(window_end_);
    if (windows_.size() == windows_max_) halve();
    window_end_ = windows_.back().end + window_;
  }
}

void Series::close(Time end) {
  Window window{.end = end, .counts = current_counts_, .gauges = current_gauges_, .histograms = {}};
  std::fill(current_counts_.begin(), current_counts_.end(), 0);
  std::fill(current_gauges_.begin(), current_gauges_.end(), 0);
  for (Histogram& histogram : current_histograms_) {
    window.histograms.push_back(histogram.counts());
    if (!histogram.empty()) histogram.clear();
  }
  windows_.push_back(std::move(window));
}

void Series::halve() {
  Histogram both;
  for (std::size_t i = 0; i < windows_.size() / 2; ++i) {
    Window& first = windows_[2 * i];
    const Window& second = windows_[2 * i + 1];
    first.end = second.end;
    for (std::size_t counter = 0; counter < first.counts.size(); ++counter)
      first.counts[counter] += second.counts[counter];
    for (std::size_t gauge = 0; gauge < first.gauges.size(); ++gauge)
      first.gauges[gauge] = std::max(first.gauges[gauge], second.gauges[gauge]);
    for (std::size_t j = 0; j < first.histograms.size(); ++j) {
      if (second.histograms[j].count == 0) continue;
      both.clear();
      both.merge(first.histograms[j]);
      both.merge(second.histograms[j]);
      first.histograms[j] = both.counts();
    }
    if (i > 0) windows_[i] = std::move(first);
  }
  windows_.resize(windows_.size() / 2);
  window_ *= 2;
}

void Series::finish(Time now) {
  advance(now);
  if (now > begin(windows_.size())) close(now);
}

spec::PerSecond Series::rate(std::size_t window, std::size_t counter) const {
  return static_cast<double>(counted(window, counter)) / to_seconds(end(window) - begin(window));
}

Histogram Series::histogram(std::size_t window, std::size_t histogram) const {
  return Histogram(windows_[window].histograms[histogram]);
}

}  // namespace chatsim::sim
