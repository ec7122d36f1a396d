#include "sim/resources/fleet.hpp"

#include <algorithm>
#include <vector>

#include "sim/kernel/random/random.hpp"
#include "tests/sim/resources/report.hpp"
#include "tests/sim/resources/small_world.hpp"

namespace chatsim::tests {
namespace {

Task<void> serve_once(World* world, MachineIndex machine, Duration service, float cpu_share, Duration* done) {
  co_await world->rpc.serve(machine, 0, service, cpu_share);
  if (done != nullptr) *done = world->scheduler.now() - at(0s);
}

/// Serves a few requests of 4 ms on the one machine, all given at once.
std::vector<Duration> done_at(const TierOptions& tier, float cpu_share, unsigned requests) {
  SmallWorld small(tier);
  std::vector<Duration> done(requests, Duration{-1});
  for (Duration& each : done) spawn(0, serve_once(&small.world, 0, 4ms, cpu_share, &each));
  small.run(1s);
  return done;
}

TEST_CASE("threads and cores both limit: schedules by hand") {
  // Half of 4 ms computes on a core, then the thread is held for the other half.
  check_report([](Report& report) {
    const auto done = done_at({.name = "t", .threads = 4, .cores = 2, .queue_limit = 10}, 0.5F, 6);
    report.same("1st: core 0 from 0 to 2 ms, + 2 ms", 4ms, done[0]);
    report.same("2nd: core 1 from 0 to 2 ms, + 2 ms", 4ms, done[1]);
    report.same("3rd has a thread at 0, core 0 from 2 to 4 ms, + 2 ms", 6ms, done[2]);
    report.same("4th likewise on core 1", 6ms, done[3]);
    report.same("5th has the 1st's thread at 4 ms, core 0 until 6 ms, + 2 ms", 8ms, done[4]);
    report.same("6th has the 2nd's thread at 4 ms, core 1 until 6 ms, + 2 ms", 8ms, done[5]);
  });
  check_report([](Report& report) {
    const auto done = done_at({.name = "t", .threads = 3, .cores = 3, .queue_limit = 10}, 1, 4);
    report.same("1st to 3rd on a core and thread each", 4ms, done[2]);
    report.same("4th when one is free", 8ms, done[3]);
  });
  check_report([](Report& report) {
    const auto done = done_at({.name = "t", .threads = 2, .cores = 1, .queue_limit = 10}, 0, 3);
    report.same("without a CPU part, two at once beside one core", 4ms, done[1]);
    report.same("3rd when a thread is free", 8ms, done[2]);
  });
}

/// Of every core, when it is free: looks at all of them.
class CoresByBruteForce {
 public:
  explicit CoresByBruteForce(std::uint32_t cores) : free_(cores) {}
  Time take(Time from, Duration cpu) {
    Time& earliest = *std::min_element(free_.begin(), free_.end());
    return earliest = std::max(earliest, from) + cpu;
  }

