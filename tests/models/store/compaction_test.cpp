#include "models/store/compaction.hpp"

#include "scenarios/spec/workload.hpp"
#include "tests/models/store/disk_world.hpp"
#include "tests/sim/power.hpp"

using namespace chatsim;
using namespace chatsim::models;
using tests::DiskWorld;
using tests::figure;
using tests::Figures;

namespace {

constexpr double row = 766, replicas = 3, machines = 8, writes_per_s = 200, amplification = 10;
constexpr double bandwidth = 2e6, chunk = 10e3, flush = 100e3;
/// Bytes a second that each machine has to move: 574,500.
constexpr double rate_moved = writes_per_s * row * replicas / machines * amplification;

/// Small disks, so that a minute has some 300 flushes; a chunk takes 5 ms.
spec::Scenario compacted(int disks) {
  spec::Scenario scenario = tests::one_rack_of_constant_times(writes_per_s);
  spec::Store& store = scenario.stores.message;
  store.disks = disks;
  store.compaction = {.policy = spec::CompactionPolicy::leveled,
                      .write_amplification = amplification,
                      .flush = spec::Bytes{flush},
                      .chunk = spec::Bytes{chunk},
                      .disk_bandwidth = spec::BytesPerSecond{bandwidth},
                      .disk_access_time = spec::Seconds{0}};
  return scenario;
}

Figures after_a_minute(const spec::Scenario& scenario) {
  return tests::with_disks(scenario, [](DiskWorld& at, Figures& figures) {
    sim::spawn(sim::no_machine, tests::write_rows(&at));
    const auto note = [&at, &figures](const std::string& when) {
      const spec::CompactionSummary summary = at.store.compaction()->summary("message");
      spec::CompactionSummary::fields([&](const char* name, auto member) {
        if constexpr (std::is_same_v<std::remove_cvref_t<decltype(summary.*member)>, spec::Seconds>) {
          figures[when + name] = (summary.*member).value();
        } else {
          figures[when + name] = static_cast<double>(summary.*member);
        }
      });
    };
    at.in(2, [&at, note] {
      at.begin_measuring();
      note("begin_");
    });
    at.in(62, [note] { note("end_"); });
    at.run_until(63);
    figures["writes_ms"] = 1e3 * at.world.fleet.summary(at.store.tier(), at.world.scheduler.now()).service_mean.value();
  });
}

}  // namespace

TEST_CASE("compaction uses of the disks what rate, amplification and bandwidth say, and requests wait for its chunks") {
  const int disks = GENERATE(1, 4);
  const Figures found = after_a_minute(compacted(disks));
  const double utilisation = rate_moved / bandwidth / disks;
  const std::string how = ", disks of a machine: " + std::to_string(disks);
  CHECK(figure("bytes a second of 8 machines: 200 x 766 x 3 x 10" + how, machines * rate_moved, found.at("end_bytes_per_s"),
               0.03 * machines * rate_moved));
  CHECK(figure("utilisation: 574,500 B/s over 2 MB/s and disks", utilisation, found.at("end_disk_utilisation"),
               0.03 * utilisation));
  CHECK(figure("time in compaction: 574,500 B/s over 2 MB/s, whatever the disks", rate_moved / bandwidth,
               found.at("end_busy_share"), 0.03 * rate_moved / bandwidth));
  CHECK(figure("requests delayed: the share of time that the disk of their row is busy", utilisation,
               found.at("end_requests_delayed"), 0.06 * utilisation));
  const double wait = utilisation * chunk / bandwidth / 2;
  CHECK(figure("mean wait in s: busy x half a chunk, 5 ms / 2", wait, found.at("end_wait_mean_ms"), 0.07 * wait));
  CHECK(figure("service in ms: 10 and the wait", 10 + 1e3 * wait, found.at("writes_ms"), 0.07 * 1e3 * wait));
}

TEST_CASE("a throttle bounds what compaction moves; below the rate of writing its debt grows") {
  spec::Scenario scenario = compacted(1);
  scenario.stores.message.compaction.throttle = spec::BytesPerSecond{1e6};
  const Figures wide = after_a_minute(scenario);
  CHECK(figure("time in compaction: 574,500 B/s over 1 MB/s", rate_moved / 1e6, wide.at("end_busy_share"), 0.03));
  CHECK(figure("utilisation: as without a throttle", rate_moved / bandwidth, wide.at("end_disk_utilisation"), 0.01));
  const double half = rate_moved / bandwidth * chunk / bandwidth / 2;
  CHECK(figure("mean wait in s: as without", half, wide.at("end_wait_mean_ms"), 0.07 * half));
  CHECK(wide.at("end_debt_bytes_max") < 2 * flush * amplification);

  scenario.stores.message.compaction.throttle = spec::BytesPerSecond{300e3};
  const Figures narrow = after_a_minute(scenario);
  CHECK(figure("always busy", 1, narrow.at("end_busy_share"), 1e-9));
  CHECK(figure("bytes a second: 8 x 300 kB/s", machines * 300e3, narrow.at("end_bytes_per_s"), 0.01 * machines * 300e3));
  const double grown = 60 * machines * (rate_moved - 300e3);
  CHECK(figure("debt after a minute more: 60 s x 8 x (574,500 - 300,000) B", grown,
               narrow.at("end_debt_bytes") - narrow.at("begin_debt_bytes"), 0.05 * grown));
}

TEST_CASE("a machine that was off goes on with its debt") {
  spec::Scenario scenario = compacted(1);
  scenario.stores.message.compaction.throttle = spec::BytesPerSecond{300e3};
  const Figures found = tests::with_disks(scenario, [](DiskWorld& at, Figures& figures) {
    sim::spawn(sim::no_machine, tests::write_rows(&at));
    const auto turn = [&at](bool on) {
      const sim::HostIndex host = at.world.fleet[at.store.machine(0)].host;
      at.world.plane.at_simgrid([&at, host, on] { tests::turn_host(at.world.platform, host, on); });
    };
    const auto note = [&at, &figures](const std::string& name) {
      figures[name] = at.store.compaction()->summary("message").bytes_per_s;
    };
    at.in(5, [turn] { turn(false); });
    at.in(6, [&at] { at.begin_measuring(); });
    at.in(10, [note] { note("off"); });
    at.in(11, [turn] { turn(true); });
    at.in(12, [&at] { at.begin_measuring(); });
    at.in(16, [note] { note("on"); });
    at.run_until(17);
  });
  CHECK(figure("bytes a second with one of eight off", 7 * 300e3, found.at("off"), 0.02 * machines * 300e3));
  CHECK(figure("bytes a second with all on again", 8 * 300e3, found.at("on"), 0.02 * machines * 300e3));
}
