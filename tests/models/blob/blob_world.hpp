#pragma once

#include <functional>

#include "models/blob/blob.hpp"
#include "tests/models/figures.hpp"
#include "tests/models/small_scenario.hpp"
#include "tests/sim/power.hpp"

namespace chatsim::tests {

using namespace chatsim::models;

/// The blob service and gateways that use it, in a world of their own.
struct BlobWorld {
  explicit BlobWorld(const spec::Scenario& the_scenario)
      : scenario(the_scenario),
        world(scenario.datacenter),
        context(world, scenario),
        access(context),
        gateways(context, "gateway", scenario.services.gateway),
        blob(context, access) {
    world.wire.refresh();
  }
  void run_for(double seconds) { world.plane.run_until(sim::to_time(spec::Seconds{seconds})); }
  sim::Time now() const { return world.scheduler.now(); }
  sim::MachineIndex gateway_of(UserId user) const {
    return gateways.machine(static_cast<std::uint64_t>(user) % gateways.machines());
  }
  /// The machine of one part of an object is turned on or off.
  void turn_part(BlobUrl url, std::uint32_t part, bool on) {
    const sim::MachineIndex machine = blob.placement().machines_of(url).machine[part];
    turn_host(world.platform, world.fleet[machine].host, on);
  }

  const spec::Scenario scenario;
  sim::World world;
  Context context;
  AccessNetwork access;
  AppTier gateways;
  Blob blob;
};

inline Figures with_blob(const spec::Scenario& scenario,
                         const std::function<void(BlobWorld&, Figures&)>& measure) {
  return figures_of([&](Figures& figures) {
    BlobWorld world(scenario);
    measure(world, figures);
  });
}

/// Twelve machines beside twenty gateways in one rack; every time is constant: 40 ms to a client, which sends 2.5 MB/s and
/// receives 6.25 MB/s; 1 ms a request; 0.1 ms and 2 GB/s a disk; and objects of 300 kB.
inline spec::Scenario constant_blobs() {
  spec::Scenario scenario = one_rack_of_constant_times(1000);
  scenario.population.access.round_trip = spec::Distribution::constant(spec::Seconds{40e-3});
  scenario.population.access.fixed.share = spec::Probability{1};
  scenario.population.access.mobile.share = scenario.population.access.slow.share = spec::Probability{0};
  scenario.population.attachments.size = spec::Distribution::constant(300e3);
  spec::Blob& blob = scenario.services.blob;
  blob.machines = 12;
  blob.service_time = spec::Distribution::constant(spec::Seconds{1e-3});
  blob.spread = spec::FailureDomain::host;
  return scenario;
}

inline spec::Scenario coded(spec::Scenario scenario, int k, int m) {
  scenario.services.blob.redundancy = spec::Redundancy::reed_solomon;
  scenario.services.blob.data_fragments = k;
  scenario.services.blob.parity_fragments = m;
  return scenario;
}

}  // namespace chatsim::tests
