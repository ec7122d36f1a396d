#pragma once

#include <functional>

#include "models/control/control_plane.hpp"
#include "tests/models/figures.hpp"
#include "tests/sim/power.hpp"

namespace chatsim::tests {

/// Clients and servers with a control plane in a world of their own: ten racks of 20 hosts, every way 8 us at most, a change
/// of the list a millisecond.
inline spec::Scenario ten_racks() {
  spec::Scenario scenario;
  scenario.datacenter.pods_per_datacenter = 1;
  scenario.datacenter.racks_per_pod = 10;
  scenario.datacenter.hosts_per_rack = 20;
  scenario.services.gateway.machines = 100;
  scenario.services.messaging.machines = 20;
  scenario.control.coordination.machines = 5;
  scenario.control.coordination.service_time = spec::Distribution::constant(spec::Seconds{1e-3});
  return scenario;
}

class ControlWorld {
 public:
  explicit ControlWorld(const spec::Scenario& the_scenario)
      : scenario(the_scenario),
        world(scenario.datacenter),
        context(world, scenario),
        clients(context, "client", scenario.services.gateway),
        servers(context, "server", scenario.services.messaging),
        control(context) {
    world.wire.refresh();
    control.start();
  }
  ControlWorld(const ControlWorld&) = delete;
  ControlWorld& operator=(const ControlWorld&) = delete;

  const spec::Scenario scenario;
  sim::World world;
  models::Context context;
  models::AppTier clients, servers;
  models::ControlPlane control;

  double now() const { return sim::to_seconds(world.scheduler.now()).value(); }
  /// Once.
  void run_until(double seconds) { world.plane.run_until(sim::to_time(spec::Seconds{seconds})); }
  /// Does something in the simulation at that time.
  void at(double seconds, std::function<void()> action) {
    sim::spawn(sim::no_machine, later(sim::to_duration(spec::Seconds{seconds} - spec::Seconds{now()}), std::move(action)));
  }
  void turn(double seconds, sim::MachineIndex machine, bool on) {
    at(seconds, [this, machine, on] {
      world.plane.at_simgrid([this, machine, on] { turn_host(world.platform, world.fleet[machine].host, on); });
    });
  }
  void turn_rack_of(double seconds, sim::MachineIndex machine, bool on) {
    at(seconds, [this, machine, on] {
      world.plane.at_simgrid([this, machine, on] { turn_rack(world.platform, world.fleet.domain(machine).rack, on); });
    });
  }
  sim::MachineIndex coordinator(std::uint32_t number) const { return control.coordination().tier().machine(number); }
  /// How many of the clients believe that a machine is up.
  double believers(sim::MachineIndex machine) const {
    double count = 0;
    for (std::uint32_t i = 0; i < clients.machines(); ++i) {
      count += context.membership.believes_up(clients.machine(i), machine);
    }
    return count;
  }

 private:
  sim::Task<void> later(sim::Duration delay, std::function<void()> action) {
    co_await sim::sleep(world.scheduler, delay);
    action();
  }
};

/// Figures that `work` measures, in a child.
inline Figures with_control(const spec::Scenario& scenario, const std::function<void(ControlWorld&, Figures&)>& work) {
  return figures_of([&](Figures& figures) {
    ControlWorld world(scenario);
    work(world, figures);
    const spec::ControlSummary summary = world.control.summary();
    figures["detections"] = static_cast<double>(summary.detections);
    figures["delay_mean"] = summary.detection_delay_mean.value();
    figures["delay_max"] = summary.detection_delay_max.value();
    figures["undetected"] = static_cast<double>(summary.undetected);
    figures["false_positives"] = static_cast<double>(summary.false_positives);
    figures["changes"] = static_cast<double>(summary.view_changes);
    figures["refused"] = static_cast<double>(summary.changes_refused);
    figures["leader_changes"] = static_cast<double>(summary.leader_changes);
    figures["leaderless_s"] = summary.leaderless_s;
    figures["no_quorum_s"] = summary.no_quorum_s;
    figures["events"] = static_cast<double>(world.world.scheduler.events());
  });
}

}  // namespace chatsim::tests
