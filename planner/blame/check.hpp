#pragma once

#include <optional>
#include <string>
#include <vector>

#include "planner/experiment/replicate.hpp"

namespace chatsim::planner {

/// What a faster hop gives by calculation, and when it is simulated, over seeds that were simulated both ways.
struct CheckedGain {
  std::string latency, quantile;  ///< As in BlameReport.
  spec::Interval calculated, simulated;  ///< How much less, in milliseconds; half-widths are 0 of a single seed.
  /// Calculated less simulated, seed by seed. Nothing of a single seed, which does not tell chance from error.
  std::optional<spec::Interval> error;

  bool agrees() const { return error && error->contains(0); }
};

/// Both sides have their blame told (tell_blame), with the same part.
std::vector<CheckedGain> check_gains(const std::vector<Replication>& as_it_is, const std::vector<Replication>& faster,
                                     const std::string& hop);

}  // namespace chatsim::planner
