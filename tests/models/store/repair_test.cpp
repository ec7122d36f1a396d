#include "models/store/repair.hpp"

#include "tests/models/store/store_world.hpp"

using namespace chatsim;
using namespace chatsim::models;
using tests::figure;
using tests::Figures;
using tests::store_without_repair;
using tests::StoreWorld;
using tests::with_store;

namespace {

constexpr std::uint64_t rows = 40;

/// One machine is down while rows are written that it holds a replica of, from 1 s on, one every 10 ms; it is up again
/// from 3 s on. Its rows are those whose first replica it is, of the keys from 1 on.
struct Outage {
  explicit Outage(StoreWorld& world) : machine(world.replica(1, 0)) {
    for (std::uint64_t key = 1; keys.size() < rows; ++key) {
      if (world.replica(key, 0) == machine) keys.push_back(key);
    }
    world.turn_at(0.5, machine, false);
    world.turn_at(3, machine, true);
    for (std::size_t i = 0; i < keys.size(); ++i) {
      world.put_at(1 + 0.01 * static_cast<double>(i), keys[i], writes, i % world.clients.machines());
    }
  }
  sim::MachineIndex machine;
  std::vector<std::uint64_t> keys;
  StoreWorld::Outcomes writes, reads;
};

Figures after_outage(const spec::Scenario& scenario, double until,
                     const std::function<void(StoreWorld&, Outage&)>& also = nullptr) {
  return with_store(scenario, [&](StoreWorld& world, Figures& figures) {
    auto& outage = *new Outage(world);
    if (also) also(world, outage);
    world.at(2.9, [&] { figures["rows_before"] = static_cast<double>(world.store.versions().rows()); });
    world.run_until(until);
    world.report(figures);
    figures["written"] = outage.writes.ok;
    figures["failed"] = outage.writes.failed;
    figures["live"] = static_cast<double>(sim::arena.live());
  });
}

}  // namespace

TEST_CASE("without any repair a replica that was down stays behind, and its rows are counted") {
  const Figures found = after_outage(store_without_repair(2, 2), 30);
  CHECK(found.at("written") == rows);
  CHECK(found.at("missed") == rows);
  CHECK(found.at("rows_before") == rows);
  CHECK(found.at("rows") == rows);
  CHECK(found.at("divergent") == rows);
  CHECK(found.at("lost") == 0);
  CHECK(found.at("kept") + found.at("read_repairs") + found.at("copied") == 0);
}

TEST_CASE("hinted handoff alone heals a replica that was down") {
  spec::Scenario scenario = store_without_repair(2, 2);
  scenario.stores.message.repair.hinted_handoff = spec::Switch::on;
  const Figures found = after_outage(scenario, 10);
  CHECK(found.at("rows_before") == rows);
  CHECK(found.at("kept") == rows);
  CHECK(found.at("replayed") == rows);
  CHECK(found.at("open") + found.at("dropped") + found.at("expired") == 0);
  CHECK(found.at("rows") == 0);
  CHECK(found.at("live") == 1);  // The list of timeouts: nobody polls any more.
}

TEST_CASE("a machine that keeps hints gives back so many a second, also after it was down itself") {
  spec::Scenario scenario = store_without_repair(2, 2);
  // Two machines beside the three replicas of a row: one of them is dead for good, so that one holds all hints.
  scenario.stores.message.machines = 4;
  scenario.stores.message.repair.hinted_handoff = spec::Switch::on;
  scenario.stores.message.repair.handoff_rate = spec::PerSecond{10};
  const auto holder_dies = [](StoreWorld& world, Outage& outage) {
    // All rows of the same three machines: the fourth is the only one that can stand in.
    const auto replicas = world.store.ring().replicas(1);
    const sim::MachineIndex fourth = world.store.machine(6 - replicas[0] - replicas[1] - replicas[2]);
    world.turn_at(2, fourth, false);
    world.turn_at(5, fourth, true);
    (void)outage;
  };
  const Figures at_the_end = after_outage(scenario, 30, holder_dies);
  CHECK(at_the_end.at("kept") == at_the_end.at("replayed"));
  CHECK(at_the_end.at("rows") == 0);
  const Figures early = after_outage(scenario, 6.02, holder_dies);
  // The rows that the fourth machine kept wait for it; the other two holders gave theirs back from 3 s on.
  CHECK(early.at("replayed") < rows);
  CHECK(early.at("open") + early.at("replayed") == rows);
}

TEST_CASE("hints beyond what a machine keeps are dropped and counted; anti-entropy heals the rest") {
  spec::Scenario scenario = store_without_repair(2, 2);
  scenario.stores.message.repair.hinted_handoff = spec::Switch::on;
  scenario.stores.message.repair.hints_max = 1;
  const Figures hints_only = after_outage(scenario, 30);
  CHECK(hints_only.at("kept") > 0);
  CHECK(hints_only.at("dropped") > 0);
  CHECK(hints_only.at("kept") + hints_only.at("dropped") == rows);
  CHECK(hints_only.at("rows") == hints_only.at("dropped"));
  scenario.stores.message.repair.anti_entropy = spec::Seconds{5};
  const Figures both = after_outage(scenario, 30);
  CHECK(both.at("dropped") == hints_only.at("dropped"));
  CHECK(both.at("copied") == both.at("dropped"));
  CHECK(both.at("rows") == 0);
}

