#include "sim/resources/world.hpp"

#include <utility>

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
    // A look at every machine: not for each flow that ends.
    if (std::exchange(changes_seen_, platform.changes()) == platform.changes()) return;
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

/// It is set once SimGrid's clock is here: the plane may run ahead.
std::uint32_t World::take_throttle(spec::BytesPerSecond bandwidth) {
  CHATSIM_CHECK(throttles_taken_ < platform.layout().throttles(), "{} throttles are taken", throttles_taken_);
  const std::uint32_t throttle = throttles_taken_++;
  plane.at_simgrid([this, throttle, bandwidth] { flows.set_throttle(throttle, bandwidth); }, Plane::Effect::flows_only);
  return throttle;
}

void World::carry_by_flows() {
  rpc.carry_by([this](MachineIndex from, MachineIndex to, std::uint32_t bytes, std::function<void(bool)> ended) {
    plane.at_simgrid(
        [this, source = fleet[from].host, destination = fleet[to].host, bytes, ended = std::move(ended)] {
          flows.start(source, destination, spec::Bytes{static_cast<double>(bytes)},
                      [ended](FlowOutcome outcome) { ended(outcome == FlowOutcome::completed); });
        },
        Plane::Effect::flows_only);
  });
}

}  // namespace chatsim::sim
