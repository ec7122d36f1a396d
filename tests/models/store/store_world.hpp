#pragma once

#include <functional>

#include "tests/models/store/bare_store.hpp"

namespace chatsim::tests {

/// A store and machines that use it, in a world of their own, and a timetable of what is done to them.
struct StoreWorld : BareStore {
  using BareStore::BareStore;


  double now() const { return sim::to_seconds(world.scheduler.now()).value(); }

  sim::MachineIndex replica(std::uint64_t key, unsigned index) const {
    return store.machine(store.ring().replicas(key)[index]);
  }

  void at(double seconds, std::function<void()> action) {
    sim::spawn(sim::no_machine, do_at(&world.scheduler, sim::to_time(spec::Seconds{seconds}), std::move(action)));
  }
  void turn_at(double seconds, sim::MachineIndex machine, bool on) {
    at(seconds, [this, machine, on] {
      world.plane.at_simgrid([this, machine, on] { turn_host(world.platform, world.fleet[machine].host, on); });
    });
  }
  void turn_rack_at(double seconds, std::uint32_t rack, bool on) {
    at(seconds, [this, rack, on] {
      world.plane.at_simgrid([this, rack, on] { turn_rack(world.platform, rack, on); });
    });
  }

  struct Outcomes {
    double ok = 0, failed = 0;
    std::uint64_t value = 0;  ///< Of the last read.
  };
  void put_at(double seconds, std::uint64_t key, Outcomes& outcomes, std::uint64_t client = 0) {
    at(seconds, [this, key, client, &outcomes] {
      sim::spawn(clients.machine(client), put(this, clients.machine(client), key, &outcomes));
    });
  }
  void get_at(double seconds, std::uint64_t key, Outcomes& outcomes, std::uint64_t client = 0) {
    at(seconds, [this, key, client, &outcomes] {
      sim::spawn(clients.machine(client), get(this, clients.machine(client), key, &outcomes));
    });
  }

  /// All that tells whether the store converged.
  void report(Figures& figures) const {
    const spec::ConsistencySummary summary = store.consistency();
    figures["rows"] = static_cast<double>(store.versions().rows());
    figures["lost"] = static_cast<double>(summary.lost_acknowledged);
    figures["stale"] = static_cast<double>(summary.staleness.stale_reads);
    figures["versions_mean"] = summary.staleness.versions_mean;
    figures["versions_max"] = static_cast<double>(summary.staleness.versions_max);
    figures["stale_time_mean"] = summary.staleness.time_mean.value();
    figures["stale_time_max"] = summary.staleness.time_max.value();
    const spec::RepairSummary& repair = summary.repair;
    figures["missed"] = static_cast<double>(repair.missed);
    figures["kept"] = static_cast<double>(repair.hints_kept);
    figures["replayed"] = static_cast<double>(repair.hints_replayed);
    figures["dropped"] = static_cast<double>(repair.hints_dropped);
    figures["expired"] = static_cast<double>(repair.hints_expired);
    figures["hints_lost"] = static_cast<double>(repair.hints_lost);
    figures["open"] = static_cast<double>(repair.hints_open);
    figures["sloppy"] = static_cast<double>(repair.sloppy_acknowledgements);
    figures["read_repairs"] = static_cast<double>(repair.read_repairs);
    figures["copied"] = static_cast<double>(repair.anti_entropy_rows);
    figures["copies_failed"] = static_cast<double>(repair.anti_entropy_failed);
    figures["copied_bytes"] = repair.anti_entropy_bytes;
    figures["divergent"] = static_cast<double>(repair.divergent_rows);
  }

 private:
  static sim::Task<void> do_at(sim::Scheduler* scheduler, sim::Time at, std::function<void()> action) {
    co_await sim::sleep(*scheduler, at - scheduler->now());
    action();
  }
  static sim::Task<void> put(StoreWorld* world, sim::MachineIndex client, std::uint64_t key, Outcomes* outcomes) {
    models::Hops hops = world->context.hops(models::Stream::changes, world->number_++);
    const sim::Reply reply =
        co_await world->store.put(client, world->store.shard(key), {.step = models::Step::persist}, hops);
    ++(reply.outcome == sim::Outcome::ok ? outcomes->ok : outcomes->failed);
  }
  static sim::Task<void> get(StoreWorld* world, sim::MachineIndex client, std::uint64_t key, Outcomes* outcomes) {
    models::Hops hops = world->context.hops(models::Stream::changes, world->number_++);
    const sim::Reply reply =
        co_await world->store.get(client, world->store.shard(key), 1, models::Step::members, hops);
    ++(reply.outcome == sim::Outcome::ok ? outcomes->ok : outcomes->failed);
    outcomes->value = reply.value;
  }

  std::uint64_t number_ = 1;
};

inline Figures with_store(const spec::Scenario& scenario,
                          const std::function<void(StoreWorld&, Figures&)>& measure) {
  return figures_of([&](Figures& figures) {
    // Not destroyed: the child ends without.
    measure(*new StoreWorld(scenario), figures);
  });
}

/// A store of 16 machines with N = 3, constant times, and nothing that repairs it.
inline spec::Scenario store_without_repair(int read_quorum, int write_quorum) {
  spec::Scenario scenario = one_rack_of_constant_times(1);
  spec::Store& store = scenario.stores.message;
  store.machines = 16;
  store.read_quorum = read_quorum;
  store.write_quorum = write_quorum;
  store.repair.hinted_handoff = store.repair.read_repair = spec::Switch::off;
  store.repair.anti_entropy.reset();
  return scenario;
}

}  // namespace chatsim::tests
