#pragma once

#include "models/service/app_tier.hpp"
#include "models/store/store.hpp"
#include "tests/models/figures.hpp"
#include "tests/models/small_scenario.hpp"
#include "tests/sim/power.hpp"

namespace chatsim::tests {

/// A store, the table of messages, and machines that use it, in a world of their own: what the tests of stores build on.
struct BareStore {
  explicit BareStore(const spec::Scenario& the_scenario)
      : scenario(the_scenario),
        world(scenario.datacenter),
        context(world, scenario),
        clients(context, "client", scenario.services.gateway),
        store(context, "message", scenario.stores.message, 0) {
    world.wire.refresh();
  }
  /// Once: a plane runs once.
  void run_until(double seconds) { world.plane.run_until(sim::to_time(spec::Seconds{seconds})); }

  const spec::Scenario scenario;
  sim::World world;
  models::Context context;
  models::AppTier clients;
  models::Store store;
};

}  // namespace chatsim::tests
