#include "models/store/region_copies.hpp"

#include <algorithm>
#include <cmath>
#include <functional>

#include "models/store/store.hpp"
#include "tests/models/store/bare_store.hpp"

using namespace chatsim;
using namespace chatsim::models;
using tests::BareStore;
using tests::figure;
using tests::Figures;

namespace {

/// Two regions of one rack each: 2 us to and from the rack's switch, 5 + 10 + 50 us up to the WAN and as many down, 40
/// ms over it. Everything else takes constant times: 10 ms a write, a batch every 50 ms.
spec::Scenario two_regions(int copies, spec::Failover failover = spec::Failover::off) {
  spec::Scenario scenario = tests::one_rack_of_constant_times(1);
  scenario.datacenter.regions = 2;
  scenario.stores.message.machines = 8;
  scenario.stores.message.regions = {.rows = spec::RowRegions::home, .copies = copies, .failover = failover};
  return scenario;
}
constexpr double way_ms = 2 * 0.067 + 40;
constexpr double way_in_rack_ms = 0.004;

/// A store and machines that use it, in a world of their own.
struct RegionsWorld : BareStore {
  using BareStore::BareStore;
  sim::MachineIndex client_in(std::uint32_t region) const {
    sim::MachineIndex machine = clients.machine(0);
    while (context.regions.of(machine) != region) ++machine;
    return machine;
  }
  void turn_region(std::uint32_t region, bool on) {
    for (sim::MachineIndex machine = 0; machine < world.fleet.size(); ++machine) {
      if (context.regions.of(machine) == region) tests::turn_host(world.platform, world.fleet[machine].host, on);
    }
  }
  void cut_wan(bool on) {
    for (simgrid::s4u::Link* link : {world.platform.wan(0, 1), world.platform.wan(1, 0)})
      on ? link->turn_on() : link->turn_off();
  }
  void in_simgrid(double at, std::function<void()> what) { sim::spawn(sim::no_machine, later(at, std::move(what))); }
  sim::Task<void> later(double at, std::function<void()> what) {
    co_await sim::sleep(world.scheduler, sim::to_duration(spec::Seconds{at}));
    world.plane.at_simgrid(std::move(what));
  }
  double now_ms() const { return sim::to_seconds(world.scheduler.now()).value() * 1e3; }
  spec::CopySummary summary() const { return store.region_copies()->summary("message", sim::Duration{1'000'000'000}); }

};

Figures with_regions(const spec::Scenario& scenario, const std::function<void(RegionsWorld&, Figures&)>& measure) {
  return tests::figures_of([&](Figures& figures) { measure(*new RegionsWorld(scenario), figures); });
}

sim::Task<void> put(RegionsWorld* world, double at, std::uint32_t client_region, std::uint64_t key, std::uint32_t home,
                    Figures* figures, std::string name) {
  co_await sim::sleep(world->world.scheduler, sim::to_duration(spec::Seconds{at}));
  Hops hops = world->context.hops(MessageId{key}, 0);
  const double begin = world->now_ms();
  const sim::Reply done = co_await world->store.put(world->client_in(client_region), world->store.shard(key, key, home),
                                                    {.step = Step::persist}, hops);
  (*figures)[name + "_ms"] = world->now_ms() - begin;
  (*figures)[name + "_outcome"] = static_cast<double>(done.outcome);
}

sim::Task<void> get(RegionsWorld* world, double at, std::uint32_t client_region, std::uint64_t key, std::uint32_t home,
                    Figures* figures, std::string name) {
  co_await sim::sleep(world->world.scheduler, sim::to_duration(spec::Seconds{at}));
  Hops hops = world->context.hops(MessageId{key}, 16);
  const sim::Reply done = co_await world->store.get(world->client_in(client_region), world->store.shard(key, key, home),
                                                    1, Step::members, hops);
  (*figures)[name + "_outcome"] = static_cast<double>(done.outcome);
  (*figures)[name + "_stale"] = static_cast<double>(world->store.stale_reads());
}

/// Writes of a region's rows, `rate` a second from now on.
sim::Task<void> keep_writing(RegionsWorld* world, std::uint32_t region, double rate, double until, double* failed) {
  for (std::uint64_t i = 1; world->now_ms() < until * 1e3; ++i) {
    const double gap = sim::negative_log(world->context.draw(Stream::arrivals, i, region).bits64(0)) / rate;
    co_await sim::sleep(world->world.scheduler, sim::to_duration(spec::Seconds{gap}));
    const std::uint64_t key = i << 1 | region;
    sim::spawn(sim::no_machine,
               [](RegionsWorld* at, std::uint64_t row, std::uint32_t home, double* count) -> sim::Task<void> {
                 Hops hops = at->context.hops(MessageId{row}, 0);
                 const sim::Reply done = co_await at->store.put(at->client_in(home), at->store.shard(row, row, home),
                                                                {.step = Step::persist}, hops);
                 *count += done.outcome != sim::Outcome::ok;
               }(world, key, region, failed));
  }
}

}  // namespace

TEST_CASE("rows at home have all replicas there, and their keys say so") {
  const Figures found = with_regions(two_regions(1), [](RegionsWorld& world, Figures& figures) {
    figures["elsewhere"] = figures["not_by_key"] = figures["copies_elsewhere"] = 0;
    for (std::uint64_t key = 1; key < 5000; ++key) {
      const std::uint32_t home = key % 2;
      const Store::Shard shard = world.store.shard(key, key, home);
      const HashRing::Replicas by_key = world.store.replicas_of(shard.key);
      figures["not_by_key"] += !std::equal(by_key.begin(), by_key.begin() + 3, shard.replicas.begin());
      figures["not_by_key"] += Homes::region_of(shard.key) != home;
      const HashRing::Replicas copies = world.store.homes()->replicas_in(1 - home, shard.key);
      for (int i = 0; i < 3; ++i) {
        figures["elsewhere"] += world.context.regions.of(world.store.machine(shard.replicas[i])) != home;
        figures["copies_elsewhere"] += world.context.regions.of(world.store.machine(copies[i])) == home;
      }
    }
  });
  for (const auto& [name, value] : found) {
    CAPTURE(name);
    CHECK(value == 0);
  }
}

TEST_CASE(
    "a quorum at home does not wait for the WAN, one that is spread does, and a copy is there a batch and a way "
    "later") {
  const Figures found = with_regions(two_regions(1), [](RegionsWorld& world, Figures& figures) {
    sim::spawn(sim::no_machine, put(&world, 0, 0, 1, 0, &figures, "at_home"));
    sim::spawn(sim::no_machine, put(&world, 0, 1, 2, 0, &figures, "from_afar"));
    world.run_until(1);
    figures["lag_ms"] = world.summary().lag_max.value() * 1e3;
    figures["waiting"] = static_cast<double>(world.summary().waiting);
    figures["applied"] = world.summary().writes_per_s;
  });
  CHECK(found.at("at_home_outcome") == 0);
  CHECK(figure("write at home: 2 ways in the rack + 10 ms, us for bytes", 2 * way_in_rack_ms + 10,
               found.at("at_home_ms"), 0.005));
  CHECK(figure("write of another region's row: 2 ways + 10 ms", 2 * way_ms + 10, found.at("from_afar_ms"), 0.01));
  CHECK(figure("lag: 50 ms of a batch, a way, 10 ms to log it, a way in the rack, 10 ms to write it",
               50 + way_ms + 10 + way_in_rack_ms + 10, found.at("lag_ms"), 0.01));
  CHECK(found.at("applied") == 2);
  CHECK(found.at("waiting") == 0);

  spec::Scenario spread = two_regions(0);
  spread.stores.message.regions.rows = spec::RowRegions::spread;
  spread.stores.message.write_quorum = 3;
  const Figures wide = with_regions(spread, [](RegionsWorld& world, Figures& figures) {
    figures["least_ms"] = 1e9;
    for (std::uint64_t key = 1; key <= 20; ++key)
      sim::spawn(sim::no_machine,
                 put(&world, 0.1 * static_cast<double>(key), 0, key, 0, &figures, std::to_string(key)));
    world.run_until(5);
    for (std::uint64_t key = 1; key <= 20; ++key) figures["over_the_wan"] += figures[std::to_string(key) + "_ms"] > 80;
  });
  CHECK(wide.at("over_the_wan") >=
        15);  // Of 20 rows, those whose three replicas are not all in one region: 3 in 4 and more.
}

TEST_CASE("cut off from each other, regions serve their own rows; afterwards the copies catch up") {
  const Figures found = with_regions(two_regions(1), [](RegionsWorld& world, Figures& figures) {
    double& failed = figures["failed"] = 0;
    for (const std::uint32_t region : {0U, 1U})
      sim::spawn(sim::no_machine, keep_writing(&world, region, 100, 6, &failed));
    sim::spawn(sim::no_machine, put(&world, 3, 0, 1'000'001, 1, &figures, "across"));
    world.in_simgrid(2, [&world] { world.cut_wan(false); });
    world.in_simgrid(5, [&world] { world.cut_wan(true); });
    sim::spawn(sim::no_machine, [](RegionsWorld* at, Figures* into) -> sim::Task<void> {
      co_await sim::sleep(at->world.scheduler, sim::to_duration(spec::Seconds{4.9}));
      (*into)["waiting_when_cut_off"] = static_cast<double>(at->summary().waiting);
    }(&world, &figures));
    world.run_until(12);
    figures["waiting"] = static_cast<double>(world.summary().waiting);
    figures["batches_failed"] = static_cast<double>(world.summary().batches_failed);
    figures["lag_max_s"] = world.summary().lag_max.value();
    figures["lost"] = static_cast<double>(world.summary().lost_uncopied);
  });
  CHECK(found.at("failed") == 0);
  CHECK(found.at("across_outcome") != 0);  // A row of the other side.
  CHECK(figure("2.9 s of 200 writes a second, and those of a lag before: 4 standard deviations", 200 * 2.95,
               found.at("waiting_when_cut_off"), 4 * std::sqrt(200 * 2.95)));
  CHECK(found.at("waiting") == 0);
  CHECK(found.at("batches_failed") > 0);
  // 3 s of the cut, the deadline of 2 x 1 s of a batch that was sent before its end, a pause and the lag.
  CHECK(found.at("lag_max_s") > 3);
  CHECK(found.at("lag_max_s") < 3 + 2 + 0.5);
  CHECK(found.at("lost") == 0);
}

TEST_CASE("a region that is lost takes with it what waits for its batch, and nothing else") {
  // Of a machine with l writes a second that begins a batch of T with the first of them, T (1 + l T / 2) / (T + 1 / l)
  // wait in the mean over time. What has left is there. Batches of all machines begin about together and keep step, so
  // the instant of the loss is spread over the T + 1 / l that a machine takes for a batch.
  constexpr double rate = 2000, batch = 50e-3, l = rate / 4, cycle = batch + 1 / l;
  constexpr int runs = 32;
  double lost = 0;
  for (int run = 0; run < runs; ++run) {
    spec::Scenario scenario = two_regions(1);
    scenario.seed = static_cast<std::uint64_t>(run + 1);
    const double at = 1 + cycle * (run + 0.5) / runs;
    const Figures found = with_regions(scenario, [at](RegionsWorld& world, Figures& figures) {
      double& failed = figures["failed"] = 0;
      sim::spawn(sim::no_machine, keep_writing(&world, 0, rate, at, &failed));
      world.in_simgrid(at, [&world] { world.turn_region(0, false); });
      world.run_until(3);
      figures["lost"] = static_cast<double>(world.summary().lost_uncopied);
      figures["waiting"] = static_cast<double>(world.summary().waiting);
      world.store.region_copies()->lose(0);
      figures["lost_after"] = static_cast<double>(world.summary().lost_uncopied);
      figures["waiting_after"] = static_cast<double>(world.summary().waiting);
    });
    lost += found.at("lost") / runs;
    CHECK(found.at("waiting") == found.at("lost"));
    CHECK(found.at("lost_after") == found.at("lost"));
    CHECK(found.at("waiting_after") == 0);
  }
  // Had each machine a phase of its own in each run, 0 to l T rows alike would wait there: no less certain than here.
  const double waits = batch * (1 + l * batch / 2) / cycle;
  CHECK(figure("lost, mean over a cycle: 4 machines of 500/s with batches of 50 ms, 3 sigma", 4 * waits, lost,
               3 * std::sqrt(4.0 / runs) * l * batch / std::sqrt(12.0)));
}

TEST_CASE(
    "another region answers for one that is down: what it does not have yet is read stale, what it takes goes home") {
  const Figures found = with_regions(two_regions(1, spec::Failover::on), [](RegionsWorld& world, Figures& figures) {
    sim::spawn(sim::no_machine, put(&world, 0.1, 0, 1, 0, &figures, "copied"));
    // The region goes down 20 ms after this is committed: its batch has not left.
    sim::spawn(sim::no_machine, put(&world, 0.97, 0, 2, 0, &figures, "not_copied"));
    world.in_simgrid(1, [&world] { world.turn_region(0, false); });
    sim::spawn(sim::no_machine, get(&world, 1.1, 1, 1, 0, &figures, "first"));
    sim::spawn(sim::no_machine, get(&world, 1.2, 1, 2, 0, &figures, "second"));
    sim::spawn(sim::no_machine, put(&world, 1.3, 1, 3, 0, &figures, "meanwhile"));
    sim::spawn(sim::no_machine, get(&world, 1.4, 1, 3, 0, &figures, "third"));
    world.in_simgrid(3, [&world] { world.turn_region(0, true); });
    sim::spawn(sim::no_machine, get(&world, 5, 0, 3, 0, &figures, "at_home_again"));
    world.run_until(6);
    const spec::CopySummary summary = world.summary();
    figures["failover_reads"] = static_cast<double>(summary.failover_reads);
    figures["failover_writes"] = static_cast<double>(summary.failover_writes);
    figures["waiting"] = static_cast<double>(summary.waiting);
    figures["lost_acknowledged"] = static_cast<double>(world.store.lost_acknowledged());
  });
  for (const char* outcome : {"copied", "not_copied", "first", "second", "meanwhile", "third", "at_home_again"}) {
    CAPTURE(outcome);
    CHECK(found.at(std::string(outcome) + "_outcome") == 0);
  }
  CHECK(found.at("first_stale") == 0);
  CHECK(found.at("second_stale") == 1);
  CHECK(found.at("third_stale") == 1);
  CHECK(found.at("at_home_again_stale") == 1);
  CHECK(found.at("failover_reads") == 3);
  CHECK(found.at("failover_writes") == 1);
  CHECK(found.at("waiting") == 0);
  CHECK(found.at("lost_acknowledged") == 0);
}
