#pragma once

#include <cstdint>
#include <optional>

#include "sim/platform/platform.hpp"

namespace chatsim::models {

/// Links of the world that bulk flows of the stores share, each store its own: PlatformOptions::throttles.
inline constexpr std::uint32_t throttles = 4;

/// What a store's replicas copy from each other. None in a world without throttles: flows there are as fast as they can.
inline std::optional<std::uint32_t> repair_throttle(const sim::Platform& platform, std::uint32_t store) {
  return store < platform.throttles() ? std::optional(store) : std::nullopt;
}

}  // namespace chatsim::models
