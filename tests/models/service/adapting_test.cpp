#include <vector>

#include "models/service/autoscaler.hpp"
#include "models/service/degradation.hpp"
#include "tests/models/figures.hpp"

// What goes by how busy a tier is: machines that come and go, and what is left out.

using namespace chatsim;
using namespace chatsim::models;
using tests::figure;
using tests::Figures;

namespace {

/// Ten machines of one thread; work is served in 10 ms, on no core.
spec::Scenario ten_machines() {
  spec::Scenario scenario;
  scenario.datacenter.pods_per_datacenter = scenario.datacenter.racks_per_pod = 1;
  scenario.datacenter.hosts_per_rack = 20;
  spec::Messaging& messaging = scenario.services.messaging;
  messaging.machines = 10;
  messaging.threads = 1;
  messaging.cpu_share = spec::Probability{0};
  messaging.service_time = spec::Distribution::constant(spec::Seconds{10e-3});
  messaging.autoscaler = {.scaling = spec::Switch::on,
                          .machines_at_start = 2,
                          .target = spec::Probability{0.5},
                          .every = spec::Seconds{1},
                          .provisioning = spec::Seconds{1.5},
                          .calm = spec::Seconds{3}};
  return scenario;
}

struct Tier {
  explicit Tier(const spec::Scenario& the_scenario)
      : scenario(the_scenario),
        world(scenario.datacenter),
        context(world, scenario),
        client(context, "client", spec::Tier{}),
        tier(context, "messaging", scenario.services.messaging),
        scaler(context, tier, scenario.services.messaging.autoscaler) {
    world.wire.refresh();
  }

  /// Requests at equal distances for as long as somebody changes the rate.
  sim::Task<void> ask(double until_s, double per_s) {
    while (sim::to_seconds(world.scheduler.now()).value() < until_s) {
      Hops hops = context.hops(Stream::service, 1);
      world.rpc.post(world.rpc.call(tier.request(client.machine(0), Step::messaging, 100, 100),
                                    tier.leg(tier.next(client.machine(0)), hops)));
      co_await sim::sleep(world.scheduler, sim::to_duration(spec::Seconds{1 / per_s}));
    }
  }
  sim::Task<void> note_every_second(std::vector<double>* seen, std::function<double()> what) {
    co_await sim::sleep(world.scheduler, sim::to_duration(spec::Seconds{0.9}));
    while (true) {
      seen->push_back(what());
      co_await sim::sleep(world.scheduler, sim::to_duration(spec::Seconds{1}));
    }
  }

  const spec::Scenario scenario;
  sim::World world;
  Context context;
  AppTier client, tier;
  Autoscaler scaler;
};

std::vector<double> machines_by_second(const spec::Scenario& scenario) {
  const Figures figures = tests::figures_of([&](Figures& out) {
    auto& at = *new Tier(scenario);
    std::vector<double> seen;
    at.scaler.start();
    // 150/s x 10 ms = 1.5 threads of two; then 30/s = 0.3.
    sim::spawn(sim::no_machine, at.ask(6, 150));
    sim::spawn(sim::no_machine, [](Tier* tier) -> sim::Task<void> {
      co_await sim::sleep(tier->world.scheduler, sim::to_duration(spec::Seconds{6}));
      co_await tier->ask(15, 30);
    }(&at));
    sim::spawn(sim::no_machine, at.note_every_second(&seen, [&at] { return at.tier.in_service(); }));
    at.world.plane.run_until(sim::to_time(spec::Seconds{15}));
    for (std::size_t i = 0; i < seen.size(); ++i) out[std::to_string(i)] = seen[i];
    out["ups"] = static_cast<double>(at.scaler.summary().ups);
    out["downs"] = static_cast<double>(at.scaler.summary().downs);
  });
  std::vector<double> seen;
  for (int i = 0; i < 15; ++i) seen.push_back(figures.at(std::to_string(i)));
  return seen;
}

}  // namespace

