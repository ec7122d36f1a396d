#include "models/store/losses.hpp"

#include "tests/models/store/store_world.hpp"

using namespace chatsim;
using namespace chatsim::models;
using tests::Figures;
using tests::store_without_repair;
using tests::StoreWorld;
using tests::with_store;

namespace {

/// The second and third replica of rows are down from 0.5 s to 3 s; the rows are written at 1 s, and at 2 s the first
/// replica loses its data.
struct Timetable {
  int write_quorum = 1;
  bool hints = false;
  bool hints_lost_too = false;
  double overwritten_at = 0;
};

Figures after(const Timetable& timetable) {
  spec::Scenario scenario = store_without_repair(1, timetable.write_quorum);
  if (timetable.hints) scenario.stores.message.repair.hinted_handoff = spec::Switch::on;
  scenario.stores.message.repair.anti_entropy = spec::Seconds{5};
  return with_store(scenario, [&](StoreWorld& world, Figures& figures) {
    static StoreWorld::Outcomes writes;
    const auto replicas = world.store.ring().replicas(1);
    std::vector<std::uint64_t> keys;
    for (std::uint64_t key = 1; keys.size() < 5; ++key) {
      if (world.store.ring().first_replica(key) == replicas[0] && world.replica(key, 1) == world.replica(1, 1) &&
          world.replica(key, 2) == world.replica(1, 2))
        keys.push_back(key);
    }
    for (const unsigned replica : {1U, 2U}) {
      world.turn_at(0.5, world.replica(1, replica), false);
      world.turn_at(3, world.replica(1, replica), true);
    }
    for (const std::uint64_t key : keys) {
      world.put_at(0.1, key, writes);
      world.put_at(1, key, writes);
      if (timetable.overwritten_at > 0) world.put_at(timetable.overwritten_at, key, writes);
    }
    world.at(2, [&world, &timetable] {
      world.store.lose_data(world.replica(1, 0));
      if (!timetable.hints_lost_too) return;
      for (std::uint32_t i = 0; i < 16; ++i) {
        const sim::MachineIndex machine = world.store.machine(i);
        if (machine != world.replica(1, 1) && machine != world.replica(1, 2)) world.store.lose_data(machine);
      }
    });
    world.at(2.5, [&] { figures["lost_early"] = static_cast<double>(world.store.lost_acknowledged()); });
    world.run_until(30);
    world.report(figures);
    figures["written"] = writes.ok;
  });
}

}  // namespace

TEST_CASE("W = 1: what one replica acknowledged and lost is lost, and counted once") {
  const Figures found = after({});
  CHECK(found.at("written") == 10);
  CHECK(found.at("lost_early") == 5);
  CHECK(found.at("lost") == 5);
  CHECK(found.at("rows") == 0);  // What was before the lost write is what all hold again.
}

TEST_CASE("W = 1: written again, a row that was lost stays counted") {
  const Figures found = after({.overwritten_at = 6});
  CHECK(found.at("written") == 15);
  CHECK(found.at("lost") == 5);
  CHECK(found.at("rows") == 0);
}

TEST_CASE("W = 2: the same timetable loses nothing that was acknowledged") {
  const Figures found = after({.write_quorum = 2});
  CHECK(found.at("written") == 5);  // Those before the outage.
  CHECK(found.at("lost") == 0);
  CHECK(found.at("rows") == 0);
}

TEST_CASE("W = 1: hints for the other replicas keep what the only one lost") {
  const Figures found = after({.hints = true});
  CHECK(found.at("written") == 10);
  CHECK(found.at("lost_early") == 0);
  CHECK(found.at("lost") == 0);
  CHECK(found.at("replayed") == 10);
  CHECK(found.at("rows") == 0);
}

TEST_CASE("W = 1: unless the machines that keep the hints lose them too") {
  const Figures found = after({.hints = true, .hints_lost_too = true});
  CHECK(found.at("lost") == 5);
  CHECK(found.at("hints_lost") == 10);
  CHECK(found.at("rows") == 0);
}

TEST_CASE("a write that is on its way to other replicas when the first one loses it is not lost") {
  spec::Scenario scenario = store_without_repair(1, 1);
  const Figures found = with_store(scenario, [&](StoreWorld& world, Figures& figures) {
    static StoreWorld::Outcomes writes;
    world.put_at(1, 1, writes);
    // The second and third replica are half as fast.
    world.at(0.5, [&] {
      for (const unsigned replica : {1U, 2U}) world.world.fleet[world.replica(1, replica)].slowness = 2;
    });
    world.at(1.015, [&] {
      figures["acknowledged"] = writes.ok;
      world.store.lose_data(world.replica(1, 0));
      figures["lost_at_once"] = static_cast<double>(world.store.lost_acknowledged());
    });
    world.run_until(3);
    world.report(figures);
  });
  CHECK(found.at("acknowledged") == 1);
  CHECK(found.at("lost_at_once") == 1);
  CHECK(found.at("lost") == 0);
  CHECK(found.at("divergent") == 1);  // Nothing brings it back to the first one.
}
