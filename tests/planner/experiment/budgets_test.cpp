#include "planner/experiment/budgets.hpp"

#include <catch2/catch.hpp>
#include <cmath>

using namespace chatsim;
using Status = planner::BudgetVerdict::Status;

namespace {

planner::BudgetVerdict judge(const std::string& holds, const spec::Result& result) {
  return planner::judge_budgets({{holds, "why"}}, result).front();
}

spec::Result some_result() {
  spec::Result result;
  result.messages.offered = 1000;
  result.messages.failed = 3;
  result.latency.push_back({.name = "send_to_ack", .count = 997, .p99 = spec::Seconds{0.2}});
  result.incidents.push_back({.name = "incident_1"});
  result.incidents[0].drain_s = 4;
  return result;
}

}  // namespace

TEST_CASE("A budget is met, missed, or has no data") {
  const spec::Result result = some_result();
  struct Case {
    const char* holds;
    Status status;
    const char* metric;
    double value, limit;
  };
  const Case cases[] = {
      {"latency.send_to_ack.p99_ms <= 250", Status::met, "latency.send_to_ack.p99_ms", 200, 250},
      {"latency.send_to_ack.p99 <= 250ms", Status::met, "latency.send_to_ack.p99_ms", 200, 250},
      {"latency.send_to_ack.p99 <= 0.1s", Status::missed, "latency.send_to_ack.p99_ms", 200, 100},
      {"messages.failed == 3", Status::met, "messages.failed", 3, 3},
      {"messages.failed < 3", Status::missed, "messages.failed", 3, 3},
      {"messages.offered > 999", Status::met, "messages.offered", 1000, 999},
      {"incidents.incident_1.drain <= 5s", Status::met, "incidents.incident_1.drain_s", 4, 5},
      {"incidents.incident_1.drain >= 4500ms", Status::missed, "incidents.incident_1.drain_s", 4, 4.5},
  };
  for (const Case& one : cases) {
    INFO(one.holds);
    const planner::BudgetVerdict verdict = judge(one.holds, result);
    CHECK(verdict.status == one.status);
    CHECK(verdict.metric == one.metric);
    CHECK(verdict.value == Approx(one.value));
    CHECK(verdict.limit == Approx(one.limit));
    CHECK(verdict.because == "why");
  }
  CHECK(judge("latency.nothing.p99 <= 1ms", result).status == Status::no_data);
  CHECK(std::isnan(judge("latency.nothing.p99 <= 1ms", result).value));
}

TEST_CASE("What never came to pass misses what has to be soon") {
  const planner::BudgetVerdict verdict = judge("incidents.incident_1.full_health <= 10s", some_result());
  CHECK(verdict.status == Status::missed);
  CHECK(std::isinf(verdict.value));
  CHECK(judge("incidents.incident_1.full_health > 10s", some_result()).status == Status::met);
}

TEST_CASE("What is no budget says why") {
  std::string error;
  CHECK_FALSE(spec::parse_budget("latency is low", error));
  CHECK(error == "'latency is low' is not of the form 'latency.send_to_ack.p99 <= 250ms'; the relations are <, <=, ==, >=, >");
  CHECK_FALSE(spec::parse_budget("messages.failed <= few", error));
  CHECK(error == "'few' is no limit: a number, a percentage, a time or a size");
}
