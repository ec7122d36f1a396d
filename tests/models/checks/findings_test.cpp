#include "models/checks/findings.hpp"

#include <algorithm>
#include <catch2/catch.hpp>

using namespace chatsim;
using namespace chatsim::models;

namespace {

Findings clean() {
  Findings findings;
  findings.tables = {{.name = "message", .guarantees = {}, .rows_read = 2000},
                     {.name = "conversation", .guarantees = {.read_quorum = 1, .write_quorum = 1}, .rows_read = 1000}};
  findings.shown = findings.due = 500;
  findings.little_law_errors = {0, 1e-9};
  return findings;
}

spec::PromiseReport found(const Findings& findings, const std::string& name) {
  const std::vector<spec::PromiseReport> all = judge(spec::Scenario{}, findings);
  const auto one = std::find_if(all.begin(), all.end(), [&](const auto& report) { return report.name == name; });
  if (one == all.end()) FAIL("there is no " << name);
  return *one;
}

}  // namespace

TEST_CASE("where nothing happened all is kept, promised or not") {
  const std::vector<spec::PromiseReport> all = judge(spec::Scenario{}, clean());
  CHECK(all.size() == 2 * 3 + 5);
  for (const spec::PromiseReport& report : all) {
    CAPTURE(report.name);
    CHECK(report.kept);
    CHECK(report.count == 0);
    CHECK_FALSE(report.broken());
    CHECK_FALSE(report.what.empty());
    CHECK_FALSE(report.reason.empty());
  }
}

TEST_CASE("each oracle can fail; broken is what was promised, the rest is counted") {
  struct Case {
    const char* name;
    void (*spoil)(Findings&);
    bool promised;
    std::uint64_t count, of;
  };
  const Case cases[] = {
      {"lost_acknowledged.message", [](Findings& f) { f.tables[0].lost_writes = 2; }, true, 2, 0},
      {"lost_acknowledged.conversation", [](Findings& f) { f.tables[1].lost_writes = 3; }, false, 3, 0},
      {"stale_reads.message", [](Findings& f) { f.tables[0].stale_reads = 4; }, true, 4, 2000},
      {"stale_reads.conversation", [](Findings& f) { f.tables[1].stale_reads = 5; }, false, 5, 1000},
      {"divergent_rows.message", [](Findings& f) { f.tables[0].divergent_rows = 6; }, false, 6, 0},
      {"divergent_rows.conversation",
       [](Findings& f) {
         f.tables[1].guarantees.repaired_within = spec::Seconds{1};
         f.tables[1].divergent_rows = 7;
       },
       true, 7, 0},
      {"duplicates", [](Findings& f) { f.duplicates = 8; }, true, 8, 500},
      {"out_of_order", [](Findings& f) { f.out_of_order = 9; }, false, 9, 500},
      {"lost_deliveries", [](Findings& f) { f.lost_deliveries = 10; }, false, 10, 500},
      {"conservation_residual", [](Findings& f) { f.conservation_residual = -11; }, true, 11, 0},
      {"little_law_error", [](Findings& f) { f.little_law_errors[1] = 1e-5; }, true, 1, 2},
  };
  for (const Case& one : cases) {
    CAPTURE(one.name);
    Findings findings = clean();
    one.spoil(findings);
    const spec::PromiseReport report = found(findings, one.name);
    CHECK(report.promised == one.promised);
    CHECK_FALSE(report.kept);
    CHECK(report.broken() == one.promised);
    CHECK(report.count == one.count);
    CHECK(report.of == one.of);
    const std::vector<spec::PromiseReport> all = judge(spec::Scenario{}, findings);
    CHECK(std::count_if(all.begin(), all.end(), [](const auto& other) { return !other.kept; }) == 1);
  }
}

TEST_CASE("a loss of data that is more than a promise is made for takes it back") {
  Findings findings = clean();
  findings.tables[0].lost_writes = findings.tables[0].stale_reads = 1;
  findings.tables[0].data_losses = 1;
  CHECK(found(findings, "lost_acknowledged.message").broken());
  CHECK_FALSE(found(findings, "stale_reads.message").promised);
  findings.tables[0].data_losses = 2;
  CHECK_FALSE(found(findings, "lost_acknowledged.message").promised);
}

TEST_CASE("how stale the worst read was, by time and by version, where it is known") {
  Findings findings = clean();
  CHECK(found(findings, "stale_reads.conversation").extent.empty());
  findings.tables[1].stale_by = spec::Seconds{14e-3};
  CHECK(found(findings, "stale_reads.conversation").extent == "up to 14 ms old");
  findings.tables[1].stale_by_versions = 3;
  CHECK(found(findings, "stale_reads.conversation").extent == "up to 14 ms old and 3 versions behind");
  findings.tables[1].stale_by = {};
  findings.tables[1].stale_by_versions = 1;
  CHECK(found(findings, "stale_reads.conversation").extent == "up to 1 version behind");
}

TEST_CASE("order is promised of a run whose scenario changed if it was before and after the change") {
  spec::Scenario scenario;
  const auto promised = [&](std::optional<Promise> before) {
    Findings findings = clean();
    findings.in_order_before = std::move(before);
    for (const spec::PromiseReport& report : judge(scenario, findings)) {
      if (report.name == "out_of_order") return report.promised;
    }
    FAIL("there is no out_of_order");
    return false;
  };
  CHECK_FALSE(promised(Promise{true, "before"}));
  scenario.population.sessions.send_retries = 0;
  scenario.network.request_timeout = spec::Seconds{50e-3};
  CHECK(promised(std::nullopt));
  CHECK(promised(Promise{true, "before"}));
  CHECK_FALSE(promised(Promise{false, "before"}));
}
