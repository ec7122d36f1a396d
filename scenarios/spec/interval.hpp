#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace chatsim::spec {

/// Where the mean of a number over all replications is, with 95 % confidence: mean +- half_width. In the unit
/// of run.json.
struct Interval {
  double mean = 0;
  double half_width = 0;
  std::uint64_t replications = 0;  ///< That had a value; at least 2, or there would be no interval.

  double low() const { return mean - half_width; }
  double high() const { return mean + half_width; }
  bool contains(double value) const { return low() <= value && value <= high(); }
};

struct NamedInterval {
  std::string path;  ///< As in run.json: "latency.send_to_ack.p99_ms".
  Interval interval;
};

/// Of every number of a Result, in the order of run.json. Empty where there are fewer than two replications.
struct Intervals {
  std::vector<NamedInterval> all;

  const Interval* find(std::string_view path) const {
    for (const NamedInterval& named : all) {
      if (named.path == path) return &named.interval;
    }
    return nullptr;
  }
};

}  // namespace chatsim::spec
