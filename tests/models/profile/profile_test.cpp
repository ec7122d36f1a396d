#include "models/profile/profile.hpp"

#include <functional>

#include "tests/models/figures.hpp"
#include "tests/models/small_scenario.hpp"
#include "tests/sim/power.hpp"

using namespace chatsim;
using namespace chatsim::models;
using tests::figure;
using tests::Figures;

namespace {

/// The profile service and machines that use it, in a world of their own.
struct ProfileWorld {
  explicit ProfileWorld(const spec::Scenario& the_scenario)
      : scenario(the_scenario),
        world(scenario.datacenter),
        context(world, scenario),
        directory(context),
        clients(context, "client", scenario.services.gateway),
        rows(context, "profile", scenario.stores.profile, 3),
        profiles(context, directory, rows) {
    world.wire.refresh();
  }
  void run_for(double seconds) { world.plane.run_until(sim::to_time(spec::Seconds{seconds})); }
  sim::Time now() const { return world.scheduler.now(); }
  Hops hops(std::uint64_t number) const { return context.hops(MessageId{number}, 0); }

  const spec::Scenario scenario;
  sim::World world;
  Context context;
  Directory directory;
  AppTier clients;
  Store rows;
  Profile profiles;
};

Figures with_profiles(const spec::Scenario& scenario,
                      const std::function<void(ProfileWorld&, Figures&)>& measure) {
  return tests::figures_of([&](Figures& figures) {
    ProfileWorld world(scenario);
    measure(world, figures);
    const spec::StorageSummary summary = world.rows.summary(sim::to_duration(spec::Seconds{1}));
    figures["rows_read"] = summary.reads_per_s;
    figures["rows_written"] = summary.rows_per_s;
    figures["rows_inserted"] = summary.inserts_per_s;
    const spec::CacheSummary cache = world.profiles.cache_summary();
    figures["hits"] = static_cast<double>(cache.hits);
    figures["misses"] = static_cast<double>(cache.misses);
    figures["waits"] = static_cast<double>(cache.waits);
  });
}

/// Nobody uses anything before the run: all rows are there, and stale.
spec::Scenario stale_cache() {
  spec::Scenario scenario = tests::one_rack_of_constant_times(0);
  scenario.population.profile_changes_per_day = 0;
  scenario.population.online = spec::Probability{0};
  return scenario;
}

sim::Task<void> locate(ProfileWorld* world, std::uint32_t client, UserId user, double at_s, double* took_ns) {
  co_await sim::sleep(world->world.scheduler, sim::to_duration(spec::Seconds{at_s}));
  const sim::Time begin = world->now();
  const sim::MachineIndex machine = world->clients.machine(client);
  Hops hops = world->hops(client);
  Profile::Location location = co_await world->profiles.server_of(machine, user, Step::locate, hops);
  if (location.missing()) {
    location = co_await world->profiles.look_aside(machine, user, location.found, Step::locate, hops);
  }
  *took_ns = location.outcome == sim::Outcome::ok ? static_cast<double>((world->now() - begin).count()) : -1;
}

constexpr double hop = 4000, byte = 0.32, headers = 200 * byte;
constexpr double look_up_ns = headers + 8 * byte + hop + 2e6 + headers + 164 * byte + hop;
constexpr double read_ns = 2 * headers + hop + 10e6 + headers + 164 * byte + hop;

}  // namespace

TEST_CASE("look-aside: a miss is read from the store and filled in; what follows hits") {
  const Figures found = with_profiles(stale_cache(), [](ProfileWorld& world, Figures& figures) {
    sim::spawn(world.clients.machine(0), locate(&world, 0, UserId{5}, 0, &figures["miss_ns"]));
    sim::spawn(world.clients.machine(1), locate(&world, 1, UserId{5}, 0.1, &figures["hit_ns"]));
    world.run_for(1);
  });
  CHECK(figure("a hit in ns: one request to the cache", look_up_ns, found.at("hit_ns"), 5));
  CHECK(figure("a miss in ns: the same, and a read of 2 of 3 replicas", look_up_ns + read_ns,
               found.at("miss_ns"), 200));
  CHECK(found.at("rows_read") == 1);
  CHECK(found.at("hits") == 1);
  CHECK(found.at("misses") == 1);
  CHECK(found.at("waits") == 0);
}

