#include "models/service/membership.hpp"
#include "tests/models/control/control_world.hpp"

using namespace chatsim;
using tests::ControlWorld;
using tests::figure;
using tests::Figures;

namespace {

struct Counts {
  double sent = 0, failed = 0;
};

sim::Task<void> ask(ControlWorld* world, sim::MachineIndex client, std::uint64_t number, Counts* counts) {
  models::Hops hops = world->context.hops(models::MessageId{number}, 0);
  ++counts->sent;
  const sim::Reply reply = co_await world->world.rpc.call(world->servers.request(client, models::Step::messaging, 100, 100),
                                                          world->servers.leg(world->servers.next(client), hops));
  counts->failed += reply.outcome != sim::Outcome::ok;
}

/// Everybody in turn, 2,000 requests a second.
sim::Task<void> ask_steadily(ControlWorld* world, Counts* counts) {
  for (std::uint64_t number = 0;; ++number) {
    const sim::MachineIndex client = world->clients.machine(number * 37 % world->clients.machines());
    sim::spawn(client, ask(world, client, number, counts));
    co_await sim::sleep(world->world.scheduler, sim::to_duration(spec::Seconds{1.0 / 2000}));
  }
}

}  // namespace

TEST_CASE("a dead machine is chosen until its death is known: requests lost are rate x staleness") {
  // 2,000 requests a second to 20 servers in turn: 100 a second to each.
  const double refresh = GENERATE(0.1, 1.0, 4.0);
  spec::Scenario scenario = tests::ten_racks();
  scenario.control.refresh_every = spec::Seconds{refresh};
  const Figures found = tests::with_control(scenario, [](ControlWorld& world, Figures& figures) {
    Counts counts;
    const sim::MachineIndex dead = world.servers.machine(11);
    const models::Heartbeats heartbeats(world.context, world.scenario.control);
    figures["stale"] = sim::to_seconds(heartbeats.last_before(dead, sim::to_time(spec::Seconds{5}))).value() + 3 + 0.001 - 5;
    world.turn(5, dead, false);
    sim::spawn(sim::no_machine, ask_steadily(&world, &counts));
    world.at(4.9, [&] { figures["failed_before"] = counts.failed; });
    world.run_until(15);
    figures["failed"] = counts.failed;
    figures["sent"] = counts.sent;
  });
  CHECK(found.at("failed_before") == 0);
  CHECK(figure("failed: 100/s x (" + std::to_string(found.at("stale")) + " s until it is on the list + " +
                   std::to_string(refresh) + " s / 2 until it is read)",
               100 * (found.at("stale") + refresh / 2), found.at("failed"), 5 + 12 * refresh));
}

TEST_CASE("with instant detection no request goes to a dead machine") {
  spec::Scenario scenario = tests::ten_racks();
  scenario.control.detection = spec::Detection::instant;
  const Figures found = tests::with_control(scenario, [](ControlWorld& world, Figures& figures) {
    Counts counts;
    world.turn(5, world.servers.machine(11), false);
    sim::spawn(sim::no_machine, ask_steadily(&world, &counts));
    world.run_until(15);
    figures["failed"] = counts.failed;
  });
  CHECK(found.at("failed") <= 2);  // Under way when it died.
}
