#include "sim/resources/world.hpp"

namespace chatsim::sim {

World::World(const spec::Datacenter& datacenter, PlatformOptions options)
    : platform(session_, datacenter, std::move(options)),
      plane(scheduler),
      fleet(platform),
      wire(platform, fleet),
      rpc(scheduler, fleet, wire),
      flows(platform),
      transfers(scheduler, plane, fleet, wire, flows),
      disks(scheduler, fleet) {
  plane.on_return_from_simgrid([this] {
    platform.begin_round();
    platform.refresh_latencies();
    fleet.refresh_speeds();
    wire.refresh();
  });
  platform.on_host_down([this](HostIndex host) {
    const MachineIndex machine = fleet.on_host(host);
    if (machine == no_machine) return;
    rpc.machine_down(machine);
    disks.machine_down(machine);
  });
  platform.on_host_up([this](HostIndex host) {
    if (const MachineIndex machine = fleet.on_host(host); machine != no_machine) rpc.machine_up(machine);
  });
}

}  // namespace chatsim::sim
