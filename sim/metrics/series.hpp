#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "sim/kernel/time.hpp"
#include "sim/metrics/histogram.hpp"

namespace chatsim::sim {

struct SeriesOptions {
  Time start{};
  Duration window{100'000'000};
  std::size_t counters = 0;    ///< Numbered from 0.
  std::size_t histograms = 0;  ///< Numbered from 0.
  std::size_t gauges = 0;      ///< Numbered from 0.
  /// Even. When there would be more windows, each two become one of twice the length, so that memory does not
  /// grow with simulated time: a window takes 8 bytes a counter and about 8 kB a histogram.
  std::size_t windows_max = 1024;
};

/// Counts and latencies by window of simulated time. Instants must not decrease from call to call.
class Series {
 public:
  /// Throws std::invalid_argument unless the window is positive and windows_max even and positive.
  explicit Series(const SeriesOptions& options);

  void count(std::size_t counter, Time now, std::uint64_t times = 1) {
    if (now >= window_end_) [[unlikely]]
      advance(now);
    current_counts_[counter] += times;
  }
  void record(std::size_t histogram, Time now, Duration value) {
    if (now >= window_end_) [[unlikely]]
      advance(now);
    current_histograms_[histogram].record(value);
  }
  /// Of what is seen of a gauge in a window, the largest value counts.
  void see(std::size_t gauge, Time now, std::uint64_t value) {
    if (now >= window_end_) [[unlikely]]
      advance(now);
    current_gauges_[gauge] = std::max(current_gauges_[gauge], value);
  }
  /// Closes the window that `now` cuts short. Nothing may be counted or recorded afterwards.
  void finish(Time now);

  /// Of all but the last window, which may be shorter.
  Duration window() const { return window_; }
  /// Windows closed so far; all of them after finish().
  std::size_t size() const { return windows_.size(); }
  Time begin(std::size_t window) const { return window == 0 ? start_ : windows_[window - 1].end; }
  Time end(std::size_t window) const { return windows_[window].end; }
  std::uint64_t counted(std::size_t window, std::size_t counter) const {
    return windows_[window].counts[counter];
  }
  std::uint64_t seen(std::size_t window, std::size_t gauge) const { return windows_[window].gauges[gauge]; }
  spec::PerSecond rate(std::size_t window, std::size_t counter) const;
  Histogram histogram(std::size_t window, std::size_t histogram) const;
  const HistogramCounts& recorded(std::size_t window, std::size_t histogram) const {
    return windows_[window].histograms[histogram];
  }

 private:
  struct Window {
    Time end;
    std::vector<std::uint64_t> counts;
    std::vector<std::uint64_t> gauges;
    std::vector<HistogramCounts> histograms;
  };

  void advance(Time now);
  void close(Time end);
  void halve();
  Time window_end_;
  std::vector<std::uint64_t> current_counts_;
  std::vector<std::uint64_t> current_gauges_;
  std::vector<Histogram> current_histograms_;
  Time start_;
  Duration window_;
  std::size_t windows_max_;
  std::vector<Window> windows_;
};

}  // namespace chatsim::sim
