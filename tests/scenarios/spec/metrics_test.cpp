#include "scenarios/spec/metrics.hpp"

#include <algorithm>
#include <catch2/catch.hpp>

using namespace chatsim::spec;

namespace {

bool has(const std::vector<MetricPath>& metrics, const std::string& path) {
  return std::find(metrics.begin(), metrics.end(), path) != metrics.end();
}

}  // namespace

TEST_CASE("Metrics are what run.json has, by the names that a scenario gives") {
  Scenario scenario;
  const auto metrics = metrics_of(scenario);
  CHECK(has(metrics, "messages.failed"));
  CHECK(has(metrics, "latency.send_to_ack.p99_ms"));
  CHECK(has(metrics, "tiers.message_store.utilisation"));
  CHECK(has(metrics, "tiers.gateway.loads.*.utilisation"));
  CHECK(has(metrics, "failures.*"));
  CHECK(has(metrics, "series.waiting.max"));
  CHECK_FALSE(has(metrics, "seed"));
  CHECK_FALSE(has(metrics, "wall_s"));
  CHECK_FALSE(has(metrics, "series.time_s.max"));
  CHECK_FALSE(has(metrics, "incidents.*.full_health_s"));
  CHECK_FALSE(has(metrics, "regions.each.region_0.acknowledged"));

  scenario.datacenter.regions = 2;
  scenario.faults.timetable.emplace_back();
  const auto more = metrics_of(scenario);
  CHECK(has(more, "regions.each.region_1.acknowledged"));
  CHECK(has(more, "incidents.*.full_health_s"));
  CHECK(has(more, "incidents.*.during.latency.send_to_deliver.p99_ms"));
}

TEST_CASE("A phase has less") {
  const auto metrics = metrics_of_a_phase();
  CHECK(has(metrics, "latency.send_to_ack.p99_ms"));
  CHECK(has(metrics, "failed_per_s"));
  CHECK(has(metrics, "series.waiting.max"));
  CHECK_FALSE(has(metrics, "latency.login.p99_ms"));
  CHECK_FALSE(has(metrics, "messages.failed"));
}

TEST_CASE("A name that only a run can tell is one part of a path or several") {
  CHECK(matches("messages.failed", "messages.failed"));
  CHECK_FALSE(matches("messages.failed", "messages"));
  CHECK_FALSE(matches("messages", "messages.failed"));
  CHECK(matches("incidents.*.drain_s", "incidents.incident_1.drain_s"));
  CHECK_FALSE(matches("incidents.*.drain_s", "incidents.incident_1.full_health_s"));
  CHECK(matches("failures.*", "failures.messaging.message_store.timeout"));
  CHECK_FALSE(matches("failures.*", "failures"));
  CHECK_FALSE(matches("failures.*", "failures."));
  CHECK(matches("promises.*.count", "promises.stale_reads.message.count"));
  CHECK_FALSE(matches("promises.*.count", "promises.count"));
}
