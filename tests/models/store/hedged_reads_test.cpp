#include "tests/models/store/store_world.hpp"

// Reads that ask one replica and, if that is slow, one more (spec::Hedge).

using namespace chatsim;
using namespace chatsim::models;
using tests::figure;
using tests::Figures;
using tests::StoreWorld;
using tests::with_store;

namespace {

constexpr std::uint64_t key = 42;

spec::Scenario hedged(int read_quorum, spec::Switch tied = spec::Switch::off) {
  spec::Scenario scenario = tests::store_without_repair(read_quorum, 1);
  spec::Store& store = scenario.stores.message;
  store.read_from = spec::ReadFrom::quorum;
  store.hedge = {.after = spec::Seconds{20e-3}, .tied = tied, .most = spec::Probability{1}};
  store.threads = 1;
  return scenario;
}

/// The n-th replica that a read of the row asks.
unsigned asked(const StoreWorld& world, unsigned n) {
  return static_cast<unsigned>((spread(~world.store.shard(key).key) + n) % 3);
}

/// A thread of the machine is held for a while.
void hold(StoreWorld& world, double at, sim::MachineIndex machine, sim::Duration time) {
  world.at(at, [&world, machine, time] {
    const sim::CallOptions options{.client = world.clients.machine(9), .timeout = sim::Duration{1'000'000'000}};
    world.world.rpc.post(world.world.rpc.call(options, sim::LegOptions{machine, time}));
  });
}


sim::Task<void> timed_get(StoreWorld* world, Figures* figures) {
  Hops hops = world->context.hops(MessageId{1}, 0);
  const double begin = world->now();
  const sim::Reply reply =
      co_await world->store.get(world->clients.machine(0), world->store.shard(key), 1, Step::members, hops);
  (*figures)["outcome"] = static_cast<double>(reply.outcome);
  (*figures)["ms"] = (world->now() - begin) * 1e3;
}

}  // namespace

TEST_CASE("a read whose replica is held up is answered by another one") {
  const int quorum = GENERATE(1, 2);
  const Figures found = with_store(hedged(quorum), [](StoreWorld& world, Figures& figures) {
    hold(world, 0.1, world.replica(key, asked(world, 0)), sim::Duration{500'000'000});
    world.at(0.2, [&] { sim::spawn(world.clients.machine(0), timed_get(&world, &figures)); });
    world.run_until(2);
    const sim::ResilienceCounts& counts = world.world.fleet.resilience(world.store.tier());
    figures["sent"] = static_cast<double>(counts.hedges_sent);
    figures["won"] = static_cast<double>(counts.hedges_won);
    figures["little"] = world.world.fleet.little_law_error(world.store.tier(), world.world.scheduler.now());
  });
  CHECK(found.at("outcome") == 0);
  CHECK(figure("hedged after 20 ms, 10 ms of service, some us of network", 30, found.at("ms"), 0.05));
  CHECK(found.at("sent") == 1);
  CHECK(found.at("won") == 1);
  CHECK(found.at("little") == 0);
}

TEST_CASE("whether a hedged read is stale is that of the replica that answered") {
  struct Case {
    const char* what;
    unsigned missing;  ///< Who of those that are asked missed the write.
    double stale;
  };
  const Case one = GENERATE(Case{"the one in reserve missed it, and answers", 1, 1},
                            Case{"the first one missed it, and does not answer", 0, 0});
  CAPTURE(one.what);
  const Figures found = with_store(hedged(1), [&](StoreWorld& world, Figures& figures) {
    auto& outcomes = *new StoreWorld::Outcomes;
    const sim::MachineIndex missing = world.replica(key, asked(world, one.missing));
    world.turn_at(0.05, missing, false);
    world.put_at(0.1, key, outcomes);
    world.turn_at(0.3, missing, true);
    hold(world, 0.5, world.replica(key, asked(world, 0)), sim::Duration{500'000'000});
    world.get_at(0.6, key, outcomes);
    world.run_until(3);
    figures["ok"] = outcomes.ok;
    figures["stale"] = static_cast<double>(world.store.stale_reads());
    figures["won"] = static_cast<double>(world.world.fleet.resilience(world.store.tier()).hedges_won);
  });
  CHECK(found.at("ok") == 2);
  CHECK(found.at("won") == 1);
  CHECK(found.at("stale") == one.stale);
}

TEST_CASE("tied reads: the replica that is asked first skips what the other one serves") {
  const Figures found = with_store(hedged(1, spec::Switch::on), [](StoreWorld& world, Figures& figures) {
    hold(world, 0.1, world.replica(key, asked(world, 0)), sim::Duration{200'000'000});
    world.at(0.2, [&] { sim::spawn(world.clients.machine(0), timed_get(&world, &figures)); });
    world.run_until(2);
    figures["cancelled"] = static_cast<double>(world.world.fleet.resilience(world.store.tier()).ties_cancelled);
    figures["served"] = static_cast<double>(world.world.fleet.statistics(world.store.tier()).completed);
  });
  CHECK(found.at("outcome") == 0);
  CHECK(found.at("cancelled") == 1);
  CHECK(found.at("served") == 2);
}

TEST_CASE("where no other replica is up a read does without") {
  const Figures found = with_store(hedged(1), [](StoreWorld& world, Figures& figures) {
    for (const unsigned n : {1U, 2U}) world.turn_at(0.05, world.replica(key, asked(world, n)), false);
    hold(world, 0.1, world.replica(key, asked(world, 0)), sim::Duration{500'000'000});
    // After it is known who is down.
    world.at(0.2, [&] { sim::spawn(world.clients.machine(0), timed_get(&world, &figures)); });
    world.run_until(2);
    figures["hedged"] = static_cast<double>(world.world.fleet.resilience(world.store.tier()).hedged);
  });
  CHECK(found.at("outcome") == 0);
  CHECK(found.at("hedged") == 0);
  CHECK(figure("until 600 ms, then 10 ms of service", 410, found.at("ms"), 0.05));
}
