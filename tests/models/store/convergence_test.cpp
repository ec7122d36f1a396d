#include "tests/models/store/store_world.hpp"

using namespace chatsim;
using namespace chatsim::models;
using tests::figure;
using tests::Figures;
using tests::store_without_repair;
using tests::StoreWorld;
using tests::with_store;

namespace {

/// Two racks of 24 machines: 8 clients, then 16 of the store, in turn in one and in the other.
spec::Scenario two_racks(int read_quorum, int write_quorum) {
  spec::Scenario scenario = store_without_repair(read_quorum, write_quorum);
  scenario.datacenter.racks_per_pod = 2;
  scenario.datacenter.hosts_per_rack = 12;
  scenario.services.gateway.machines = 8;
  return scenario;
}

/// Both sides of a partition write and read 30 rows from 1 s to 2 s; it lasts from 0.5 s to 3 s. Which repairs: one bit
/// each, hints and anti-entropy.
Figures partitioned(unsigned repairs) {
  spec::Scenario scenario = two_racks(1, 1);
  spec::Repair& repair = scenario.stores.message.repair;
  if ((repairs & 1) != 0) repair.hinted_handoff = spec::Switch::on;
  if ((repairs & 2) != 0) repair.anti_entropy = spec::Seconds{5};
  return with_store(scenario, [&](StoreWorld& world, Figures& figures) {
    static StoreWorld::Outcomes writes[2], reads[2], later;
    const auto side_of = [&](std::uint64_t client) {
      return world.world.fleet.domain(world.clients.machine(client)).rack;
    };
    std::uint64_t client_in[2];
    for (std::uint64_t client = 0; client < world.clients.machines(); ++client) client_in[side_of(client)] = client;
    world.turn_rack_at(0.5, 1, false);
    world.turn_rack_at(3, 1, true);
    std::uint64_t held_by_both = 0;
    for (std::uint64_t key = 1; held_by_both < 30; ++key) {
      bool on[2] = {false, false};
      for (unsigned i = 0; i < 3; ++i) on[world.world.fleet.domain(world.replica(key, i)).rack] = true;
      if (!on[0] || !on[1]) continue;
      ++held_by_both;
      for (const unsigned side : {0U, 1U}) {
        world.put_at(1 + 0.01 * static_cast<double>(held_by_both), key, writes[side], client_in[side]);
        world.get_at(2 + 0.01 * static_cast<double>(held_by_both), key, reads[side], client_in[side]);
        world.get_at(28, key, later, client_in[side]);
      }
    }
    world.at(2.9, [&] { figures["rows_before"] = static_cast<double>(world.store.versions().rows()); });
    world.at(27, [&] { figures["stale_before"] = static_cast<double>(world.store.stale_reads()); });
    world.run_until(30);
    world.report(figures);
    for (const unsigned side : {0U, 1U}) {
      figures["written_" + std::to_string(side)] = writes[side].ok;
      figures["read_" + std::to_string(side)] = reads[side].ok;
    }
  });
}

/// Machines of the store, and some of those that use it, die and come back at random, until 20 s; users write and read 400
/// rows at random until 21 s; all is up again by then.
Figures with_random_deaths(spec::Scenario scenario, std::uint64_t seed) {
  scenario.seed = seed;
  scenario.stores.message.read_time = scenario.stores.message.write_time = spec::Distribution::exponential(10e-3);
  return with_store(scenario, [&](StoreWorld& world, Figures& figures) {
    static StoreWorld::Outcomes writes, reads;
    const auto uniform = [&](std::uint64_t id, unsigned i) {
      return world.context.draw(Stream::changes, (std::uint64_t{1} << 40) + id).uniform(i);
    };
    std::uint64_t id = 0;
    const auto die_and_return = [&](sim::MachineIndex machine) {
      double time = 4 * uniform(++id, 0);
      for (; time < 18; time += 6 * uniform(++id, 0)) {
        world.turn_at(time, machine, false);
        time += std::min(20 - time, 3 * uniform(++id, 0));
        world.turn_at(time, machine, true);
      }
    };
    for (std::uint32_t i = 0; i < 16; ++i) die_and_return(world.store.machine(i));
    for (std::uint32_t i = 0; i < 4; ++i) die_and_return(world.clients.machine(i));
    for (std::uint64_t i = 0; i < 4000; ++i) {
      const double time = 21 * uniform(++id, 0);
      const auto key = 1 + static_cast<std::uint64_t>(400 * uniform(id, 1));
      const auto client = static_cast<std::uint64_t>(uniform(id, 2) * 20);
      i % 2 == 0 ? world.put_at(time, key, writes, client) : world.get_at(time, key, reads, client);
    }
    world.run_until(60);
    world.report(figures);
    figures["written"] = writes.ok;
    figures["failed"] = writes.failed;
  });
}

}  // namespace

TEST_CASE("a partition with R = W = 1: both sides serve, and converge afterwards if anything repairs them") {
  const unsigned repairs = GENERATE(0U, 1U, 2U, 3U);
  CAPTURE(repairs);
  const Figures found = partitioned(repairs);
  for (const char* figure_of_side : {"written_0", "written_1", "read_0", "read_1"}) CHECK(found.at(figure_of_side) == 30);
  CHECK(found.at("rows_before") == 30);
  CHECK(found.at("stale_before") > 0);  // One of two writes at one instant is the newer one; the other side never saw it.
  CHECK(found.at("lost") == 0);
  if (repairs == 0) {
    CHECK(found.at("divergent") == 30);
    return;
  }
  CHECK(found.at("rows") == 0);
  CHECK(found.at("divergent") == 0);
  CHECK(found.at("stale") == found.at("stale_before"));
}

TEST_CASE("whatever machines die, and when: once they are back the replicas agree again and nothing is lost") {
  const std::uint64_t seed = GENERATE(range(1, 9));
  const int read_quorum = 1 + static_cast<int>(seed % 2), write_quorum = 1 + static_cast<int>(seed / 2 % 3);
  CAPTURE(seed, read_quorum, write_quorum);
  spec::Scenario scenario = store_without_repair(read_quorum, write_quorum);
  spec::Repair& repair = scenario.stores.message.repair;
  SECTION("by hints, as far as somebody kept them") {
    repair.hinted_handoff = spec::Switch::on;
    const Figures found = with_random_deaths(scenario, seed);
    CHECK(found.at("written") > 0);
    CHECK(found.at("missed") > 100);
    CHECK(found.at("open") == 0);
    CHECK(found.at("kept") == found.at("replayed"));
    CHECK(found.at("kept") + found.at("dropped") == found.at("missed"));
    CHECK(found.at("rows") <= found.at("dropped"));
    CHECK(found.at("lost") == 0);
    if (read_quorum + write_quorum > 3) CHECK(found.at("stale") == 0);
  }
  SECTION("by anti-entropy") {
    repair.anti_entropy = spec::Seconds{5};
    const Figures found = with_random_deaths(scenario, seed);
    CHECK(found.at("missed") > 100);
    CHECK(found.at("copied") > 0);
    CHECK(found.at("rows") == 0);
    CHECK(found.at("lost") == 0);
  }
  SECTION("by all of them, with sloppy quorums") {
    repair = {.sloppy_quorum = spec::Switch::on, .anti_entropy = spec::Seconds{5}};
    const Figures found = with_random_deaths(scenario, seed);
    CHECK(found.at("sloppy") > 0);
    CHECK(found.at("rows") == 0);
    CHECK(found.at("lost") == 0);
  }
}
