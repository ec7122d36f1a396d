#include "planner/estimate/growth.hpp"

#include <catch2/catch.hpp>
#include <cstdio>

#include "scenarios/spec/workload.hpp"
#include "tests/scenarios/load_scenario.hpp"

using namespace chatsim;
using namespace chatsim::planner;
using namespace chatsim::spec::literals;

namespace {

const TableGrowth& table(const Growth& growth, const std::string& name) {
  for (const TableGrowth& each : growth.tables) {
    if (each.table == name) return each;
  }
  throw std::out_of_range(name);
}

bool figure(const char* derivation, double expected, double actual) {
  const bool near = std::abs(actual - expected) <= 1e-6 * std::abs(expected);
  std::printf("%s: expected %.9g, actual %.9g, tolerance 1e-6%s\n", derivation, expected, actual,
              near ? "" : "  <-- OFF");
  return near;
}

}  // namespace

TEST_CASE("Bytes a day and by year of the full system") {
  const spec::Scenario scenario;
  const Growth found = growth(scenario);
  REQUIRE(found.tables.size() == 5);
  CHECK(found.years == 5);
  const TableGrowth& message = table(found, "message");
  CHECK(figure("messages a day: 1e11 x 766 B", 7.66e13, message.per_day.value()));
  CHECK(figure("on three replicas", 3 * 7.66e13, message.per_day_replicated.value()));
  CHECK(figure("after a year: 365.25 x 1e11 x 766 B x 3", 365.25 * 3 * 7.66e13,
               message.by_year_replicated[0].value()));
  CHECK(figure("after five, of which all are kept but the last quarter of a day", 1826 * 7.66e13,
               message.by_year[4].value()));
  CHECK(figure("conversation rows a day: 3.1e11 x 44 B", 3.1e11 * 44,
               table(found, "conversation").per_day.value()));
  // Attachments are dropped after 30 days, long before the year ends.
  const TableGrowth& blob = table(found, "blob");
  CHECK(blob.by_year[0] == blob.by_year[4]);
  CHECK(figure("groups created a day: 2e8 / 20 x 13 members x 24 B", 1e7 * 13 * 24,
               table(found, "group").per_day.value()));
  CHECK(figure("profiles after two years: (2e9 + 2e7 / 20 x 730.5) x 164 B", (2e9 + 1e6 * 730.5) * 164,
               table(found, "profile").by_year[1].value()));
}

TEST_CASE("What is kept in the end is what the workload keeps") {
  const spec::Scenario scenario = tests::load_scenario("scenarios/chat_2b_as_published.yaml");
  const Growth found = growth(scenario);
  const spec::StorageWorkload workload = spec::storage_workload(scenario);
  CHECK(table(found, "message").kept_replicated.value() == Approx(workload.message.kept_replicated.value()));
  CHECK(table(found, "conversation").kept_replicated.value() ==
        Approx(workload.conversation.kept_replicated.value()));
  CHECK(table(found, "blob").kept_replicated.value() == Approx(workload.blob.kept_replicated.value()));
}

TEST_CASE("Disks fill when what came is as much as they hold, or never") {
  spec::Scenario scenario;
  scenario.stores.message.machines = 100;
  scenario.stores.message.disks = 1;
  scenario.stores.message.disk_capacity = 100_TB;
  const TableGrowth& message = table(growth(scenario), "message");
  REQUIRE(message.full_after);
  CHECK(figure("100 x 100 TB / (1e11 x 766 B x 3 a day) in s", 1e16 / (3 * 7.66e13) * 86400,
               message.full_after->value()));
  CHECK(message.machines_needed == std::ceil(1826 * 7.66e13 * 3 / 1e14));
  scenario.population.retention = 40_d;  // 9.2 PB at most
  CHECK_FALSE(table(growth(scenario), "message").full_after);
  scenario.stores.profile.disk_capacity = 1_GB;
  scenario.stores.profile.machines = 3;
  CHECK(table(growth(scenario), "profile").full_after == 0_s);
  scenario.stores.profile.disk_capacity = 100_TB;
  scenario.population.profile_changes_per_day = 0;
  CHECK_FALSE(table(growth(scenario), "profile").full_after);
}

TEST_CASE("The document's picture machines are full within two days") {
  const Growth found = growth(tests::load_scenario("scenarios/chat_2b_as_published.yaml"));
  const TableGrowth& blob = table(found, "blob");
  REQUIRE(blob.full_after);
  CHECK(figure("300 PB / (1e10 x 0.95 x 6.4 MB x 3 a day) in s", 3e17 / (0.95e10 * 6.4e6 * 3) * 86400,
               blob.full_after->value()));
  CHECK(blob.machines_needed > 800'000);
}
