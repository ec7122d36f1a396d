#pragma once

#include <chrono>

#include "models/run/run.hpp"

namespace chatsim::sim {
class World;
}

namespace chatsim::models {

/// What came before a simulation on a world: the building of that world is part of its cost.
struct BuildCost {
  std::chrono::steady_clock::time_point begin = std::chrono::steady_clock::now();
  double platform_s = 0;
};

/// simulate() on a world that is built already, for the scenario's datacenter (or its slice's), and on which
/// nothing has been simulated: in a copy of it, a forked process, say. `build.begin` is when this
/// simulation's time began.
spec::Result simulate_on(sim::World& world, const spec::Scenario& scenario, const BuildCost& build,
                         const std::atomic<bool>& stop, const ProgressCallback& progress);

}  // namespace chatsim::models
