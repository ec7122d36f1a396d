#include "models/store/store.hpp"

#include <functional>

#include "tests/models/store/bare_store.hpp"

using namespace chatsim;
using namespace chatsim::models;
using tests::BareStore;
using tests::figure;
using tests::Figures;

namespace {

/// A store and machines that use it, in a world of their own.
struct StoreWorld : BareStore {
  using BareStore::BareStore;
  sim::Time now() const { return world.scheduler.now(); }
  void turn_replica(std::uint64_t key, unsigned replica, bool on) {
    const sim::MachineIndex machine = world.fleet.first(store.tier()) + store.ring().replicas(key)[replica];
    tests::turn_host(world.platform, world.fleet[machine].host, on);
  }

};

Figures with_store(const spec::Scenario& scenario,
                   const std::function<void(StoreWorld&, Figures&)>& measure) {
  return tests::figures_of([&](Figures& figures) {
    StoreWorld world(scenario);
    measure(world, figures);
  });
}

spec::Scenario scenario_of(int replication, int read_quorum, int write_quorum) {
  spec::Scenario scenario = tests::one_rack_of_constant_times(1);
  scenario.stores.message.replication = replication;
  scenario.stores.message.read_quorum = read_quorum;
  scenario.stores.message.write_quorum = write_quorum;
  // Nothing but quorums.
  scenario.stores.message.repair.hinted_handoff = scenario.stores.message.repair.read_repair = spec::Switch::off;
  scenario.stores.message.repair.anti_entropy.reset();
  return scenario;
}

sim::Task<void> put_and_get(StoreWorld* world, std::uint64_t key, Figures* figures) {
  Hops hops = world->context.hops(MessageId{key}, 0);
  const sim::Time begin = world->now();
  const sim::Reply put =
      co_await world->store.put(world->clients.machine(0), world->store.shard(key), {.step = Step::persist}, hops);
  const sim::Time written = world->now();
  // The last replica has it too by then, and the card has sent everything.
  co_await sim::sleep(world->world.scheduler, sim::Duration{1'000'000});
  const sim::Time again = world->now();
  const sim::Reply get =
      co_await world->store.get(world->clients.machine(0), world->store.shard(key), 3, Step::members, hops);
  (*figures)["put_outcome"] = static_cast<double>(put.outcome);
  (*figures)["get_outcome"] = static_cast<double>(get.outcome);
  (*figures)["put_ns"] = static_cast<double>((written - begin).count());
  (*figures)["get_ns"] = static_cast<double>((world->now() - again).count());
}

/// Writes or reads random keys of a few, one after the other.
sim::Task<void> use_store(StoreWorld* world, std::uint64_t user, bool writes, std::uint64_t keys,
                          double* failed) {
  Hops hops = world->context.hops(MessageId{user}, 0);
  const sim::MachineIndex client = world->clients.machine(user % world->clients.machines());
  for (std::uint32_t i = 0; i < 1500; ++i) {
    const std::uint64_t key = 1 + world->context.draw(Stream::senders, user, i).below(keys, 0);
    sim::Reply reply;
    if (writes) {
      reply = co_await world->store.put(client, world->store.shard(key), {.step = Step::persist}, hops);
    } else {
      reply = co_await world->store.get(client, world->store.shard(key), 1, Step::members, hops);
    }
    *failed += reply.outcome != sim::Outcome::ok;
  }
}

Figures stale_reads_of(spec::Scenario scenario) {
  scenario.stores.message.read_time = scenario.stores.message.write_time =
      spec::Distribution::exponential(10e-3);
  return with_store(scenario, [](StoreWorld& world, Figures& figures) {
    double& failed = figures["failed"] = 0;
    for (std::uint64_t user = 1; user <= 24; ++user) {
      sim::spawn(world.clients.machine(user % world.clients.machines()),
                 use_store(&world, user, user % 2 == 0, 5, &failed));
    }
    world.run_until(60);
    const spec::StorageSummary summary = world.store.summary(sim::to_duration(spec::Seconds{1}));
    figures["written"] = summary.rows_per_s;
    figures["read"] = summary.reads_per_s;
    figures["stale"] = static_cast<double>(world.store.stale_reads());
    figures["lost"] = static_cast<double>(world.store.lost_acknowledged());
    figures["rows_left"] = static_cast<double>(world.store.versions().rows());
  });
}

}  // namespace

TEST_CASE("put and get take what is computed by hand") {
  const auto [replication, quorum] =
      GENERATE(std::pair{1, 1}, std::pair{3, 1}, std::pair{3, 2}, std::pair{3, 3}, std::pair{5, 4});
  const Figures found =
      with_store(scenario_of(replication, quorum, quorum), [](StoreWorld& world, Figures& figures) {
        sim::spawn(world.clients.machine(0), put_and_get(&world, 42, &figures));
        world.run_until(1);
      });
  CHECK(found.at("put_outcome") == 0);
  CHECK(found.at("get_outcome") == 0);
  // The card sends one leg after the other, 0.32 ns a byte; there 4 us, 10 ms of service, the answer, 4 us
  // back.
  const std::string legs = std::to_string(quorum) + " of " + std::to_string(replication);
  CHECK(figure("put in ns, " + legs + ": W x (766 + 200) B + 4 us + 10 ms + 200 B + 4 us",
               quorum * 309 + 4000 + 10e6 + 64 + 4000, found.at("put_ns"), 1));
  CHECK(figure("get in ns, " + legs + ": R x 200 B + 4 us + 10 ms + (3 x 766 + 200) B + 4 us",
               quorum * 64 + 4000 + 10e6 + 799 + 4000, found.at("get_ns"), 1));
}

