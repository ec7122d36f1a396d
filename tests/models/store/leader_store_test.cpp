#include "models/store/leader_store.hpp"

#include <random>

#include "tests/models/store/leader_world.hpp"

using namespace chatsim;
using namespace chatsim::models;
using tests::after;
using tests::figure;
using tests::Figures;
using tests::LeaderWorld;
using tests::scenario_of_leaders;

namespace {

Figures with_leaders(const spec::Scenario& scenario, const std::function<void(LeaderWorld&, Figures&)>& measure) {
  return tests::figures_of([&](Figures& figures) {
    // What waits at the end belongs to it.
    auto* world = new LeaderWorld(scenario);
    measure(*world, figures);
  });
}

sim::Task<void> put_and_get(LeaderWorld* world, std::uint64_t key, Figures* figures) {
  Hops hops = world->context.hops(MessageId{key}, 0);
  const sim::MachineIndex client = world->clients.machine(0);
  const double begin = world->now();
  (*figures)["put_ok"] = co_await world->put(client, key, &hops);
  (*figures)["put_ns"] = (world->now() - begin) * 1e9;
  co_await sim::sleep(world->world.scheduler, sim::Duration{1'000'000});
  const double again = world->now();
  const sim::Reply get = co_await world->store.get(client, world->store.shard(key), 3, Step::members, hops);
  (*figures)["get_ok"] = get.outcome == sim::Outcome::ok;
  (*figures)["get_ns"] = (world->now() - again) * 1e9;
}

void check_safe(const Figures& found) {
  CHECK(found.at("stale") == 0);
  CHECK(found.at("violations") == 0);
  CHECK(found.at("lost") == 0);
  CHECK(found.at("overlaps") == 0);
}
void check_converged(const Figures& found) {
  CHECK(found.at("rows") == 0);
  CHECK(found.at("elsewhere") == 0);
}

}  // namespace

TEST_CASE("a write takes the leader and then a majority of its followers, a read the leader alone", "[leaders]") {
  const int replication = GENERATE(1, 2, 3, 5);
  const int followers = replication / 2;
  spec::Scenario scenario = tests::one_rack_of_constant_times(1);
  scenario.stores.message.consistency = spec::Consistency::leader;
  scenario.stores.message.replication = replication;
  const Figures found = with_leaders(scenario, [](LeaderWorld& world, Figures& figures) {
    sim::spawn(world.clients.machine(0), put_and_get(&world, 42, &figures));
    world.run_until(1);
    world.report(figures);
  });
  CHECK(found.at("put_ok") == 1);
  CHECK(found.at("get_ok") == 1);
  const double to_leader = 309 + 4000 + 10e6 + 64 + 4000;
  const double to_followers = followers == 0 ? 0 : followers * 309 + 4000 + 10e6 + 64 + 4000;
  CHECK(figure("put in ns, N = " + std::to_string(replication) +
                   ": 966 B + 4 us + 10 ms + 200 B + 4 us, and between the same to the majority's last follower",
               to_leader + to_followers, found.at("put_ns"), 2));
  CHECK(figure("get in ns: 200 B + 4 us + 10 ms + 2498 B + 4 us", 64 + 4000 + 10e6 + 799 + 4000, found.at("get_ns"), 2));
  CHECK(found.at("rows") == 0);
  CHECK(found.at("elections") == 0);
}

