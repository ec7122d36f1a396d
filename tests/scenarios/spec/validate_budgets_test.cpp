#include "scenarios/spec/validate_budgets.hpp"

#include <catch2/catch.hpp>

using namespace chatsim::spec;

namespace {

/// All issues of a scenario with one budget, a line each.
std::string issues(const std::string& holds, const std::string& phase = "", bool with_faults = true) {
  Scenario scenario;
  if (with_faults) scenario.faults.timetable.emplace_back();
  scenario.budgets.push_back({holds, phase, ""});
  std::vector<Issue> found;
  check_budgets(scenario, found);
  std::string lines;
  for (const Issue& issue : found) lines += issue.path + ": " + issue.message + "\n";
  return lines;
}

}  // namespace

TEST_CASE("A budget may be about any figure of a run") {
  for (const char* holds :
       {"latency.send_to_deliver.p99 <= 250ms", "latency.send_to_deliver.p99_ms <= 250", "messages.failed == 0",
        "incidents.incident_1.full_health <= 20s", "incidents.incident_1.during.send_to_ack_p99_ms < 60",
        "failures.messaging.message_store.timeout == 0", "series.waiting.max < 100", "storage.message.kept_bytes < 2TB",
        "promises.stale_reads.message.count == 0"}) {
    INFO(holds);
    CHECK(issues(holds) == "");
  }
  CHECK(issues("latency.send_to_deliver.p99 <= 250ms", "during incident_1") == "");
  CHECK(issues("series.waiting.max < 100", "during") == "");
}

TEST_CASE("One about another figure says what may have been meant") {
  CHECK(issues("latency.send_to_deliver.p95 <= 250ms") ==
        "budgets[0].holds: 'latency.send_to_deliver.p95' is no figure of a run; did you mean "
        "'latency.send_to_deliver.p90' or 'latency.send_to_deliver.p99'?\n");
  CHECK(issues("latencies.send_to_ack.p99 <= 250ms") ==
        "budgets[0].holds: 'latencies.send_to_ack.p99' is no figure of a run; did you mean 'latency.send_to_ack.p99'?\n");
  CHECK(issues("tiers.mesaging.utilisation < 0.8") ==
        "budgets[0].holds: 'tiers.mesaging.utilisation' is no figure of a run; did you mean "
        "'tiers.messaging.utilisation'?\n");
  CHECK(issues("incidents.incident_1.ful_heath <= 20s") ==
        "budgets[0].holds: 'incidents.incident_1.ful_heath' is no figure of a run; did you mean "
        "'incidents.incident_1.full_health'?\n");
  CHECK(issues("messages.success_rate_of_all_of_them > 0.99") ==
        "budgets[0].holds: 'messages.success_rate_of_all_of_them' is no figure of a run; after 'messages' there are "
        "offered, acknowledged, failed, in_flight\n");
  CHECK(issues("latency.login.p99 <= 250ms", "during incident_1") ==
        "budgets[0].holds: 'latency.login.p99' is no figure of a phase; after 'latency' there are send_to_ack, "
        "send_to_deliver\n");
}

TEST_CASE("A phase is before, during or after an incident") {
  CHECK(issues("failed_per_s < 1", "while incident_1") ==
        "budgets[0].phase: 'while incident_1' is no phase; such as 'during incident_1', 'after incident_1', or 'during' for "
        "the worst of all\n");
  CHECK(issues("failed_per_s < 1", "during", false) ==
        "budgets[0].phase: there is no incident, for the scenario has no faults\n");
  CHECK(issues("incidents.incident_1.drain < 1s", "", false) ==
        "budgets[0].holds: there is no incident, for the scenario has no faults\n");
}
