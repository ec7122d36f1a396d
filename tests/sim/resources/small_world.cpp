#include "tests/sim/resources/small_world.hpp"

#include <simgrid/s4u/Host.hpp>

namespace chatsim::tests {

void SmallWorld::kill(Duration when, MachineIndex machine) {
  in_simgrid(when, [this, machine] { world.platform.host(world.fleet[machine].host)->turn_off(); });
}

void SmallWorld::restart(Duration when, MachineIndex machine) {
  in_simgrid(when, [this, machine] { world.platform.host(world.fleet[machine].host)->turn_on(); });
}

}  // namespace chatsim::tests