TEST_CASE(
    "single flight: of those who miss a row at once one reads the store, and the others get it from the "
    "cache") {
  constexpr std::uint32_t clients = 19;
  const Figures found = with_profiles(stale_cache(), [](ProfileWorld& world, Figures& figures) {
    for (std::uint32_t client = 0; client < clients; ++client) {
      sim::spawn(world.clients.machine(client),
                 locate(&world, client, UserId{5}, 0, &figures["took_" + std::to_string(client)]));
    }
    world.run_for(1);
  });
  CHECK(found.at("rows_read") == 1);
  CHECK(found.at("misses") == 1);
  // The row is there after 2 + 10 + 2 ms. Who waits asks after 2 ms, 10 ms and another 2 ms, that is just as
  // it comes in, and after 10 ms more.
  CHECK(found.at("waits") >= clients - 1);
  CHECK(found.at("waits") <= 2 * (clients - 1));
  CHECK(found.at("hits") == clients - 1);
  for (std::uint32_t client = 0; client < clients; ++client) {
    const double took = found.at("took_" + std::to_string(client));
    CHECK(took > 0);
    CHECK(took < 3 * look_up_ns + 2 * 10e6 + 1e5);
  }
}

TEST_CASE("who waits for a reader that died reads the row as well") {
  const Figures found = with_profiles(stale_cache(), [](ProfileWorld& world, Figures& figures) {
    sim::spawn(world.clients.machine(0), locate(&world, 0, UserId{5}, 0, &figures["took_0"]));
    sim::spawn(world.clients.machine(1), locate(&world, 1, UserId{5}, 0.004, &figures["took_1"]));
    const auto kill = [](ProfileWorld* place) -> sim::Task<void> {
      co_await sim::sleep(place->world.scheduler, sim::Duration{5'000'000});
      place->world.plane.at_simgrid([place] {
        tests::turn_host(place->world.platform, place->world.fleet[place->clients.machine(0)].host, false);
      });
    };
    sim::spawn(sim::no_machine, kill(&world));
    world.run_for(1);
  });
  CHECK(found.at("took_0") == 0);
  CHECK(found.at("misses") == 1);
  CHECK(found.at("waits") == 4);
  CHECK(found.at("rows_read") == 2);
  CHECK(figure("ns: four look-ups, three waits of 10 ms, and a read", 4 * look_up_ns + 3 * 10e6 + read_ns,
               found.at("took_1"), 1000));
}

TEST_CASE("where users are is written to the cache at once, and to the store many rows at a time") {
  const Figures found = with_profiles(stale_cache(), [](ProfileWorld& world, Figures& figures) {
    const auto updates = [](ProfileWorld* place) -> sim::Task<void> {
      Hops hops = place->hops(77);
      for (std::uint64_t user = 0; user < 2000; ++user) {
        co_await place->profiles.update_server(place->clients.machine(0), UserId{user}, hops);
      }
    };
    sim::spawn(world.clients.machine(0), updates(&world));
    sim::spawn(world.clients.machine(1), locate(&world, 1, UserId{1999}, 5, &figures["took"]));
    world.run_for(6);
    figures["events"] =
        static_cast<double>(world.world.rpc.events_by_step()[static_cast<std::size_t>(Step::write_behind)]);
  });
  // Of each of the four machines less than a hundred rows are still to be written.
  CHECK(figure("rows written: 2,000, whole hundreds of each cache machine", 1800, found.at("rows_written"),
               200));
  CHECK(std::fmod(found.at("rows_written"), 100) == 0);
  CHECK(found.at("rows_inserted") == 0);
  CHECK(found.at("events") > 0);
  CHECK(found.at("hits") == 1);
  CHECK(found.at("rows_read") == 0);
}

