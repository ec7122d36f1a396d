#pragma once

#include <functional>
#include <map>

#include "tests/models/store/bare_store.hpp"

namespace chatsim::tests {

/// A table with leaders over eight racks of twelve hosts:
///
///               pod
///      /   |   |  ...   \        2 us a link
///    rack rack rack    rack
inline spec::Scenario scenario_of_leaders(int replication, std::uint64_t seed = 1) {
  spec::Scenario scenario = one_rack_of_constant_times(1);
  scenario.seed = seed;
  scenario.datacenter.racks_per_pod = 8;
  scenario.datacenter.hosts_per_rack = 12;
  scenario.network.request_timeout = spec::Seconds{0.2};
  spec::Store& store = scenario.stores.message;
  store.machines = 16;
  store.replication = replication;
  store.virtual_nodes = 16;
  store.spread = spec::FailureDomain::rack;
  store.consistency = spec::Consistency::leader;
  store.read_time = store.write_time = spec::Distribution::exponential(spec::Seconds{2e-3});
  return scenario;
}

/// That table and machines that use it, in a world of their own. Watches what every user may ask of a single copy: a read
/// shows what was acknowledged, or shown to anybody, before it began.
class LeaderWorld : public BareStore {
 public:
  using BareStore::BareStore;
  double now() const { return sim::to_seconds(world.scheduler.now()).value(); }
  sim::MachineIndex replica(std::uint64_t key, unsigned number) const {
    return store.machine(store.shard(key).replicas[number]);
  }
  std::uint32_t rack_of(sim::MachineIndex machine) const { return world.fleet.domain(machine).rack; }
  /// A client in that rack, or outside of it.
  sim::MachineIndex client(std::uint32_t rack, bool in_it) const {
    for (unsigned i = 0; i < clients.machines(); ++i) {
      if ((rack_of(clients.machine(i)) == rack) == in_it) return clients.machine(i);
    }
    return clients.machine(0);
  }
  void turn_machine(sim::MachineIndex machine, bool on) {
    world.plane.at_simgrid([this, host = world.fleet[machine].host, on] { turn_host(world.platform, host, on); });
  }
  void turn_rack(std::uint32_t rack, bool on) {
    world.plane.at_simgrid([this, rack, on] { tests::turn_rack(world.platform, rack, on); });
  }

  sim::Task<bool> put(sim::MachineIndex client, std::uint64_t key, models::Hops* hops) {
    const sim::Reply reply =
        co_await store.put(client, store.shard(key), {.step = models::Step::persist}, *hops);
    ++outcomes[static_cast<std::size_t>(reply.outcome)];
    if (reply.outcome == sim::Outcome::ok) note(key, reply.value);
    co_return reply.outcome == sim::Outcome::ok;
  }
  sim::Task<bool> get(sim::MachineIndex client, std::uint64_t key, models::Hops* hops) {
    const std::uint64_t owed = shown_[key];
    const sim::Reply reply = co_await store.get(client, store.shard(key), 1, models::Step::members, *hops);
    ++outcomes[static_cast<std::size_t>(reply.outcome)];
    if (reply.outcome == sim::Outcome::ok) {
      violations += reply.value < owed;
      note(key, reply.value);
    }
    co_return reply.outcome == sim::Outcome::ok;
  }
  /// Writes and reads a few keys at random until `end`.
  sim::Task<void> use(std::uint64_t user, std::uint64_t keys, double end) {
    models::Hops hops = context.hops(models::MessageId{user}, 0);
    for (std::uint32_t i = 0; now() < end; ++i) {
      const sim::Draw draw = context.draw(models::Stream::senders, user, i);
      const std::uint64_t key = 1 + draw.below(keys, 0);
      // Who is a client is chosen anew: a machine that died loses its users otherwise.
      const sim::MachineIndex client = clients.machine(static_cast<unsigned>(draw.bits32(2) % clients.machines()));
      if (draw.bits32(3) % 2 == 0) {
        co_await put(client, key, &hops);
      } else {
        co_await get(client, key, &hops);
      }
      co_await sim::sleep(world.scheduler, sim::Duration{1'000'000});
    }
  }
  void report(Figures& figures) const {
    const spec::LeadershipSummary summary = store.leaders()->summary("message");
    figures["elections"] = static_cast<double>(summary.elections);
    figures["elections_failed"] = static_cast<double>(summary.elections_failed);
    figures["transfers"] = static_cast<double>(summary.transfers);
    figures["term_max"] = static_cast<double>(summary.term_max);
    figures["without_leader"] = summary.without_leader.value();
    figures["without_leader_max"] = summary.without_leader_max.value();
    figures["elsewhere"] = static_cast<double>(summary.ranges_elsewhere);
    figures["forwarded"] = static_cast<double>(summary.forwarded);
    figures["refused_no_leader"] = static_cast<double>(summary.refused_no_leader);
    figures["refused_no_majority"] = static_cast<double>(summary.refused_no_majority);
    figures["refused_by_lease"] = static_cast<double>(summary.refused_by_lease);
    figures["caught_up"] = static_cast<double>(summary.caught_up_rows);
    figures["overlaps"] = static_cast<double>(summary.overlaps);
    figures["rows"] = static_cast<double>(store.versions().rows());
    figures["stale"] = static_cast<double>(store.stale_reads());
    figures["lost"] = static_cast<double>(store.lost_acknowledged());
    figures["violations"] = static_cast<double>(violations);
    const char* names[] = {"ok", "rejected", "lost_requests", "timeout"};
    for (std::size_t i = 0; i < 4; ++i) figures[names[i]] = static_cast<double>(outcomes[i]);
  }

  std::uint64_t outcomes[4]{};
  std::uint64_t violations = 0;

 private:
  void note(std::uint64_t key, std::uint64_t version) {
    // On which all agree: which one it is nobody knows any more.
    if (version != models::VersionTable::agreed) shown_[key] = std::max(shown_[key], version);
  }
  std::map<std::uint64_t, std::uint64_t> shown_;
};

inline sim::Task<void> after(LeaderWorld* world, double seconds, std::function<void()> action) {
  co_await sim::sleep(world->world.scheduler, sim::to_duration(spec::Seconds{seconds}));
  action();
}

}  // namespace chatsim::tests
