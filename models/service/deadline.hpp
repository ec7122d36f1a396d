#pragma once

#include "sim/kernel/time.hpp"
#include "sim/resources/rpc.hpp"

namespace chatsim::models {

/// Until when somebody waits for what is done on his behalf; by default nobody says.
struct Deadline {
  sim::Time at = sim::time_never;

  /// How long a request may take that has so long at most, one of 64 steps of it: as the scheduler keeps a list for
  /// each distinct time. Rounded up, so that nobody gives up before whoever waits for him.
  sim::Duration left(sim::Time now, sim::Duration most) const {
    if (at == sim::time_never) return most;
    if (at <= now) return sim::Rpc::nothing_left;
    constexpr sim::Duration::rep steps = 64;
    const sim::Duration step = most / steps + sim::Duration{1};
    return std::min(most, ((at - now + step - sim::Duration{1}) / step) * step);
  }
};

}  // namespace chatsim::models
