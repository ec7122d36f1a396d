#pragma once

#include <simgrid/s4u/Host.hpp>
#include <simgrid/s4u/Link.hpp>

#include "sim/platform/platform.hpp"

namespace chatsim::tests {

/// Switches that are thrown in SimGrid, for tests of rooms that do not know it. To be called where SimGrid
/// acts (Plane::at_simgrid).
inline void turn_host(sim::Platform& platform, sim::HostIndex host, bool on) {
  on ? platform.host(host)->turn_on() : platform.host(host)->turn_off();
}

/// Cuts a rack off, or joins it again.
inline void turn_rack(sim::Platform& platform, std::uint32_t rack, bool on) {
  for (simgrid::s4u::Link* link : {platform.rack_uplink(rack), platform.rack_downlink(rack)}) {
    on ? link->turn_on() : link->turn_off();
  }
}

}  // namespace chatsim::tests
