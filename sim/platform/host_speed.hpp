#pragma once

#include <array>

namespace chatsim::sim {

/// SimGrid counts in floating-point operations a second; a host of relative speed 1 has this many. Only
/// ratios matter.
inline constexpr double reference_flops = 1e9;

/// A sealed host can change its speed only to one of these shares of its full speed (Host::set_pstate with
/// the position in this list), or to any share by a speed profile.
inline constexpr std::array<double, 5> host_speed_levels{1.0, 0.75, 0.5, 0.25, 0.1};

}  // namespace chatsim::sim