TEST_CASE("last-seen writes load a cache machine by rows times their time, and are written to the store") {
  spec::Scenario scenario = stale_cache();
  scenario.services.profile.last_seen_time = spec::Seconds{50e-6};
  const Figures found = with_profiles(scenario, [](ProfileWorld& world, Figures& figures) {
    const auto writes = [](ProfileWorld* place) -> sim::Task<void> {
      for (int second = 0; second < 10; ++second) {
        sim::spawn(sim::no_machine, place->profiles.write_last_seen(1, 4321.5));
        co_await sim::sleep(place->world.scheduler, sim::to_duration(spec::Seconds{1}));
      }
    };
    sim::spawn(sim::no_machine, writes(&world));
    world.run_for(10);
    const spec::TierSummary tier = world.world.fleet.summary(world.profiles.tier().index(), world.now());
    figures["busy"] = tier.busy_threads * tier.machines * tier.threads;
  });
  CHECK(figure("threads busy: 4,321.5/s x 50 us", 4321.5 * 50e-6, found.at("busy"), 0.01 * 4321.5 * 50e-6));
  CHECK(figure("rows written: 43,215 in hundreds", 43'200, found.at("rows_written"), 0));
}

TEST_CASE("who signs up or changes the name is in the store and in the cache") {
  const Figures found = with_profiles(stale_cache(), [](ProfileWorld& world, Figures& figures) {
    const auto changes = [](ProfileWorld* place, Figures* into) -> sim::Task<void> {
      const sim::MachineIndex client = place->clients.machine(0);
      const sim::Outcome created = co_await place->profiles.create(client, UserId{3}, place->hops(1));
      const sim::Outcome updated = co_await place->profiles.update(client, UserId{3}, place->hops(2));
      Hops hops = place->hops(3);
      const Profile::Location read = co_await place->profiles.author(client, UserId{3}, hops);
      Profile::Location other = co_await place->profiles.author(client, UserId{4}, hops);
      (*into)["missing"] = other.missing() && !read.missing();
      other = co_await place->profiles.look_aside(client, UserId{4}, other.found, Step::author, hops);
      for (const sim::Outcome outcome : {created, updated, read.outcome, other.outcome})
        (*into)["failed"] += outcome != sim::Outcome::ok;
    };
    sim::spawn(world.clients.machine(0), changes(&world, &figures));
    world.run_for(1);
  });
  CHECK(found.at("failed") == 0);
  CHECK(found.at("missing") == 1);
  CHECK(found.at("rows_written") == 2);
  CHECK(found.at("rows_inserted") == 1);
  CHECK(found.at("rows_read") == 1);
  CHECK(found.at("hits") == 1);
  CHECK(found.at("misses") == 1);
}

TEST_CASE("a cache machine that comes back has lost its rows") {
  spec::Scenario scenario = tests::one_rack_of_constant_times(1000);
  scenario.services.profile.machines = 1;
  const Figures found = with_profiles(scenario, [](ProfileWorld& world, Figures& figures) {
    const auto switch_off_and_on = [](ProfileWorld* place) -> sim::Task<void> {
      for (const bool on : {false, true}) {
        co_await sim::sleep(place->world.scheduler, sim::to_duration(spec::Seconds{1}));
        place->world.plane.at_simgrid([place, on] {
          const sim::MachineIndex machine = place->profiles.tier().machine(0);
          tests::turn_host(place->world.platform, place->world.fleet[machine].host, on);
        });
      }
    };
    sim::spawn(sim::no_machine, switch_off_and_on(&world));
    sim::spawn(world.clients.machine(0), locate(&world, 0, UserId{5}, 0.5, &figures["before_ns"]));
    sim::spawn(world.clients.machine(1), locate(&world, 1, UserId{5}, 2.5, &figures["after_ns"]));
    sim::spawn(world.clients.machine(2), locate(&world, 2, UserId{5}, 2.7, &figures["again_ns"]));
    world.run_for(2.9);
    figures["resident_share"] = world.profiles.cache_summary().resident_share;
  });
  CHECK(figure("before: a hit", look_up_ns, found.at("before_ns"), 5));
  CHECK(figure("after: a miss", look_up_ns + read_ns, found.at("after_ns"), 200));
  CHECK(figure("and again: a hit", look_up_ns, found.at("again_ns"), 5));
  CHECK(figure("rows there: one of 20,000", 1.0 / 20'000, found.at("resident_share"), 1e-9));
}

TEST_CASE("what a scenario asks of the cache") {
  spec::Scenario scenario;
  const RowUses uses = expected_profile_uses(scenario);
  const double messages = 1e11 / 86'400;
  CHECK(figure("look-ups/s: 2.1 recipients, 1.1 authors, 2.1 x 1.8 receipts",
               messages * (2.1 + 1.1 + 2.1 * 1.8), uses.look_ups.value() * 2e9, 1));
  CHECK(figure("updates/s: 0.32 x 2e9 users log in once in 640 s, 2e7 changes a day",
               0.32 * 2e9 / 640 + 2e7 / 86'400, uses.updates.value() * 2e9, 1));
  CHECK(uses.time_to_live.value() == 86'400);
}