TEST_CASE("hints expire") {
  spec::Scenario scenario = store_without_repair(2, 2);
  scenario.stores.message.repair.hinted_handoff = spec::Switch::on;
  scenario.stores.message.repair.hint_lifetime = spec::Seconds{1.5};
  const Figures found = after_outage(scenario, 10);
  // Kept from 1 s on, one every 10 ms; each goes at the first poll more than 1.5 s later, the last at 3 s.
  CHECK(found.at("expired") == rows);
  CHECK(found.at("rows") == rows);
}

TEST_CASE("a machine that loses its data loses the hints that it kept") {
  spec::Scenario scenario = store_without_repair(2, 2);
  scenario.stores.message.repair.hinted_handoff = spec::Switch::on;
  const Figures found = after_outage(scenario, 10, [](StoreWorld& world, Outage& outage) {
    world.at(2, [&] {
      for (std::uint32_t i = 0; i < 16; ++i) {
        if (world.store.machine(i) != outage.machine) world.store.lose_data(world.store.machine(i));
      }
    });
  });
  CHECK(found.at("hints_lost") == rows);
  CHECK(found.at("replayed") == 0);
  CHECK(found.at("lost") == rows);  // Nobody else held them: the one replica left had missed them.
}

TEST_CASE("read repair alone heals what is read, once the write cannot be on its way any more") {
  spec::Scenario scenario = store_without_repair(2, 2);
  scenario.stores.message.repair.read_repair = spec::Switch::on;
  const auto read_at = [](double time) {
    return [time](StoreWorld& world, Outage& outage) {
      for (std::size_t i = 0; i < outage.keys.size() / 2; ++i) world.get_at(time, outage.keys[i], outage.reads);
    };
  };
  const Figures healed = after_outage(scenario, 10, read_at(5));
  CHECK(healed.at("read_repairs") == rows / 2);
  CHECK(healed.at("rows") == rows / 2);
  CHECK(healed.at("stale") == 0);
  scenario.stores.message.repair.after = spec::Seconds{10};
  const Figures too_young = after_outage(scenario, 10, read_at(5));
  CHECK(too_young.at("read_repairs") == 0);
  CHECK(too_young.at("rows") == rows);
}

TEST_CASE("a sloppy quorum writes while two of three replicas are down, and breaks R + W > N") {
  const auto run = [](spec::Switch sloppy) {
    spec::Scenario scenario = store_without_repair(2, 2);
    scenario.stores.message.repair.hinted_handoff = spec::Switch::on;
    scenario.stores.message.repair.sloppy_quorum = sloppy;
    return with_store(scenario, [](StoreWorld& world, Figures& figures) {
      static StoreWorld::Outcomes writes, stale, healed;
      world.put_at(0.1, 1, writes);
      for (const unsigned replica : {0U, 1U}) {
        world.turn_at(0.5, world.replica(1, replica), false);
        world.turn_at(2, world.replica(1, replica), true);
      }
      world.put_at(1, 1, writes);
      // Two of three answer before the third one could: those that were down.
      world.get_at(2.001, 1, stale);
      world.get_at(9, 1, healed);
      world.run_until(10);
      world.report(figures);
      figures["written"] = writes.ok;
    });
  };
  const Figures strict = run(spec::Switch::off), sloppy = run(spec::Switch::on);
  CHECK(strict.at("written") == 1);
  CHECK(strict.at("stale") == 0);
  CHECK(strict.at("rows") == 0);
  CHECK(sloppy.at("written") == 2);
  CHECK(sloppy.at("sloppy") == 2);
  CHECK(sloppy.at("stale") == 1);
  CHECK(figure("versions that the stale read missed", 1, sloppy.at("versions_max"), 0));
  // Owed since 1 s, read at 2.001 s, answered 10 ms later: 4 us each way, 0.3 ns a byte.
  CHECK(figure("time that it is behind", 1.011, sloppy.at("stale_time_max"), 1e-4));
  CHECK(sloppy.at("rows") == 0);
  CHECK(sloppy.at("lost") == 0);
}

TEST_CASE("at full queues hints stay bounded, and all is healed when the load is gone") {
  spec::Scenario scenario = store_without_repair(1, 1);
  spec::Store& store = scenario.stores.message;
  store.threads = store.cores = 1;
  store.queue_limit = 2;
  store.repair.hinted_handoff = spec::Switch::on;
  store.repair.hints_max = 20;
  store.repair.anti_entropy = spec::Seconds{5};
  const Figures found = with_store(scenario, [](StoreWorld& world, Figures& figures) {
    static StoreWorld::Outcomes writes;
    // 16 machines write 100 rows a second each; 5,000 rows a second, three times each.
    for (std::uint64_t i = 0; i < 5000; ++i)
      world.put_at(1 + 0.0002 * static_cast<double>(i), 1 + i, writes, i % world.clients.machines());
    world.at(2, [&] { figures["open_at_peak"] = static_cast<double>(world.store.consistency().repair.hints_open); });
    world.run_until(40);
    world.report(figures);
    figures["written"] = writes.ok;
  });
  CHECK(found.at("missed") > 5000);
  CHECK(found.at("open_at_peak") <= 16 * 20);
  CHECK(found.at("dropped") > 0);
  CHECK(found.at("kept") + found.at("dropped") == found.at("missed"));
  CHECK(found.at("rows") == 0);
  CHECK(found.at("open") == 0);
  CHECK(found.at("lost") == 0);
}
