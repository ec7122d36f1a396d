#pragma once

#include "scenarios/spec/result.hpp"

namespace chatsim::planner {

/// p99 of each window of a time series that has any.
struct WindowPercentiles {
  double median_ms = 0;
  double max_ms = 0;
};

/// What a run was like from an instant on. Most figures of a result cover all that was measured, in which what changed
/// late drowns; the time series tells the windows apart.
struct After {
  std::size_t windows = 0;  ///< That begin at the instant or later; 0: all else is.
  double seconds = 0;       ///< All of them together.
  double offered_per_s = 0, acknowledged_per_s = 0, delivered_per_s = 0, failed_per_s = 0;  ///< Means.
  WindowPercentiles send_to_ack_p99, send_to_deliver_p99;
};

/// \param at simulated time.
After after(const spec::TimeSeries& series, spec::Seconds at);

}  // namespace chatsim::planner
