#include "planner/gate/figures.hpp"

#include <catch2/catch.hpp>
#include <cmath>

using namespace chatsim;

namespace {

spec::BudgetTerms terms_of(const std::string& holds, const std::string& phase = "") {
  std::string error;
  const auto terms = spec::parse_budget({holds, phase, ""}, error);
  REQUIRE(terms);
  return *terms;
}

/// Six windows of a second, the first of them warm-up; two incidents, from 2 to 3 s and from 4 s on.
spec::Result with_incidents() {
  spec::Result result;
  result.simulated_s = 6;
  result.measured_s = 5;
  result.series.time_s = {1, 2, 3, 4, 5, 6};
  result.series.waiting = {900, 1, 50, 3, 80, 5};
  spec::TimeSeries::fields([&](const char*, auto member) { (result.series.*member).resize(6); });
  for (const auto& [name, began, ended, p99_ms] : {std::tuple("incident_1", 2.0, 3.0, 40.0), std::tuple("incident_2", 4.0, double(HUGE_VAL), 70.0)}) {
    spec::IncidentReport& incident = result.incidents.emplace_back();
    incident.name = name;
    incident.began_s = began;
    incident.ended_s = ended;
    incident.during.latency = {{.name = "send_to_ack", .count = 10, .p99 = spec::Seconds{p99_ms * 1e-3}}};
    incident.during.failed_per_s = p99_ms / 10;
  }
  return result;
}

}  // namespace

TEST_CASE("The windows of a series come to one figure, warm-up left out") {
  const planner::Figures figures(with_incidents());
  CHECK(figures.find(terms_of("series.waiting.max <= 1")).value == 80);
  CHECK(figures.find(terms_of("series.waiting.min <= 1")).value == 1);
  CHECK(figures.find(terms_of("series.waiting.mean <= 1")).value == Approx(139. / 5));
  CHECK(figures.find(terms_of("series.waiting.last <= 1")).value == 5);
}

TEST_CASE("A phase has figures of its own") {
  const planner::Figures figures(with_incidents());
  const auto value = [&](const char* holds, const char* phase) { return figures.find(terms_of(holds, phase)).value; };
  CHECK(value("latency.send_to_ack.p99 <= 50ms", "during incident_1") == Approx(40));
  CHECK(value("latency.send_to_ack.p99 <= 50ms", "during incident_2") == Approx(70));
  CHECK(value("series.waiting.max < 1", "before incident_1") == 1);
  CHECK(value("series.waiting.max < 1", "during incident_1") == 50);
  CHECK(value("series.waiting.max < 1", "after incident_1") == 3);
  CHECK(value("series.waiting.max < 1", "before incident_2") == 3);
  CHECK(std::isnan(value("latency.send_to_ack.p99 <= 50ms", "during incident_3")));
}

TEST_CASE("Of all incidents the worst counts") {
  const planner::Figures figures(with_incidents());
  const planner::Figure worst = figures.find(terms_of("failed_per_s <= 1", "during"));
  CHECK(worst.metric == "incidents.incident_2.during.failed_per_s");
  CHECK(worst.value == Approx(7));
  CHECK(figures.find(terms_of("failed_per_s > 1", "during")).value == Approx(4));
  CHECK(figures.find(terms_of("failed_per_s == 5", "during")).value == Approx(7));
}
