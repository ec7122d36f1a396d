#include "models/control/failure_detector.hpp"

#include <algorithm>
#include <cmath>

#include "tests/models/control/control_world.hpp"

using namespace chatsim;
using namespace chatsim::models;
using tests::figure;
using tests::Figures;

namespace {

/// 2,000 machines and nothing else.
spec::Scenario many() {
  spec::Scenario scenario = tests::ten_racks();
  scenario.datacenter.hosts_per_rack = 210;
  scenario.services.gateway.machines = 2000;
  return scenario;
}

double seconds(sim::Duration duration) { return sim::to_seconds(duration).value(); }

}  // namespace

TEST_CASE("heartbeats come once an interval, each machine's at its own time, and the lost ones do not") {
  spec::Scenario scenario = many();
  const double loss = GENERATE(0.0, 0.25);
  scenario.control.heartbeat_loss = spec::Probability{loss};
  const Figures found = tests::figures_of([&](Figures& figures) {
    sim::World world(scenario.datacenter);
    Context context(world, scenario);
    const Heartbeats heartbeats(context, scenario.control);
    double& gaps = figures["gaps"] = 0;
    double& sum = figures["sum"] = 0;
    figures["wrong"] = 0;
    for (sim::MachineIndex machine = 0; machine < 200; ++machine) {
      sim::Time at = heartbeats.next_after(machine, sim::Time{});
      figures["phases"] += seconds(heartbeats.next_after(machine, sim::to_time(spec::Seconds{100})).time_since_epoch()) - 100;
      while (at < sim::to_time(spec::Seconds{100})) {
        const sim::Time next = heartbeats.next_after(machine, at);
        const double gap = seconds(next - at);
        figures["wrong"] += std::abs(gap - std::round(gap)) > 1e-9;
        // Up to the next one it is the last one.
        if (gap <= 2) figures["wrong"] += heartbeats.last_before(machine, next - sim::Duration{1}) != at;
        ++gaps;
        sum += gap;
        at = next;
      }
    }
  });
  CHECK(found.at("wrong") == 0);
  CHECK(figure("mean gap in s: 1 / (1 - loss)", 1 / (1 - loss), found.at("sum") / found.at("gaps"),
               loss > 0 ? 0.02 : 1e-9));
  CHECK(figure("mean time to the next one in s: 1/2 + loss / (1 - loss)", 0.5 + loss / (1 - loss),
               found.at("phases") / 200, 0.15));
}

TEST_CASE("a dead machine is suspected suspect_after behind its last heartbeat: uniform over one interval") {
  // 3 s less the part of the interval of 1 s that had passed since the last heartbeat.
  const Figures found = tests::figures_of([&](Figures& figures) {
    const spec::Scenario scenario = many();
    sim::World world(scenario.datacenter);
    Context context(world, scenario);
    AppTier machines(context, "machine", scenario.services.gateway);
    std::vector<double> delays;
    std::vector<sim::Time> died(machines.machines());
    FailureDetector detector(context, [&](sim::MachineIndex machine, bool up) {
      if (!up) delays.push_back(seconds(world.scheduler.now() - died[machine]));
    });
    detector.start();
    const auto die = [](sim::World* in, FailureDetector* of, std::vector<sim::Time>* when) -> sim::Task<void> {
      for (sim::MachineIndex machine = 0; machine < when->size(); ++machine) {
        co_await sim::sleep(in->scheduler, sim::to_duration(spec::Seconds{0.0071}));
        (*when)[machine] = in->scheduler.now();
        of->silent(machine);
      }
    };
    sim::spawn(sim::no_machine, die(&world, &detector, &died));
    world.plane.run_until(sim::to_time(spec::Seconds{30}));
    std::sort(delays.begin(), delays.end());
    const auto count = static_cast<double>(delays.size());
    figures["count"] = count;
    figures["least"] = delays.front();
    figures["most"] = delays.back();
    for (std::size_t i = 0; i < delays.size(); ++i) {
      const double expected = delays[i] - 2;
      figures["mean"] += delays[i] / count;
      figures["distance"] = std::max({figures["distance"], std::abs(expected - static_cast<double>(i) / count),
                                      std::abs(expected - static_cast<double>(i + 1) / count)});
    }
  });
  CHECK(found.at("count") == 2000);
  CHECK(found.at("least") >= 2);
  CHECK(found.at("most") <= 3 + 1e-8);
  CHECK(figure("mean delay in s: 3 - 1/2, three standard errors", 2.5, found.at("mean"), 3 / std::sqrt(12.0 * 2000)));
  CHECK(figure("largest distance to the uniform distribution (Kolmogorov, 1.63 / sqrt(n))", 0, found.at("distance"),
               1.63 / std::sqrt(2000)));
}

TEST_CASE("who is back before the deadline, with a heartbeat at the latest then, was never suspected") {
  const Figures found = tests::with_control(tests::ten_racks(), [](tests::ControlWorld& world, Figures& figures) {
    // Whoever is away for 1.9 s misses two heartbeats at most; for 2.95 s three, if its phase wants it so.
    for (std::uint32_t i = 0; i < 50; ++i) {
      world.turn(10 + 0.0173 * i, world.clients.machine(i), false);
      world.turn(11.9 + 0.0173 * i, world.clients.machine(i), true);
    }
    world.at(20, [&] { figures["before"] = static_cast<double>(world.control.summary().view_changes); });
    for (std::uint32_t i = 0; i < 100; ++i) {
      world.turn(30 + 0.0173 * i, world.clients.machine(i), false);
      world.turn(32.95 + 0.0173 * i, world.clients.machine(i), true);
    }
    world.run_until(40);
  });
  CHECK(found.at("before") == 0);
  // Of 2.95 s: three missed with probability 0.95, for the fourth comes 3 s after the last one that arrived, at most
  // 0.05 s of the way before.
  CHECK(figure("of 100 machines that are away for 2.95 s, suspected", 95, found.at("detections"), 7));
  CHECK(found.at("changes") == 2 * found.at("detections"));
  CHECK(found.at("false_positives") == 0);
  CHECK(found.at("undetected") == 0);
}

TEST_CASE("healthy machines are suspected as often as so many heartbeats in a row are lost") {
  spec::Scenario scenario = many();
  scenario.control.heartbeat_loss = spec::Probability{0.1};
  const Figures found = tests::with_control(scenario, [](tests::ControlWorld& world, Figures& figures) {
    world.at(500, [&] {
      figures["listed_down"] = 0;
      for (sim::MachineIndex machine = 0; machine < world.world.fleet.size(); ++machine) {
        figures["listed_down"] += !world.context.membership.listed_up(machine);
      }
    });
    world.run_until(2000);
  });
  const double expected = 2025 * 0.1 * 0.1 * 0.1 * 0.9 * 2000;
  CHECK(figure("false positives: 2,025 machines x 0.1^3 x 0.9 / 1 s x 2,000 s, three standard deviations", expected,
               found.at("false_positives"), 3 * std::sqrt(expected)));
  // Cleared by the next heartbeat that arrives, 1 / (1 - 0.1) s later in the mean: two machines at a time.
  CHECK(found.at("changes") > 1.9 * found.at("false_positives"));
  CHECK(found.at("listed_down") < 12);
  CHECK(found.at("detections") == 0);
}
