#pragma once

#include <array>

#include "models/store/hash_ring.hpp"
#include "sim/resources/call.hpp"

namespace chatsim::models {

/// Of each leg of a request to a table: its service, and if the network has jitter, what that adds.
struct LegTimes {
  std::array<sim::Duration, HashRing::most_replicas> service;
  std::array<sim::WireDelays, HashRing::most_replicas> delays;
};

}  // namespace chatsim::models
