#include "scenarios/spec/status_index.hpp"

#include "scenarios/spec/workload.hpp"
#include "tests/figure.hpp"
#include "tests/models/run/result_of.hpp"
#include "tests/models/small_scenario.hpp"

using namespace chatsim;
using tests::figure;

namespace {

spec::Scenario with_logins() {
  spec::Scenario scenario = tests::one_rack_of_constant_times(200);
  scenario.simulation = {.duration = spec::Seconds{12}, .warmup = spec::Seconds{2}};
  scenario.population.sessions.length = spec::Distribution::constant(spec::Seconds{60});
  scenario.population.retention = spec::Seconds{10 * 86'400.0};
  return scenario;
}

double work_of(const spec::Result& result, const std::string& step) {
  for (const spec::TierLoad& load : tests::tier(result, "conversation_store").loads) {
    if (load.step == step) return load.utilisation / load.requests.value();
  }
  FAIL("nobody does " << step);
  return 0;
}

}  // namespace

TEST_CASE("without the index on status a login scans all conversations that are kept of the user") {
  spec::Scenario scenario = with_logins();
  const spec::Result indexed = tests::result_of(scenario);
  scenario.stores.status_index.lookup = spec::MailboxLookup::scan;
  const spec::Result scanned = tests::result_of(scenario);

  const double rows = 200 * spec::conversation_rows_per_message(scenario.population) * 864'000 / 20'000;
  const double scan_ms = rows * 1e-3;
  std::printf("%.0f conversations of a user are kept, 1 us each\n", rows);
  CHECK(figure("a scan in ms", scan_ms, 1e3 * spec::mailbox_scan(scenario).value(), 1e-9));
  const double with_ms = 1e3 * tests::latency(indexed, "login").mean.value();
  const double without_ms = 1e3 * tests::latency(scanned, "login").mean.value();
  CHECK(figure("mean login in ms: with the index, and the scan", with_ms + scan_ms, without_ms, 0.02 * without_ms));
  std::printf("p99 of a login: %.1f ms with the index, %.1f ms without\n",
              1e3 * tests::latency(indexed, "login").p99.value(), 1e3 * tests::latency(scanned, "login").p99.value());
  CHECK(tests::latency(scanned, "login").p99.value() > tests::latency(indexed, "login").p99.value() + 0.9e-3 * scan_ms);
  CHECK(figure("thread time of a look-up, over that with the index: (10 ms + scan) / 10 ms", (10 + scan_ms) / 10,
               work_of(scanned, "mailbox") / work_of(indexed, "mailbox"), 0.01 * scan_ms));
}

TEST_CASE("entries of the index take their part of the time of writing, and their bytes on disk") {
  spec::Scenario scenario = with_logins();
  const spec::Result plain = tests::result_of(scenario);
  scenario.stores.status_index.write_share = 0.5;
  scenario.stores.status_index.entry = spec::Bytes{22};
  const spec::Result charged = tests::result_of(scenario);
  for (const char* step : {"conversation", "mark_delivered"}) {
    CHECK(figure(std::string("time of ") + step + " over that without", 1.5, work_of(charged, step) / work_of(plain, step), 1e-3));
  }
  CHECK(figure("time of a look-up, which stays", 1, work_of(charged, "mailbox") / work_of(plain, "mailbox"), 1e-3));
  CHECK(figure("fill of its disks: 66 B over 44 B", 1.5, charged.disk_fill[1].fill_mean / plain.disk_fill[1].fill_mean, 1e-9));
  CHECK(figure("of messages' disks: as before", 1, charged.disk_fill[0].fill_mean / plain.disk_fill[0].fill_mean, 1e-9));
  // What phases of compaction are reckoned from, and plans: rows written by formula beside those of the run.
  const spec::StorageWorkload workload = spec::storage_workload(scenario);
  const spec::TableWorkload tables[] = {workload.message, workload.conversation, workload.group, workload.profile};
  // (Rows of groups change less than once in these seconds.)
  for (const std::size_t i : {0, 1, 3}) {
    const double formula = 200 * (tables[i].inserts_per_message + tables[i].updates_per_message);
    CHECK(figure("rows of " + plain.storage[i].name + " written a second, by formula", formula, plain.storage[i].rows_per_s,
                 0.1 * formula));
  }
}