TEST_CASE("however many write and read few keys, a table with leaders looks like one copy", "[leaders]") {
  const int replication = GENERATE(1, 3, 5);
  const Figures found = with_leaders(scenario_of_leaders(replication), [](LeaderWorld& world, Figures& figures) {
    for (std::uint64_t user = 1; user <= 24; ++user) sim::spawn(sim::no_machine, world.use(user, 5, 5));
    world.run_until(7);
    world.report(figures);
  });
  check_safe(found);
  check_converged(found);
  CHECK(found.at("ok") > 10'000);
  CHECK(found.at("rejected") + found.at("lost_requests") + found.at("timeout") == 0);
}

TEST_CASE("a leader that crashes takes no acknowledged write with it, and is missed for two election timeouts at most", "[leaders]") {
  const Figures found = with_leaders(scenario_of_leaders(3), [](LeaderWorld& world, Figures& figures) {
    for (std::uint64_t user = 1; user <= 50; ++user) sim::spawn(sim::no_machine, world.use(user, 5000, 8));
    const sim::MachineIndex victim = world.replica(1, 0);
    sim::spawn(sim::no_machine, after(&world, 1, [&world, victim] { world.turn_machine(victim, false); }));
    sim::spawn(sim::no_machine, after(&world, 2.5, [&world, &figures] {
                 figures["led_elsewhere"] = static_cast<double>(world.store.leaders()->summary("").ranges_elsewhere);
                 figures["failed_until_elected"] = static_cast<double>(world.outcomes[1] + world.outcomes[2] + world.outcomes[3]);
               }));
    sim::spawn(sim::no_machine, after(&world, 4, [&world, victim, &figures] {
                 figures["failed_while_down"] = static_cast<double>(world.outcomes[1] + world.outcomes[2] + world.outcomes[3]);
                 world.turn_machine(victim, true);
               }));
    world.run_until(10);
    world.report(figures);
  });
  check_safe(found);
  check_converged(found);
  CHECK(found.at("ok") > 20'000);
  CHECK(figure("ranges of a machine, one for each of 16 points (but where two lie together)", 16,
               found.at("led_elsewhere"), 3));
  CHECK(found.at("transfers") == found.at("led_elsewhere"));
  CHECK(found.at("elections") == 2 * found.at("led_elsewhere"));
  CHECK(found.at("elections_failed") == 0);
  CHECK(found.at("without_leader_max") <= 2 * 0.5 + 0.05);
  CHECK(figure("s without a leader, a range: 0.75 from the last heartbeat, that is up to 0.1 before; 16 draws", 0.7,
               found.at("without_leader") / found.at("led_elsewhere"), 0.12));
  CHECK(found.at("failed_until_elected") > 0);
  CHECK(figure("failures while the machine stays down, once others lead", 0,
               found.at("failed_while_down") - found.at("failed_until_elected"), 0));
  CHECK(found.at("caught_up") > 0);
  std::printf("of %g requests: %g refused, %g lost, %g timed out; %g rows caught up\n", found.at("ok"),
              found.at("rejected"), found.at("lost_requests"), found.at("timeout"), found.at("caught_up"));
}

TEST_CASE("a leader cut off from the majority refuses writes, and reads after its lease; the others elect one", "[leaders]") {
  const Figures found = with_leaders(scenario_of_leaders(3), [](LeaderWorld& world, Figures& figures) {
    const std::uint32_t rack = world.rack_of(world.replica(42, 0));
    const auto probe = [](LeaderWorld* place, sim::MachineIndex client, bool writes, double end, double* first_failure,
                          double* last_success, double* successes) -> sim::Task<void> {
      Hops hops = place->context.hops(MessageId{client}, writes);
      co_await sim::sleep(place->world.scheduler, sim::Duration{1'000'000'000});
      while (place->now() < end) {
        const double begin = place->now();
        const bool ok = writes ? co_await place->put(client, 42, &hops) : co_await place->get(client, 42, &hops);
        if (ok) *last_success = begin, ++*successes;
        if (!ok && *first_failure == 0) *first_failure = begin;
        co_await sim::sleep(place->world.scheduler, sim::Duration{2'000'000});
      }
    };
    const auto watch = [&](const std::string& name, bool inside, bool writes) {
      sim::spawn(sim::no_machine, probe(&world, world.client(rack, inside), writes, 3.0, &figures[name + "_fails_at"],
                                        &figures[name + "_ok_at"], &figures[name + "_ok"]));
    };
    watch("minority_write", true, true);
    watch("minority_read", true, false);
    watch("majority_write", false, true);
    watch("majority_read", false, false);
    sim::spawn(sim::no_machine, after(&world, 1, [&world, rack] { world.turn_rack(rack, false); }));
    sim::spawn(sim::no_machine, after(&world, 3.2, [&world, rack] { world.turn_rack(rack, true); }));
    world.run_until(6);
    world.report(figures);
  });
  check_safe(found);
  check_converged(found);
  CHECK(found.at("minority_write_ok_at") <= 1.0);
  CHECK(found.at("minority_read_ok") > 10);
  CHECK(found.at("minority_read_ok_at") > 1.0 + 0.4 - 0.1 - 0.05);
  CHECK(found.at("minority_read_ok_at") <= 1.4);
  CHECK(found.at("refused_by_lease") > 0);
  CHECK(found.at("majority_write_ok_at") > 2.9);
  CHECK(found.at("majority_read_ok_at") > 2.9);
  CHECK(found.at("majority_write_ok") > 50);
  std::printf("cut off at 1 s: on that side the last read at %.3f s, %g by the lease; on the other %g writes\n",
              found.at("minority_read_ok_at"), found.at("refused_by_lease"), found.at("majority_write_ok"));
}

namespace {

/// Machines die, racks are cut off, or only one direction of theirs: until 6 s, all is whole again at 7 s.
class Ordeal {
 public:
  Ordeal(LeaderWorld& world, std::uint64_t seed) : world_(world), random_(seed) {}

  sim::Task<void> run() {
    while (world_.now() < 6) {
      sim::spawn(sim::no_machine, disturb());
      co_await sim::sleep(world_.world.scheduler, sim::to_duration(spec::Seconds{0.02 + 1e-3 * static_cast<double>(random_() % 300)}));
    }
  }
  double faults = 0;

 private:
  sim::Task<void> disturb() {
    const auto kind = random_() % 4;
    const auto racks = world_.world.platform.racks();
    const auto rack = static_cast<std::uint32_t>(random_() % racks);
    const sim::MachineIndex machine = world_.store.machine(static_cast<std::uint32_t>(random_() % 16));
    const double lasts = std::min(7.0 - world_.now(), 0.005 + 1e-3 * static_cast<double>(random_() % 1500));
    const auto turn = [this, kind, rack, machine](bool on) {
      if (kind < 2) return world_.turn_machine(machine, on);
      if (kind == 2) return world_.turn_rack(rack, on);
      world_.world.plane.at_simgrid([this, rack, on] {
        simgrid::s4u::Link* link = world_.world.platform.rack_uplink(rack);
        on ? link->turn_on() : link->turn_off();
      });
    };
    ++faults;
    turn(false);
    co_await sim::sleep(world_.world.scheduler, sim::to_duration(spec::Seconds{lasts}));
    turn(true);
  }

  LeaderWorld& world_;
  std::mt19937_64 random_;
};

Figures after_ordeal(int replication, std::uint64_t seed) {
  return with_leaders(scenario_of_leaders(replication, seed), [&](LeaderWorld& world, Figures& figures) {
    for (std::uint64_t user = 1; user <= 60; ++user) sim::spawn(sim::no_machine, world.use(user, 60, 9));
    auto* ordeal = new Ordeal(world, seed);
    sim::spawn(sim::no_machine, ordeal->run());
    sim::spawn(sim::no_machine, after(&world, 8.5, [&world, &figures] {
                 figures["failed_until_healed"] = static_cast<double>(world.outcomes[1] + world.outcomes[2] + world.outcomes[3]);
               }));
    world.run_until(13);
    world.report(figures);
    figures["faults"] = ordeal->faults;
    figures["events"] = static_cast<double>(world.world.scheduler.events());
  });
}

}  // namespace

TEST_CASE("whatever dies or is cut off, and when: no acknowledged write is lost, no read is stale, and all is well again", "[leaders]") {
  const int replication = GENERATE(3, 5);
  const auto seed = static_cast<std::uint64_t>(GENERATE(range(1, 21)));
  CAPTURE(replication, seed);
  const Figures found = after_ordeal(replication, seed);
  check_safe(found);
  check_converged(found);
  CHECK(found.at("elections") > 0);
  CHECK(found.at("ok") > 5000);
  std::printf("N = %d, seed %2d: %3g faults, %4g elections (%g failed), term %g, %g transfers, without a leader %.2f s at "
              "most; %g ok, %g refused, %g timed out\n",
              replication, static_cast<int>(seed), found.at("faults"), found.at("elections"),
              found.at("elections_failed"), found.at("term_max"), found.at("transfers"), found.at("without_leader_max"),
              found.at("ok"), found.at("rejected"), found.at("timeout"));
}

TEST_CASE("the same seed gives the same elections", "[leaders]") {
  const Figures one = after_ordeal(3, 7), again = after_ordeal(3, 7);
  CHECK(one == again);
}
