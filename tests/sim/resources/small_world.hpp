#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "sim/platform/host_speed.hpp"
#include "sim/resources/world.hpp"

namespace chatsim::tests {

using namespace sim;
using sim::sleep;  // Not the one of unistd.h.
using namespace std::chrono_literals;

inline Time at(Duration since_start) { return Time{since_start}; }

/// 2 pods x 2 racks x 4 hosts. A byte takes 1 ns on a network card, so that times can be computed by hand.
/// One way: in a rack 2 us + 2 us = 4 us; in a pod 5 us more up and 5 us down = 14 us; else another 10 us up
/// and down = 34 us.
inline spec::Datacenter small_datacenter() {
  using namespace spec::literals;
  spec::Datacenter datacenter;
  datacenter.pods_per_datacenter = 2;
  datacenter.racks_per_pod = 2;
  datacenter.hosts_per_rack = 4;
  datacenter.host_link = {1_GB_per_s, 2_us};
  datacenter.rack_uplink = {4_GB_per_s, 5_us};
  datacenter.pod_uplink = {8_GB_per_s, 10_us};
  return datacenter;
}
inline constexpr Duration one_way_in_rack = 4us;
inline constexpr Duration one_way_in_pod = 14us;
inline constexpr Duration one_way_between_pods = 34us;

/// One a child, never destroyed there (see in_child): SimGrid would complain of flows under way.
struct SmallWorld {
  explicit SmallWorld(const TierOptions& tier = {.name = "server", .machines = 16},
                      PlatformOptions options = {})
      : world(*new World(small_datacenter(), std::move(options))) {
    world.fleet.add_tier(tier);
    world.wire.refresh();
  }

  /// Of the first tier.
  MachineIndex on(HostIndex host) const { return world.fleet.on_host(host); }
  /// The machine may die and come up again until then.
  void spawn_at(Duration when, MachineIndex machine, Task<void> task) {
    spawn(no_machine, wait_for(&world.scheduler, at(when) - world.scheduler.now(), machine, std::move(task)));
  }
  /// `what` is done by SimGrid's side.
  void in_simgrid(Duration when, std::function<void()> what) {
    spawn_at(when, no_machine, at_simgrid(&world.plane, std::move(what)));
  }
  void kill(Duration when, MachineIndex machine);
  void restart(Duration when, MachineIndex machine);
  /// Turns off its link upwards.
  void cut_off_rack(Duration when, std::uint32_t rack);
  void run(Duration end) { world.plane.run_until(at(end)); }

  World& world;

 private:
  static Task<void> wait_for(Scheduler* scheduler, Duration delay, MachineIndex machine, Task<void> task) {
    co_await sleep(*scheduler, delay);
    spawn(machine, std::move(task));
  }
  static Task<void> at_simgrid(Plane* plane, std::function<void()> what) {
    plane->at_simgrid(std::move(what));
    co_return;
  }
};

}  // namespace chatsim::tests
