#pragma once

#include <string>
#include <vector>

#include "planner/experiment/replicate.hpp"

namespace chatsim::planner {

/// How a number of two variants differs.
struct PairedDifference {
  std::string path;
  spec::Interval difference;  ///< Of b - a, over the pairs.
  double mean_a = 0;
  double mean_b = 0;

  /// Whether the interval leaves no doubt that they differ.
  bool is_certain() const { return !difference.contains(0); }
};

/// Two variants of a scenario on the same seeds, seed by seed: both had the same users send the same messages at
/// the same times, so what chance does to both cancels out, and the interval on the difference is much
/// narrower than those on the two means (common random numbers). Seeds that only one has are left out, numbers
/// too that fewer than two pairs have. In the order of run.json.
std::vector<PairedDifference> compare_paired(const std::vector<Replication>& a, const std::vector<Replication>& b);

}  // namespace chatsim::planner
