#pragma once

#include <functional>

#include "tests/models/store/bare_store.hpp"

namespace chatsim::tests {

/// A store of eight machines with three replicas and machines that write to it, in a world of their own.
struct DiskWorld : BareStore {
  explicit DiskWorld(const spec::Scenario& the_scenario) : BareStore(the_scenario) {
    store.start();
  }
  double now() const { return sim::to_seconds(world.scheduler.now()).value(); }
  void begin_measuring() {
    world.disks.begin_measuring(world.scheduler.now());
    store.begin_measuring();
  }
  /// Does something in the simulation, so many seconds from its beginning.
  void in(double delay, std::function<void()> action) {
    const auto later = [](DiskWorld* at, double seconds, std::function<void()> what) -> sim::Task<void> {
      co_await sim::sleep(at->world.scheduler, sim::to_duration(spec::Seconds{seconds}));
      what();
    };
    sim::spawn(sim::no_machine, later(this, delay, std::move(action)));
  }

};

inline Figures with_disks(const spec::Scenario& scenario, const std::function<void(DiskWorld&, Figures&)>& measure) {
  return figures_of([&](Figures& figures) {
    DiskWorld world(scenario);
    measure(world, figures);
  });
}

/// New rows at the scenario's rate of messages, Poisson, for as long as the run lasts.
inline sim::Task<void> write_rows(DiskWorld* at) {
  const spec::Seconds gap{1 / spec::message_rate(at->scenario.population).value()};
  for (std::uint64_t i = 1;; ++i) {
    const double wait = -std::log(at->context.draw(models::Stream::arrivals, i).uniform64(0)) * gap.value();
    co_await sim::sleep(at->world.scheduler, sim::to_duration(spec::Seconds{wait}));
    models::Hops hops = at->context.hops(models::MessageId{i}, 0);
    const sim::MachineIndex client = at->clients.machine(i % at->clients.machines());
    at->world.rpc.post(at->store.insert(client, at->store.shard(i), models::Step::persist, hops));
  }
}

}  // namespace chatsim::tests
