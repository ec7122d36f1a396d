#include "models/checks/checks.hpp"
#include "tests/models/service_world.hpp"
#include "tests/models/small_scenario.hpp"
#include "tests/sim/power.hpp"

using namespace chatsim;
using namespace chatsim::models;
using tests::figure;
using tests::Figures;
using tests::ServiceWorld;

namespace {

constexpr double never = -1;  // What is infinite in a report: figures are finite.
double or_never(double number) { return std::isfinite(number) ? number : never; }

void note(const spec::Result& result, Figures& figures) {
  for (const spec::PromiseReport& promise : result.promises) {
    figures[promise.name] = static_cast<double>(promise.count);
    figures["promised"] += promise.promised;
    figures["broken"] += promise.broken();
  }
  figures["disturbances"] = static_cast<double>(result.convergence.disturbances);
  figures["last_disturbance_s"] = or_never(result.convergence.last_disturbance_s);
  figures["divergent_rows"] = static_cast<double>(result.convergence.divergent_rows);
  figures["converged_after_s"] = or_never(result.convergence.converged_after_s);
  figures["lost_deliveries"] = static_cast<double>(result.invariants.lost_deliveries);
  figures["deliveries_failed"] = static_cast<double>(result.deliveries.failed);
}

/// A service of stores in several racks, until 3 s.
spec::Scenario in_racks() {
  spec::Scenario scenario = tests::one_rack(1000);
  scenario.datacenter.racks_per_pod = 8;
  scenario.datacenter.hosts_per_rack = 8;
  scenario.network.request_timeout = spec::Seconds{0.2};
  return scenario;
}

sim::MachineIndex first_of(const sim::Fleet& fleet, const std::string& tier) {
  sim::MachineIndex machine = 0;
  while (fleet.options(fleet[machine].tier).name != tier) ++machine;
  return machine;
}

void turn(ServiceWorld& world, sim::MachineIndex machine, bool on) {
  world.world.plane.at_simgrid(
      [&world, machine, on] { tests::turn_host(world.world.platform, world.world.fleet[machine].host, on); });
}

}  // namespace

TEST_CASE("a service without faults holds all that it promises, and replicas differ in nothing for long") {
  const Figures found = tests::with_service(in_racks(), [](ServiceWorld& world, Figures& figures) {
    world.service.start();
    world.run_until(3);
    note(world.service.report(), figures);
  });
  CHECK(found.at("promised") == 11);  // In three seconds nothing is compared, so that replicas are not promised to agree.
  CHECK(found.at("broken") == 0);
  CHECK(found.at("disturbances") == 0);
  CHECK(found.at("divergent_rows") == 0);
  CHECK(found.at("last_disturbance_s") == never);
  CHECK(found.at("converged_after_s") == never);
}

TEST_CASE("a message that a device is shown twice breaks a promise; one that comes too late is counted") {
  const Figures found = tests::with_service(in_racks(), [](ServiceWorld& world, Figures& figures) {
    world.service.start();
    const auto show = [&world](double at, std::uint64_t id) {
      world.in(at, [&world, id] {
        const Message message{.id = MessageId{std::uint64_t{1} << 50 | id}, .author = UserId{1}, .recipient = UserId{2},
                              .sent = sim::Time{sim::Duration{static_cast<std::int64_t>(id)}}};
        world.service.gateways().devices.show(UserId{2}, message);
      });
    };
    show(0.1, 7);
    show(0.2, 7);
    show(2.9, 6);
    world.run_until(3);
    note(world.service.report(), figures);
  });
  CHECK(figure("shown twice", 1, found.at("duplicates"), 0));
  CHECK(figure("shown 2.8 s after a later one", 1, found.at("out_of_order"), 0));
  CHECK(figure("promises broken", 1, found.at("broken"), 0));
}

TEST_CASE("a write that fewer replicas hold than were to, when it is committed, is lost") {
  VersionTable versions(3);
  const std::uint64_t version = versions.begin_write(42);
  versions.apply(42, 0, version);
  const std::uint32_t holders = versions.commit(42, version);
  CHECK(holders == 1);
  Findings findings;
  findings.tables = {{.name = "message", .guarantees = {.write_quorum = 2}, .lost_writes = holders < 2}};
  CHECK(judge(spec::Scenario{}, findings).front().broken());
}

