#pragma once

#include <chrono>
#include <functional>
#include <optional>

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

/// Something that happens between two events of a simulation, and is none itself: without effect it leaves no trace.
struct Interlude {
  spec::Seconds at;  ///< All that happens up to and including this instant comes before.
  /// May fork: each process goes on. \returns a scenario with which the simulation goes on, which differs in nothing
  /// but what may change while the service runs (spec::live_fields); nothing: as before.
  std::function<std::optional<spec::Scenario>()> change;
};

/// simulate() on a world that is built already, for the scenario's datacenter (or its slice's), and on which
/// nothing has been simulated: in a copy of it, a forked process, say. `build.begin` is when this
/// simulation's time began.
spec::Result simulate_on(sim::World& world, const spec::Scenario& scenario, const BuildCost& build,
                         const std::atomic<bool>& stop, const ProgressCallback& progress,
                         const Interlude* interlude = nullptr);

}  // namespace chatsim::models
