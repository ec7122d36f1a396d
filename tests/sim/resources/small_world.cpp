#include "tests/sim/resources/small_world.hpp"

#include <simgrid/s4u/Host.hpp>
#include <simgrid/s4u/Link.hpp>

namespace chatsim::tests {

void SmallWorld::kill(Duration when, MachineIndex machine) {
  in_simgrid(when, [this, machine] { world.platform.host(world.fleet[machine].host)->turn_off(); });
}

void SmallWorld::restart(Duration when, MachineIndex machine) {
  in_simgrid(when, [this, machine] { world.platform.host(world.fleet[machine].host)->turn_on(); });
}

void SmallWorld::cut_off_rack(Duration when, std::uint32_t rack) {
  in_simgrid(when, [this, rack] { world.platform.rack_uplink(rack)->turn_off(); });
}

}  // namespace chatsim::tests
