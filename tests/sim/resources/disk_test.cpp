#include "sim/resources/disk.hpp"

#include <algorithm>
#include <vector>

#include "sim/kernel/random/random.hpp"
#include "tests/sim/resources/report.hpp"
#include "tests/sim/resources/small_world.hpp"

namespace chatsim::tests {
namespace {

using namespace spec::literals;

const char* name_of(DiskOutcome outcome) {
  switch (outcome) {
    case DiskOutcome::done:
      return "done";
    case DiskOutcome::full:
      return "full";
    case DiskOutcome::lost:
      return "lost";
  }
  return "?";
}

struct Done {
  DiskOutcome outcome{};
  Duration at{-1};
};

void expect(Report& report, const std::string& what, DiskOutcome outcome, Duration when, const Done& done) {
  report.same(what + ": outcome", std::string(name_of(outcome)), std::string(name_of(done.outcome)));
  report.same(what + ": when", when, done.at);
}

Task<void> read(World* world, MachineIndex machine, spec::Bytes size, Done* done) {
  const DiskOutcome outcome = co_await world->disks.read(machine, size);
  *done = {outcome, world->scheduler.now() - at(0s)};
}
Task<void> write(World* world, MachineIndex machine, spec::Bytes size, Done* done) {
  const DiskOutcome outcome = co_await world->disks.write(machine, size);
  *done = {outcome, world->scheduler.now() - at(0s)};
}

/// Reads take 1 ms and 1 us a kilobyte, writes 2 ms and 2 us a kilobyte.
DiskOptions disks(std::uint32_t devices) {
  return {.devices = devices, .read = {1_ms, 1_GB_per_s}, .write = {2_ms, 500_MB_per_s}, .capacity = 10_MB};
}

struct DiskWorld : SmallWorld {
  explicit DiskWorld(std::uint32_t devices, std::uint32_t machines = 2)
      : SmallWorld({.name = "t", .machines = machines}) {
    world.disks.add(0, disks(devices));
  }
};

TEST_CASE("a disk takes access time and size over bandwidth, one access after the other") {
  check_report([](Report& report) {
    DiskWorld small(1);
    Done reads, writes, next, later, other;
    spawn(0, read(&small.world, 0, 1_MB, &reads));
    spawn(0, write(&small.world, 0, 1_MB, &writes));
    spawn(0, read(&small.world, 0, 0_B, &next));
    spawn(1, read(&small.world, 1, 500_kB, &other));
    small.spawn_at(50ms, 0, read(&small.world, 0, 1_MB, &later));
    small.run(100ms);
    expect(report, "read: 1 ms + 1 MB / 1 GB/s", DiskOutcome::done, 2ms, reads);
    expect(report, "write behind it: 2 ms + 2 ms + 1 MB / 500 MB/s", DiskOutcome::done, 6ms, writes);
    expect(report, "read of nothing behind both: 6 ms + 1 ms", DiskOutcome::done, 7ms, next);
    expect(report, "read of an idle disk", DiskOutcome::done, 52ms, later);
    expect(report, "read of another machine's", DiskOutcome::done, 1500us, other);
    const DiskSummary summary = small.world.disks.summary(0, small.world.scheduler.now());
    report.same("reads", std::uint64_t{4}, summary.reads);
    report.same("writes", std::uint64_t{1}, summary.writes);
    report.near("bytes read", 2.5e6, summary.bytes_read.value(), 0);
    report.near("bytes written", 1e6, summary.bytes_written.value(), 0);
    report.near("mean wait = (0 + 2 + 6 + 0 + 0) ms / 5, in s", 1.6e-3, summary.wait_mean.value(), 1e-12);
    report.near("busiest: 2 + 4 + 1 + 2 of 100 ms", 0.09, summary.utilisation_max, 1e-12);
    report.near("mean: 9 + 1.5 of 2 x 100 ms", 0.0525, summary.utilisation, 1e-12);
    report.near("fill of the fullest: 1 of 10 MB", 0.1, summary.fill_max, 1e-12);
    report.near("mean fill", 0.05, summary.fill, 1e-12);
  });
}

TEST_CASE("the devices of a machine share its accesses") {
  check_report([](Report& report) {
    DiskWorld small(2);
    Done done[3];
    spawn(0, write(&small.world, 0, 1_MB, &done[0]));
    spawn(0, read(&small.world, 0, 1_MB, &done[1]));
    spawn(0, read(&small.world, 0, 1_MB, &done[2]));
    small.run(100ms);
    expect(report, "write on device 0", DiskOutcome::done, 4ms, done[0]);
    expect(report, "read on device 1", DiskOutcome::done, 2ms, done[1]);
    expect(report, "read on what is free first, device 1", DiskOutcome::done, 4ms, done[2]);
    report.near("8 of 2 machines x 2 devices x 100 ms", 0.02,
                small.world.disks.summary(0, at(100ms)).utilisation, 1e-12);
  });
}

TEST_CASE("a full disk refuses a write at once, and reads on") {
  check_report([](Report& report) {
    DiskWorld small(1);
    Disks& disks = small.world.disks;
    disks.preload(0, 9_MB);
    Done fits, refused, reads, again;
    spawn(0, write(&small.world, 0, 1_MB, &fits));
    spawn(0, write(&small.world, 0, 1_B, &refused));
    spawn(0, read(&small.world, 0, 1_MB, &reads));
    small.spawn_at(50ms, 0, [](World* world, Done* done) -> Task<void> {
      world->disks.erase(0, 2_MB);
      co_await write(world, 0, 1_MB, done);
    }(&small.world, &again));
    small.run(100ms);
    expect(report, "the last byte fits", DiskOutcome::done, 4ms, fits);
    expect(report, "a byte more does not", DiskOutcome::full, 0ms, refused);
    expect(report, "a read waits for the write only: 4 + 2 ms", DiskOutcome::done, 6ms, reads);
    expect(report, "room again", DiskOutcome::done, 54ms, again);
    const DiskSummary summary = disks.summary(0, at(100ms));
    report.same("refused", std::uint64_t{1}, summary.refused);
    report.near("taken: 10 - 2 + 1 MB", 9e6, disks.taken(0).value(), 0);
    report.near("fill", 0.9, summary.fill_max, 1e-12);
  });
}

TEST_CASE("a machine's accesses die with it, what is stored stays") {
  check_report([](Report& report) {
    DiskWorld small(1);
    World& world = small.world;
    const std::size_t live = arena.live();
    Done under_way, waits, from_elsewhere, while_dead, after, meanwhile_twice;
    spawn(0, write(&world, 0, 5_MB, &under_way));
    spawn(0, read(&world, 0, 1_MB, &waits));
    spawn(1, read(&world, 0, 1_MB, &from_elsewhere));
    small.kill(5ms, 0);
    small.spawn_at(6ms, 1, read(&world, 0, 1_MB, &while_dead));
    small.restart(8ms, 0);
    small.spawn_at(10ms, 0, read(&world, 0, 1_MB, &after));
    small.run(100ms);
    report.same("its own task does not go on (write)", -1ns, under_way.at);
    report.same("nor (read)", -1ns, waits.at);
    expect(report, "who waits elsewhere learns it when it would have been done: 12 + 2 + 2 ms",
           DiskOutcome::lost, 16ms, from_elsewhere);
    expect(report, "a dead machine's disk", DiskOutcome::lost, 6ms, while_dead);
    expect(report, "up again, with an empty queue", DiskOutcome::done, 12ms, after);
    report.near("the write keeps its room", 5e6, world.disks.taken(0).value(), 0);
    report.near("busy 5 ms before and 2 ms after the death, of 100 ms", 0.07,
                world.disks.summary(0, at(100ms)).utilisation_max, 1e-12);
    report.same("nothing is left", live, arena.live());
  });
}

TEST_CASE("utilisation is cut at the borders of the measurement") {
  check_report([](Report& report) {
    DiskWorld small(1, 1);
    Done done[3];
    for (Done& each : done) spawn(0, read(&small.world, 0, 3_MB, &each));  // Busy until 12 ms.
    small.in_simgrid(6ms, [&] { small.world.disks.begin_measuring(small.world.scheduler.now()); });
    small.run(10ms);
    const DiskSummary summary = small.world.disks.summary(0, small.world.scheduler.now());
    report.near("busy from 6 to 10 ms", 1, summary.utilisation, 1e-12);
    report.same("reads begun since", std::uint64_t{0}, summary.reads);
  });
  check_report([](Report& report) {
    DiskWorld small(1, 1);
    Done done[2];
    for (Done& each : done) spawn(0, read(&small.world, 0, 3_MB, &each));  // Busy until 8 ms.
    small.in_simgrid(6ms, [&] { small.world.disks.begin_measuring(small.world.scheduler.now()); });
    small.run(10ms);
    report.near("busy from 6 to 8 of 6 to 10 ms", 0.5, small.world.disks.summary(0, at(10ms)).utilisation,
                1e-12);
  });
}

struct Access {
  Duration at{};
  spec::Bytes size;
  bool write = false;
  Duration done{-1};
};

Task<void> do_at(World* world, Access* access) {
  co_await sleep(world->scheduler, access->at);
  Done done;
  if (access->write) {
    co_await write(world, 0, access->size, &done);
  } else {
    co_await read(world, 0, access->size, &done);
  }
  access->done = done.at;
}

TEST_CASE("disks do as a simulation of each device would") {
  for (const std::uint32_t devices : {1U, 3U}) {
    check_report([devices](Report& report) {
      DiskWorld small(devices, 1);
      DrawSequence random({11}, devices);
      std::vector<Access> accesses(2000);
      Duration when{};
      for (Access& access : accesses) {
        when += Duration{static_cast<Duration::rep>(4.4e6 / devices * random.uniform())};
        access = {when, spec::Bytes{std::floor(2e6 * random.uniform())}, random.uniform() < 0.3};
        if (access.write) access.size = spec::Bytes{std::floor(1e4 * random.uniform())};
        spawn(0, do_at(&small.world, &access));
      }
      small.run(20s);
      std::vector<Duration> free(devices);
      std::uint64_t differ = 0;
      double waited = 0;
      for (const Access& access : accesses) {
        Duration& device = *std::min_element(free.begin(), free.end());
        const Duration begin = std::max(device, access.at);
        waited += to_seconds(begin - access.at).value();
        const double seconds =
            access.write ? 2e-3 + access.size.value() / 5e8 : 1e-3 + access.size.value() / 1e9;
        device = begin + Duration{std::llround(seconds * 1e9)};
        differ += device != access.done;
      }
      report.same(fmt::format("{} devices: differences in {} accesses", devices, accesses.size()),
                  std::uint64_t{0}, differ);
      report.near("mean wait, in s", waited / static_cast<double>(accesses.size()),
                  small.world.disks.summary(0, small.world.scheduler.now()).wait_mean.value(), 1e-9);
    });
  }
}

}  // namespace
}  // namespace chatsim::tests