TEST_CASE("an autoscaler orders what brings utilisation to its target, and lets go after a calm time") {
  const std::vector<double> seen = machines_by_second(ten_machines());
  // At 1 s: 0.75 of two threads is 1.5 targets: three machines, of which the third serves at 2.5 s. From 6 s on a look finds 0.3 / 3 = 0.1,
  // a fifth of the target: one machine; but three were wanted until 6 s, so they stay until 3 s after that.
  const std::vector<double> expected{2, 2, 3, 3, 3, 3, 3, 3, 3, 3, 1, 1, 1, 1, 1};
  for (std::size_t i = 0; i < expected.size(); ++i)
    CHECK(figure("machines in service at " + std::to_string(i) + ".9 s", expected[i], seen[i], 0));
}

TEST_CASE("an autoscaler does nothing within its tolerance, and not below its floor") {
  spec::Scenario tolerant = ten_machines();
  tolerant.services.messaging.autoscaler.tolerance = spec::Probability{0.6};
  CHECK(figure("1.5 times the target is tolerated", 2, machines_by_second(tolerant)[5], 0));
  spec::Scenario floor = ten_machines();
  floor.services.messaging.autoscaler.machines_min = 2;
  CHECK(figure("not below two", 2, machines_by_second(floor)[14], 0));
}

TEST_CASE("what is left out follows how long requests wait, and is taken up again after a calm time") {
  spec::Scenario scenario = ten_machines();
  scenario.services.messaging.autoscaler.scaling = spec::Switch::off;
  scenario.services.messaging.machines = 1;
  scenario.resilience.degradation = {.graceful = spec::Switch::on,
                                     .presence_above = spec::Seconds{0.1},
                                     .receipts_above = spec::Seconds{1},
                                     .pictures_above = spec::Seconds{100},
                                     .every = spec::Seconds{0.1},
                                     .calm = spec::Seconds{1}};
  const Figures found = tests::figures_of([&](Figures& out) {
    auto& at = *new Tier(scenario);
    std::vector<double> level;
    Degradation& degradation = at.context.degradation;
    degradation.start();
    // 150/s for four seconds, where 100/s are served: at 2 s 100 wait, 1 s each; at 4 s 200. They are worked off by 6 s.
    sim::spawn(sim::no_machine, at.ask(4, 150));
    sim::spawn(sim::no_machine, at.note_every_second(&level, [&] { return degradation.level(); }));
    at.world.plane.run_until(sim::to_time(spec::Seconds{12}));
    for (std::size_t i = 0; i < level.size(); ++i) out[std::to_string(i)] = level[i];
    out["presence_s"] = degradation.seconds_at(Degradation::presence);
    out["receipts_s"] = degradation.seconds_at(Degradation::receipts);
    out["pictures_s"] = degradation.seconds_at(Degradation::pictures);
    out["refused"] = degradation.leaves_out(Degradation::presence);
  });
  CHECK(figure("at 0.9 s 45 wait, 0.45 s: presence", Degradation::presence, found.at("0"), 0));
  CHECK(figure("at 2.9 s 145 wait, 1.45 s: receipts too", Degradation::receipts, found.at("2"), 0));
  CHECK(figure("at 11.9 s nothing waits: nothing", Degradation::nothing, found.at("11"), 0));
  // Above 0.1 s from 0.2 s on, below half of it from 5.95 s on, then a calm second for each of two levels at most.
  CHECK(figure("seconds without presence", 6.9, found.at("presence_s"), 1.3));
  // Above 1 s from 2 s on, below 0.5 s at 5.5 s, and a calm second.
  CHECK(figure("seconds without receipts", 4.5, found.at("receipts_s"), 0.6));
  CHECK(figure("seconds without pictures", 0, found.at("pictures_s"), 0));
  CHECK(figure("in the end nothing is left out", 0, found.at("refused"), 0));
}