 private:
  std::vector<Time> free_;
};

TEST_CASE("cores are given as by a search over all of them") {
  for (const std::uint32_t cores : {1U, 2U, 3U, 4U, 7U, 32U}) {
    check_report([cores](Report& report) {
      SmallWorld small({.name = "t", .machines = 2, .threads = 100, .cores = cores});
      std::vector<CoresByBruteForce> reference(2, CoresByBruteForce(cores));
      DrawSequence random({3}, cores);
      Time now{};
      std::uint64_t differ = 0;
      constexpr int requests = 200'000;
      for (int i = 0; i < requests; ++i) {
        // From idle to overloaded and back, so that busy cores move between the machine's line and outside.
        const double load = 0.1 + 1.4 * ((i / 500) % 10) / 10.0;
        const auto gap = static_cast<Duration::rep>(2 * random.uniform() * 1000 / (2 * cores * load));
        now += random.uniform() < 0.1 ? Duration{} : Duration{gap};
        const Duration cpu{1 + static_cast<Duration::rep>(2000 * random.uniform())};
        const MachineIndex machine = random.uniform() < 0.5 ? 0 : 1;
        // Half of them are still on their way.
        const Time from =
            now + Duration{static_cast<Duration::rep>(std::max(0.0, 800 * random.uniform() - 400))};
        differ += small.world.fleet.take_core(machine, {.now = now, .from = from, .cpu = cpu}) !=
                  reference[machine].take(from, cpu);
      }
      report.same(fmt::format("{} cores: differences in {} requests", cores, requests), std::uint64_t{0},
                  differ);
    });
  }
}

TEST_CASE("the busiest machine is measured by what limits the tier") {
  for (const bool cores_limit : {true, false}) {
    check_report([cores_limit](Report& report) {
      // 8 x 10 ms on machine 0 and 2 x 10 ms on machine 1 within 100 ms.
      SmallWorld small({.name = "t",
                        .machines = 2,
                        .threads = cores_limit ? 10U : 1U,
                        .cores = cores_limit ? 1U : 10U,
                        .queue_limit = 10});
      std::vector<Duration> done(10);
      for (unsigned i = 0; i < 10; ++i)
        spawn(i < 8 ? 0 : 1, serve_once(&small.world, i < 8 ? 0 : 1, 10ms, 1, &done[i]));
      small.run(100ms);
      const spec::TierSummary summary = small.world.fleet.summary(0, small.world.scheduler.now());
      const std::string limit = cores_limit ? "cores limit" : "threads limit";
      report.near(limit + ": utilisation = 100 ms of work / (2 machines x 1 x 100 ms)", 0.5,
                  summary.utilisation, 1e-12);
      report.near(limit + ": busiest machine = 80 ms of work / (1 x 100 ms)", 0.8, summary.utilisation_max,
                  1e-12);
    });
  }
}

Task<void> serve_many(World* world, MachineIndex machine, int requests, DrawSequence random) {
  for (int i = 0; i < requests; ++i) {
    co_await sleep(world->scheduler, Duration{static_cast<Duration::rep>(2e6 * random.uniform())});
    const Duration service{static_cast<Duration::rep>(4e6 * random.uniform())};
    spawn(machine, serve_once(world, machine, service, 0.5F, nullptr));
  }
}

enum class Broken { nothing, waiting_count, a_wait, a_lost_request };

/// Two overloaded machines, measured from within the crowd to within the crowd, one of them dying meanwhile.
double little_law_error(Broken broken) {
  SmallWorld small({.name = "t", .machines = 2, .threads = 2, .cores = 1, .queue_limit = 60});
  World& world = small.world;
  for (const MachineIndex machine : {0U, 1U})
    spawn(no_machine, serve_many(&world, machine, 1000, DrawSequence({5}, machine)));
  small.in_simgrid(100ms, [&world] { world.fleet.begin_measuring(world.scheduler.now()); });
  small.kill(300ms, 1);
  small.restart(310ms, 1);
  small.in_simgrid(400ms, [&world, broken] {
    TierStatistics& statistics = world.fleet.statistics(0);
    if (broken == Broken::waiting_count) ++statistics.waiting;
    if (broken == Broken::a_wait) statistics.waited += 1'000'000;
    Machine& machine = world.fleet[0];
    if (broken == Broken::a_lost_request) machine.queue_head = arena.at(machine.queue_head)->next;
  });
  small.run(500ms);
  const spec::TierSummary summary = world.fleet.summary(0, world.scheduler.now());
  CHATSIM_CHECK(summary.queue_mean > 5 && world.fleet[0].queue_length > 5 && summary.rejected > 0,
                "nothing to see: {} waiting in the mean, {} now, {} rejected", summary.queue_mean,
                world.fleet[0].queue_length, summary.rejected);
  return world.fleet.little_law_error(0, world.scheduler.now());
}

TEST_CASE("Little's law holds exactly, and shows every error in the bookkeeping") {
  check_report([](Report& report) {
    report.same("crowds at both borders, rejections, a death in between", 0.0,
                little_law_error(Broken::nothing));
  });
  for (const auto& [broken, what] :
       {std::pair{Broken::waiting_count, "one too many counted as waiting for 100 ms"},
        std::pair{Broken::a_wait, "a wait a millisecond too long"},
        std::pair{Broken::a_lost_request, "a request dropped out of a queue"}}) {
    check_report([&](Report& report) {
      const double error = little_law_error(broken);
      report.same(fmt::format("{}: shows ({:.3g})", what, error), true, error > 1e-7);
    });
  }
}

TEST_CASE("a longest queue that was there when measuring began counts") {
  check_report([](Report& report) {
    SmallWorld small({.name = "t", .machines = 1, .threads = 1, .cores = 1, .queue_limit = 10});
    std::vector<Duration> done(5);
    for (Duration& each : done) spawn(0, serve_once(&small.world, 0, 10ms, 1, &each));
    small.in_simgrid(15ms, [&] { small.world.fleet.begin_measuring(small.world.scheduler.now()); });
    small.run(100ms);
    const spec::TierSummary summary = small.world.fleet.summary(0, small.world.scheduler.now());
    report.same("five at once, one served by 15 ms, one in service", std::uint64_t{3}, summary.queue_max);
    report.near("mean waiting = (3 x 5 ms + 2 x 10 ms + 1 x 10 ms) / 85 ms", 45.0 / 85, summary.queue_mean,
                1e-9);
    report.near("mean wait of those started since = (20 + 30 + 40) ms / 3, in s", 0.03,
                summary.wait_mean.value(), 1e-9);
    report.same("Little's law", 0.0, small.world.fleet.little_law_error(0, small.world.scheduler.now()));
  });
}

}  // namespace
}  // namespace chatsim::tests