TEST_CASE("rows lag since a version was given out as long as a replica has nothing newer") {
  VersionTable versions(3);
  CHECK(versions.last_version() == 0);
  CHECK(versions.rows_lagging_since(0) == 0);
  const auto write = [&](std::uint64_t key, std::initializer_list<std::uint32_t> replicas) {
    const std::uint64_t version = versions.begin_write(key);
    for (const std::uint32_t replica : replicas) versions.apply(key, replica, version);
    return version;
  };
  write(1, {0, 1, 2});
  write(2, {0, 1});  // Replica 2 missed it.
  const std::uint64_t noted = versions.last_version();
  write(3, {0, 1});
  CHECK(noted == 2);
  CHECK(versions.rows_lagging_since(noted - 1) == 0);
  CHECK(versions.rows_lagging_since(noted) == 1);
  CHECK(versions.rows_lagging_since(versions.last_version()) == 2);
  // A newer one that does not reach it changes nothing, one that does makes up for what it missed.
  write(2, {0, 1});
  CHECK(versions.rows_lagging_since(noted) == 1);
  write(2, {1, 2});
  CHECK(versions.rows_lagging_since(noted) == 0);
  CHECK(versions.rows_lagging_since(versions.last_version()) == 2);
}

TEST_CASE("a store machine that was down has missed writes, and nothing mends it: replicas do not agree again") {
  spec::Scenario scenario = in_racks();
  scenario.stores.conversation.repair.hinted_handoff = scenario.stores.conversation.repair.read_repair = spec::Switch::off;
  scenario.stores.conversation.repair.anti_entropy.reset();
  const Figures found = tests::with_service(scenario, [](ServiceWorld& world, Figures& figures) {
    world.service.start();
    const sim::MachineIndex victim = first_of(world.world.fleet, "conversation_store");
    world.in(1, [&world, victim] { turn(world, victim, false); });
    world.in(2, [&world, victim] { turn(world, victim, true); });
    world.run_until(4);
    note(world.service.report(), figures);
  });
  CHECK(figure("off and on again", 2, found.at("disturbances"), 0));
  CHECK(figure("the last after", 2, found.at("last_disturbance_s"), 1e-6));
  CHECK(found.at("divergent_rows") > 0);
  CHECK(found.at("converged_after_s") == never);
  CHECK(found.at("broken") == 0);
  CHECK(found.at("lost_deliveries") == found.at("deliveries_failed"));
  std::printf("%g rows left on which replicas differ\n", found.at("divergent_rows"));
}

TEST_CASE("links that go off and on at one instant are one disturbance; nothing missed, nothing to converge for long") {
  const Figures found = tests::with_service(in_racks(), [](ServiceWorld& world, Figures& figures) {
    // Nobody writes: the racks of a service at rest.
    for (const auto& [at, on] : {std::pair{0.5, false}, std::pair{1.0, true}}) {
      world.in(at, [&world, on = on] {
        world.world.plane.at_simgrid([&world, on] { tests::turn_rack(world.world.platform, 1, on); });
      });
    }
    world.service.start();
    world.run_until(2);
    note(world.service.report(), figures);
  });
  CHECK(figure("disturbances of four links", 2, found.at("disturbances"), 0));
  CHECK(figure("the last after", 1, found.at("last_disturbance_s"), 1e-6));
  CHECK(found.at("broken") == 0);
}

TEST_CASE("replicas agree again when those that missed a write have caught up") {
  spec::Scenario scenario = in_racks();
  const Figures found = tests::figures_of([&](Figures& figures) {
    sim::World world(scenario.datacenter);
    Context context(world, scenario);
    Store store(context, "message", scenario.stores.message, 0);
    world.wire.refresh();
    Convergence convergence(world, context.timeout(), {&store});
    auto& versions = const_cast<VersionTable&>(store.versions());
    const auto at = [&](double s, std::function<void()> action) {
      sim::spawn(sim::no_machine, tests::do_later(&world.scheduler, sim::to_duration(spec::Seconds{s}), std::move(action)));
    };
    std::uint64_t version = 0;
    at(0.5, [&] {
      version = versions.begin_write(42);
      versions.apply(42, 0, version);
      versions.apply(42, 1, version);
    });
    at(1.0, [&] { world.plane.at_simgrid([&] { tests::turn_host(world.platform, 0, false); }); });
    // Later writes do not count.
    at(1.1, [&] { versions.begin_write(43); });
    at(1.5, [&] {
      figures["before"] = static_cast<double>(convergence.divergent_rows(0));
      versions.apply(42, 2, version);
    });
    for (int i = 1; i <= 30; ++i) at(0.1 * i + 0.001, [&] { convergence.look(); });
    world.plane.run_until(sim::to_time(spec::Seconds{3.05}));
    const spec::ConvergenceReport report = convergence.report();
    figures["converged_after_s"] = or_never(report.converged_after_s);
    figures["divergent_rows"] = static_cast<double>(report.divergent_rows);
    figures["quiet_for_s"] = convergence.quiet_for().value();
  });
  CHECK(figure("rows that differ before it caught up", 2, found.at("before"), 0));
  CHECK(figure("it caught up after 0.5 s, seen at the end of the window", 0.501, found.at("converged_after_s"), 1e-6));
  CHECK(figure("rows that differ at the end", 1, found.at("divergent_rows"), 0));
  CHECK(figure("quiet for", 2.05, found.at("quiet_for_s"), 1e-6));
}