TEST_CASE(
    "with R + W > N no read is stale and nothing acknowledged is lost, however many write and read few "
    "keys") {
  const auto [replication, read, write] =
      GENERATE(std::tuple{3, 2, 2}, std::tuple{3, 1, 3}, std::tuple{3, 3, 1}, std::tuple{1, 1, 1},
               std::tuple{5, 3, 3});
  CAPTURE(replication, read, write);
  const Figures found = stale_reads_of(scenario_of(replication, read, write));
  CHECK(found.at("written") == 12 * 1500);
  CHECK(found.at("read") == 12 * 1500);
  CHECK(found.at("failed") == 0);
  CHECK(found.at("stale") == 0);
  CHECK(found.at("lost") == 0);
  CHECK(found.at("rows_left") == 0);
}

TEST_CASE("with R + W <= N stale reads are seen; still nothing acknowledged is lost") {
  const Figures one = stale_reads_of(scenario_of(3, 1, 1)), two = stale_reads_of(scenario_of(3, 2, 1));
  CHECK(one.at("stale") > 0);
  CHECK(one.at("stale") < one.at("read"));
  CHECK(two.at("stale") > 0);
  CHECK(two.at("stale") < one.at("stale"));
  CHECK(one.at("lost") == 0);
  CHECK(one.at("rows_left") == 0);
  std::printf("stale of %g reads: %g with R = 1, W = 1; %g with R = 2, W = 1\n", one.at("read"),
              one.at("stale"), two.at("stale"));
}

TEST_CASE("dead replicas: a quorum of the others does; without one the deadline passes") {
  struct Case {
    int quorum, dead;
    sim::Outcome outcome;
  };
  const auto [quorum, dead, outcome] = GENERATE(
      Case{2, 1, sim::Outcome::ok}, Case{3, 1, sim::Outcome::timeout}, Case{2, 2, sim::Outcome::timeout},
      Case{1, 2, sim::Outcome::ok}, Case{1, 3, sim::Outcome::timeout});
  CAPTURE(quorum, dead);
  const Figures found = with_store(scenario_of(3, quorum, quorum), [&](StoreWorld& world, Figures& figures) {
    world.world.plane.at_simgrid([&] {
      for (int replica = 0; replica < dead; ++replica)
        world.turn_replica(42, static_cast<unsigned>(replica), false);
    });
    const auto later = [](StoreWorld* place, Figures* into) -> sim::Task<void> {
      co_await sim::sleep(place->world.scheduler, sim::Duration{1000});
      co_await put_and_get(place, 42, into);
    };
    sim::spawn(sim::no_machine, later(&world, &figures));
    world.run_until(5);
    figures["lost"] = static_cast<double>(world.store.lost_acknowledged());
    figures["live"] = static_cast<double>(sim::arena.live());
  });
  CHECK(found.at("put_outcome") == static_cast<double>(outcome));
  CHECK(found.at("get_outcome") == static_cast<double>(outcome));
  if (outcome == sim::Outcome::timeout) {
    CHECK(figure("deadline in ns", 1e9, found.at("put_ns"), 0));
    CHECK(figure("deadline in ns", 1e9, found.at("get_ns"), 0));
  }
  CHECK(found.at("lost") == 0);
  CHECK(found.at("live") == 1);  // The list of timeouts.
}

TEST_CASE("replicas that die with the request in their hands: the caller learns at once") {
  const Figures found = with_store(scenario_of(3, 2, 2), [&](StoreWorld& world, Figures& figures) {
    sim::spawn(world.clients.machine(0), put_and_get(&world, 42, &figures));
    const auto kill = [](StoreWorld* place) -> sim::Task<void> {
      co_await sim::sleep(place->world.scheduler, sim::Duration{5'000'000});
      place->world.plane.at_simgrid([place] {
        for (unsigned replica = 0; replica < 2; ++replica) place->turn_replica(42, replica, false);
      });
    };
    sim::spawn(sim::no_machine, kill(&world));
    world.run_until(5);
  });
  CHECK(found.at("put_outcome") == static_cast<double>(sim::Outcome::lost));
  CHECK(figure("ns until the second of three is lost: it dies after 5 ms, 4 us back", 5'004'000,
               found.at("put_ns"), 1));
  CHECK(found.at("get_outcome") == static_cast<double>(sim::Outcome::timeout));
}

TEST_CASE("jitter comes on top of the wire, on the way there and on the way back") {
  spec::Scenario scenario = scenario_of(3, 2, 2);
  scenario.network.jitter = spec::Distribution::constant(spec::Seconds{1e-3});
  const Figures found = with_store(scenario, [](StoreWorld& world, Figures& figures) {
    sim::spawn(world.clients.machine(0), put_and_get(&world, 42, &figures));
    world.run_until(1);
  });
  CHECK(figure("put in ns, 2 of 3: 2 x 966 B + 4 us + 1 ms + 10 ms + 200 B + 4 us + 1 ms", 12'008'682,
               found.at("put_ns"), 1));
  CHECK(figure("get in ns, 2 of 3", 12'008'927, found.at("get_ns"), 1));
}
