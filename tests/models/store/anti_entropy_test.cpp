#include "models/store/anti_entropy.hpp"

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

spec::Scenario with_anti_entropy(double period) {
  spec::Scenario scenario = store_without_repair(2, 2);
  scenario.stores.message.repair.anti_entropy = spec::Seconds{period};
  return scenario;
}

/// A replica of the rows 1 to 40 is down from 0.5 s to 3 s, and they are written meanwhile, at 1 s; when the table was
/// empty again is found to within 10 ms.
Figures after_outage(const spec::Scenario& scenario, double until,
                     const std::function<void(StoreWorld&)>& also = nullptr) {
  return with_store(scenario, [&](StoreWorld& world, Figures& figures) {
    static StoreWorld::Outcomes writes;
    for (std::uint64_t key = 1; key <= rows; ++key) {
      // All rows of one place on the ring, so that it is the same three machines.
      world.at(1, [&world, key] {
        const auto put = [](StoreWorld* place, std::uint64_t row) -> sim::Task<void> {
          Hops hops = place->context.hops(Stream::changes, row);
          const Store::Shard shard = place->store.shard(row, 1);
          const sim::Reply reply = co_await place->store.put(place->clients.machine(0), shard, {.step = Step::persist}, hops);
          writes.ok += reply.outcome == sim::Outcome::ok;
        };
        sim::spawn(sim::no_machine, put(&world, key));
      });
    }
    world.turn_at(0.5, world.replica(1, 1), false);
    world.turn_at(3, world.replica(1, 1), true);
    figures["healed_at"] = -1;
    for (int i = 310; i < 100 * until; ++i) {
      world.at(0.01 * i, [&world, &figures] {
        if (figures["healed_at"] < 0 && world.store.versions().rows() == 0) figures["healed_at"] = world.now();
      });
    }
    if (also) also(world);
    world.run_until(until);
    world.report(figures);
    figures["written"] = writes.ok;
    figures["live"] = static_cast<double>(sim::arena.live());
  });
}

}  // namespace

TEST_CASE("anti-entropy alone heals a replica that was down, at the next comparison") {
  const Figures found = after_outage(with_anti_entropy(5), 20);
  CHECK(found.at("written") == rows);
  CHECK(found.at("missed") == rows);
  CHECK(found.at("rows") == 0);
  CHECK(found.at("copied") == rows);
  CHECK(found.at("copies_failed") == 0);
  CHECK(figure("bytes copied: rows of 766 B, 32 nodes of 32 B of the trees each", rows * (766 + 1024.0),
               found.at("copied_bytes"), 0));
  CHECK(figure("healed at, in s", 5, found.at("healed_at"), 0.02));
  CHECK(found.at("live") == 1);  // It rests.
}

TEST_CASE("what is copied goes through a throttle") {
  spec::Scenario scenario = with_anti_entropy(5);
  scenario.stores.message.repair.bandwidth = spec::BytesPerSecond{20e3};
  const Figures found = after_outage(scenario, 20);
  CHECK(figure("healed at: 5 s + 40 x 1,790 B / 20 kB/s", 5 + 40 * 1790 / 20e3, found.at("healed_at"), 0.02));
}

TEST_CASE("a copy that fails is made again after the next comparison") {
  spec::Scenario scenario = with_anti_entropy(5);
  scenario.stores.message.repair.bandwidth = spec::BytesPerSecond{20e3};
  const Figures found = after_outage(scenario, 30, [](StoreWorld& world) {
    world.turn_at(6, world.replica(1, 0), false);  // The source.
    world.turn_at(7, world.replica(1, 0), true);
  });
  CHECK(found.at("copies_failed") == rows);
  CHECK(found.at("copied") == rows);
  CHECK(figure("healed at: 10 s + 3.58 s", 13.58, found.at("healed_at"), 0.02));
}

TEST_CASE("what is young is left alone: its write may be on its way") {
  spec::Scenario scenario = with_anti_entropy(5);
  scenario.stores.message.repair.after = spec::Seconds{4.5};  // At 5 s the rows are 4 s old.
  const Figures found = after_outage(scenario, 20);
  CHECK(figure("healed at, in s", 10, found.at("healed_at"), 0.02));
}

TEST_CASE("where nothing was missed, nothing is compared: not one event") {
  const auto events = [](std::optional<double> period) {
    spec::Scenario scenario = store_without_repair(2, 2);
    if (period) scenario.stores.message.repair.anti_entropy = spec::Seconds{*period};
    return with_store(scenario, [](StoreWorld& world, Figures& figures) {
      static StoreWorld::Outcomes writes;
      for (std::uint64_t key = 1; key <= 100; ++key) world.put_at(1 + 0.01 * static_cast<double>(key), key, writes);
      world.run_until(10);
      figures["events"] = static_cast<double>(world.world.scheduler.events());
    });
  };
  CHECK(events(0.5).at("events") == events(std::nullopt).at("events"));
}

TEST_CASE("a write that reached nobody is no difference: the row is retired") {
  const Figures found = with_store(with_anti_entropy(5), [](StoreWorld& world, Figures& figures) {
    static StoreWorld::Outcomes writes;
    for (unsigned replica = 0; replica < 3; ++replica) {
      world.turn_at(0.5, world.replica(1, replica), false);
      world.turn_at(3, world.replica(1, replica), true);
    }
    world.put_at(1, 1, writes);
    world.at(4, [&] { figures["before"] = static_cast<double>(world.store.versions().rows()); });
    world.run_until(10);
    world.report(figures);
    figures["failed"] = writes.failed;
  });
  CHECK(found.at("failed") == 1);
  CHECK(found.at("before") == 1);
  CHECK(found.at("rows") == 0);
  CHECK(found.at("lost") == 0);
}
