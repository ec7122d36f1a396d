#include "sim/faults/random_faults.hpp"

#include "sim/faults/places.hpp"

#include "tests/sim/resources/report.hpp"
#include "tests/sim/resources/small_world.hpp"

namespace chatsim::tests {
namespace {

constexpr std::uint32_t stream = 30;

spec::Faults machines_fail(double mean_s) {
  spec::Faults faults;
  faults.random.machine.time_to_failure = spec::Seconds{mean_s};
  faults.random.machine.time_to_repair = spec::Distribution::exponential(spec::Seconds{7});
  return faults;
}

TEST_CASE("Machines fail as often as they should, all alike, and are mended as slowly") {
  check_report([](Report& report) {
    SmallWorld small({.name = "server", .machines = 16});
    const auto drawn = draw_faults(small.world, machines_fail(100), spec::Seconds{100'000}, {3}, stream);
    // 16 machines x 100,000 s / 100 s = 16,000, deviation 126.
    report.near("16 machines x 100,000 s / 100 s", 16'000, static_cast<double>(drawn.size()), 0.03);
    double repair_s = 0, of_server_5 = 0, last = 0;
    bool in_order = true;
    for (const spec::Fault& fault : drawn) {
      repair_s += fault.lasts->value();
      of_server_5 += fault.target == "server 5";
      in_order = in_order && fault.at.value() >= last;
      last = fault.at.value();
    }
    report.near("mean time to repair", 7, repair_s / static_cast<double>(drawn.size()), 0.04);
    report.near("a sixteenth of them of one machine", 1000, of_server_5, 0.13);
    report.same("in the order of time", true, in_order);
    const auto again = draw_faults(small.world, machines_fail(100), spec::Seconds{100'000}, {3}, stream);
    report.same("the same seed, the same failures", drawn.back().at.value(), again.back().at.value());
    const auto others = draw_faults(small.world, machines_fail(100), spec::Seconds{100'000}, {4}, stream);
    report.same("another seed, others", false, drawn.back().at.value() == others.back().at.value());
  });
}

TEST_CASE("Bursts take machines of the same rack") {
  check_report([](Report& report) {
    SmallWorld small({.name = "server", .machines = 16});
    spec::Faults faults = machines_fail(100'000);
    faults.random.burst = {.probability = spec::Probability{0.5}, .machines = 3, .within = spec::Seconds{1}};
    const auto drawn = draw_faults(small.world, faults, spec::Seconds{20'000'000}, {3}, stream);
    // 16 x 200 = 3,200 first ones, each followed by 0.5 x 3 in the mean.
    report.near("3,200 x (1 + 0.5 x 3)", 8000, static_cast<double>(drawn.size()), 0.05);
    const Places places(small.world, 1, {});
    double together = 0, in_a_rack = 0;
    for (std::size_t i = 1; i < drawn.size(); ++i) {
      if (drawn[i].at - drawn[i - 1].at > spec::Seconds{1}) continue;
      ++together;
      const auto rack = [&](const spec::Fault& fault) {
        return small.world.platform.domain(places.hosts(fault.target).front()).rack;
      };
      in_a_rack += rack(drawn[i]) == rack(drawn[i - 1]);
    }
    // Two bursts within a second of each other are rare: 1.6e-4 of them.
    report.near("within a second of each other: 3,200 x 1.5", 4800, together, 0.06);
    report.near("in the same rack", together, in_a_rack, 0.01);
  });
}

TEST_CASE("Racks, pods and power domains fail as such") {
  check_report([](Report& report) {
    SmallWorld small({.name = "server", .machines = 16});
    spec::Faults faults;
    faults.power_domains = 2;
    for (spec::FailureProcess* process : {&faults.random.rack, &faults.random.pod, &faults.random.power, &faults.random.disk})
      process->time_to_failure = spec::Seconds{1000};
    const auto drawn = draw_faults(small.world, faults, spec::Seconds{1'000'000}, {3}, stream);
    double racks = 0, pods = 0, powers = 0, disks = 0;
    for (const spec::Fault& fault : drawn) {
      racks += fault.target.starts_with("rack") && fault.kind == spec::FaultKind::unplug;
      pods += fault.target.starts_with("pod") && fault.kind == spec::FaultKind::unplug;
      powers += fault.target.starts_with("power") && fault.kind == spec::FaultKind::crash;
      disks += fault.data == spec::FaultData::lost;
    }
    report.near("4 racks", 4000, racks, 0.07);
    report.near("2 pods", 2000, pods, 0.1);
    report.near("2 power domains", 2000, powers, 0.1);
    report.near("16 machines' disks", 16'000, disks, 0.04);
  });
}

}  // namespace
}  // namespace chatsim::tests
