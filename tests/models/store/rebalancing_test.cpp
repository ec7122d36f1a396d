#include "models/store/rebalancing.hpp"

#include <cmath>

#include "models/store/store.hpp"
#include "scenarios/spec/workload.hpp"
#include "tests/models/store/bare_store.hpp"

using namespace chatsim;
using namespace chatsim::models;
using tests::BareStore;
using tests::figure;
using tests::Figures;

namespace {

constexpr double bandwidth = 1e9;

/// A table of 20 GB before replication whose machines change after one second, at 1 GB/s.
spec::Scenario scenario_of(int machines, int change, int read_quorum = 2, int write_quorum = 2) {
  spec::Scenario scenario = tests::one_rack(10'000);
  scenario.datacenter.racks_per_pod = 4;
  spec::Store& store = scenario.stores.message;
  store.machines = machines;
  store.read_quorum = read_quorum;
  store.write_quorum = write_quorum;
  store.growth = {.machines = change, .at = spec::Seconds{1}, .bandwidth = spec::BytesPerSecond{bandwidth}};
  scenario.population.retention = spec::Seconds{20e9 / (10'000 * 766)};
  return scenario;
}

/// A store, machines that use it, and what they saw.
struct World : BareStore {
  explicit World(const spec::Scenario& the_scenario) : BareStore(the_scenario) {
    store.start();
  }
  void run_until(double seconds, Figures& figures) {
    world.plane.run_until(sim::to_time(spec::Seconds{seconds}));
    figures["stale"] = static_cast<double>(store.stale_reads());
    figures["lost"] = static_cast<double>(store.lost_acknowledged());
    figures["failed"] = failed;
    figures["used"] = used;
    figures["rows_left"] = static_cast<double>(store.versions().rows());
    if (store.rebalancing() == nullptr) return;
    const spec::RebalancingSummary summary = store.rebalancing()->summary();
    figures["expected"] = summary.share_expected;
    figures["moved"] = summary.share_moved;
    figures["copied"] = summary.bytes_copied;
    figures["took"] = summary.done_s - summary.begun_s;
    figures["done"] = summary.done_s > 0;
    figures["under_replicated"] = summary.share_under_replicated;
    figures["rebuilt"] = static_cast<double>(summary.machines_rebuilt);
    figures["empty"] = static_cast<double>(summary.machines_empty);
    figures["rows_lost"] = summary.rows_lost;
    figures["copies_failed"] = static_cast<double>(summary.copies_failed);
  }
  /// Clients that write and read random ones of a few rows, one request after the other, until then.
  void use(double seconds, std::uint64_t keys) {
    for (std::uint64_t user = 1; user <= 40; ++user) {
      const sim::MachineIndex client = clients.machine(user % clients.machines());
      sim::spawn(client, work(this, client, user, keys, sim::to_time(spec::Seconds{seconds})));
    }
  }
  void turn(std::uint32_t machine, bool on) {
    tests::turn_host(world.platform, world.fleet[store.machine(machine)].host, on);
  }

  double used = 0, failed = 0;

 private:
  static sim::Task<void> work(World* world, sim::MachineIndex client, std::uint64_t user, std::uint64_t keys,
                              sim::Time end) {
    Hops hops = world->context.hops(MessageId{user}, 0);
    for (std::uint32_t i = 0; world->world.scheduler.now() < end; ++i) {
      const sim::Draw draw = world->context.draw(Stream::senders, user, i);
      const Store::Shard shard = world->store.shard(1 + draw.below(keys, 0));
      sim::Reply reply;
      if (user % 2 == 0) {
        reply = co_await world->store.put(client, shard, {.step = Step::persist}, hops);
      } else {
        reply = co_await world->store.get(client, shard, 1, Step::members, hops);
      }
      ++world->used;
      world->failed += reply.outcome != sim::Outcome::ok;
    }
  }
};

Figures with_world(const spec::Scenario& scenario, const std::function<void(World&, Figures&)>& work) {
  return tests::figures_of([&](Figures& figures) { work(*new World(scenario), figures); });
}

}  // namespace

TEST_CASE("the boundaries of a ring tell all replicas", "[growth]") {
  const auto machines = GENERATE(3U, 40U, 500U);
  const HashRing ring({.machines = machines, .virtual_nodes = 64, .random = {7}, .stream = 1},
                      [](std::uint32_t machine) { return machine % 3; });
  const std::vector<std::uint32_t> begins = ring.boundaries();
  REQUIRE(begins.size() > machines * 32);
  for (std::uint64_t i = 0; i < 20'000; ++i) {
    const auto position = sim::Draw({1}, 2, i, 0).bits32(0);
    const auto next = std::upper_bound(begins.begin(), begins.end(), position);
    const std::uint32_t begin = next == begins.begin() ? begins.back() : *(next - 1);
    const HashRing::Replicas expected = ring.replicas_at(position), found = ring.replicas_at(begin);
    for (unsigned replica = 0; replica < 3; ++replica) REQUIRE(found[replica] == expected[replica]);
  }
}

TEST_CASE("a tenth more machines: the expected share of rows moves, as fast as the throttle allows", "[growth]") {
  const auto [machines, change] = GENERATE(std::pair{100, 10}, std::pair{100, -10}, std::pair{40, 40});
  const Figures found = with_world(scenario_of(machines, change), [](World& world, Figures& figures) {
    world.run_until(60, figures);
  });
  const std::string what = std::to_string(machines) + " machines and " + std::to_string(change) + " more: ";
  const double expected = change > 0 ? 1.0 * change / (machines + change) : -1.0 * change / machines;
  CHECK(found.at("done") == 1);
  CHECK(figure(what + "share that has to move", expected, found.at("expected"), 1e-9));
  CHECK(figure(what + "share that moved, within a tenth", expected, found.at("moved"), 0.1 * expected));
  const double bytes = found.at("moved") * 3 * 20e9;
  CHECK(figure(what + "bytes: the share of 3 x 20 GB", bytes, found.at("copied"), 1e-6 * bytes));
  CHECK(figure(what + "seconds at 1 GB/s", bytes / bandwidth, found.at("took"), 0.25 * bytes / bandwidth));
  CHECK(found.at("under_replicated") == 0);
}

TEST_CASE("while machines join or leave, reads see the last write, and afterwards every replica has every row", "[growth]") {
  const auto [read, write] = GENERATE(std::pair{2, 2}, std::pair{1, 3}, std::pair{3, 1});
  const auto change = GENERATE(6, -4);
  CAPTURE(read, write, change);
  const auto keys = static_cast<std::uint64_t>(GENERATE(5, 400));
  const Figures found = with_world(scenario_of(12, change, read, write), [&](World& world, Figures& figures) {
    world.use(40, keys);
    world.run_until(45, figures);
  });
  std::printf("R = %d, W = %d, %+d machines: %g requests, %g s of copying\n", read, write, change, found.at("used"),
              found.at("took"));
  CHECK(found.at("used") > 40 * 500);
  CHECK(found.at("done") == 1);
  CHECK(found.at("took") < 35);
  CHECK(found.at("failed") == 0);
  CHECK(found.at("stale") == 0);
  CHECK(found.at("lost") == 0);
  CHECK(found.at("rows_left") == 0);
  CHECK(found.at("under_replicated") == 0);
}

TEST_CASE("a machine that lost its data is written to, is not read, and is rebuilt from the others", "[growth]") {
  const Figures found = with_world(scenario_of(12, 0, 1, 3), [](World& world, Figures& figures) {
    world.use(40, 50);
    world.world.plane.at_simgrid([&world] {
      world.turn(3, false);
      world.store.lose_data(world.store.machine(3));
      world.turn(3, true);
    });
    world.run_until(45, figures);
  });
  CHECK(found.at("stale") == 0);
  CHECK(found.at("rebuilt") == 1);
  CHECK(found.at("empty") == 0);
  CHECK(found.at("rows_lost") == 0);
  CHECK(found.at("under_replicated") == 0);
  // A twelfth of three copies of 20 GB, give or take what rings are uneven by.
  CHECK(figure("bytes copied to it", 3 * 20e9 / 12, found.at("copied"), 0.3 * 3 * 20e9 / 12));
}

TEST_CASE("rows whose replicas are all lost before one is rebuilt are lost, and counted", "[growth]") {
  const int all = 12;
  const Figures found = with_world(scenario_of(all, 0), [&](World& world, Figures& figures) {
    world.world.plane.at_simgrid([&world] {
      for (std::uint32_t machine = 0; machine < all; ++machine) world.store.lose_data(world.store.machine(machine));
    });
    world.run_until(45, figures);
  });
  CHECK(figure("rows lost: all of 20 GB of 766 B", 20e9 / 766, found.at("rows_lost"), 1e-6 * 20e9 / 766));
}
