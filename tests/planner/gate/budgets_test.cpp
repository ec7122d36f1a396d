#include "planner/gate/budgets.hpp"

#include <catch2/catch.hpp>
#include <cmath>

using namespace chatsim;
using planner::Standing;

namespace {

planner::BudgetVerdict judge(const std::string& holds, const spec::Result& result) {
  const spec::Result* const one[] = {&result};
  return planner::judge_budgets({{holds, "", "why"}}, one).front();
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
    Standing standing;
    const char* metric;
    double value, limit;
  };
  const Case cases[] = {
      {"latency.send_to_ack.p99_ms <= 250", Standing::met, "latency.send_to_ack.p99_ms", 200, 250},
      {"latency.send_to_ack.p99 <= 250ms", Standing::met, "latency.send_to_ack.p99_ms", 200, 250},
      {"latency.send_to_ack.p99 <= 0.1s", Standing::missed, "latency.send_to_ack.p99_ms", 200, 100},
      {"messages.failed == 3", Standing::met, "messages.failed", 3, 3},
      {"messages.failed < 3", Standing::missed, "messages.failed", 3, 3},
      {"messages.offered > 999", Standing::met, "messages.offered", 1000, 999},
      {"incidents.incident_1.drain <= 5s", Standing::met, "incidents.incident_1.drain_s", 4, 5},
      {"incidents.incident_1.drain >= 4500ms", Standing::missed, "incidents.incident_1.drain_s", 4, 4.5},
  };
  for (const Case& one : cases) {
    INFO(one.holds);
    const planner::BudgetVerdict verdict = judge(one.holds, result);
    CHECK(verdict.standing == one.standing);
    CHECK(verdict.metric == one.metric);
    CHECK(verdict.value == Approx(one.value));
    CHECK(verdict.limit == Approx(one.limit));
    CHECK(verdict.because == "why");
  }
  CHECK(judge("latency.nothing.p99 <= 1ms", result).standing == Standing::no_data);
  CHECK(std::isnan(judge("latency.nothing.p99 <= 1ms", result).value));
}

TEST_CASE("What never came to pass misses what has to be soon") {
  const planner::BudgetVerdict verdict = judge("incidents.incident_1.full_health <= 10s", some_result());
  CHECK(verdict.standing == Standing::missed);
  CHECK(std::isinf(verdict.value));
  CHECK(judge("incidents.incident_1.full_health > 10s", some_result()).standing == Standing::met);
}

TEST_CASE("What is no budget says why") {
  std::string error;
  CHECK_FALSE(spec::parse_budget({"latency is low", "", ""}, error));
  CHECK(error == "'latency is low' is not of the form 'latency.send_to_ack.p99 <= 250ms'; the relations are <, <=, ==, >=, >");
  CHECK_FALSE(spec::parse_budget({"messages.failed <= few", "", ""}, error));
  CHECK(error == "'few' is no limit: a number, a percentage, a time or a size");
}

namespace {

planner::BudgetVerdict judge_runs(const std::string& holds, const std::vector<double>& failed) {
  std::vector<spec::Result> runs;
  for (const double count : failed) runs.emplace_back().messages.failed = static_cast<std::uint64_t>(count);
  std::vector<const spec::Result*> all;
  for (const spec::Result& run : runs) all.push_back(&run);
  return planner::judge_budgets({{holds, "", ""}}, all).front();
}

}  // namespace

TEST_CASE("Of several runs the interval decides") {
  const planner::BudgetVerdict met = judge_runs("messages.failed <= 20", {8, 10, 12});
  CHECK(met.standing == Standing::met);
  CHECK(met.value == 10);
  CHECK(met.interval->half_width == Approx(4.968).epsilon(1e-3));
  CHECK(met.margin() == Approx(0.5));
  CHECK(judge_runs("messages.failed <= 12", {8, 10, 12}).standing == Standing::inconclusive);
  CHECK(judge_runs("messages.failed <= 4", {8, 10, 12}).standing == Standing::missed);
  CHECK(judge_runs("messages.failed > 4", {8, 10, 12}).standing == Standing::met);
  CHECK(judge_runs("messages.failed > 4", {8, 10, 12}).margin() == Approx(1.5));
  CHECK(judge_runs("messages.failed <= 0", {0, 0, 0}).standing == Standing::met);
}

TEST_CASE("What is to be equal is so in every run") {
  CHECK(judge_runs("messages.failed == 0", {0, 0, 0}).standing == Standing::met);
  const planner::BudgetVerdict missed = judge_runs("messages.failed == 0", {0, 0, 3});
  CHECK(missed.standing == Standing::missed);
  CHECK(missed.value == 3);
  CHECK(std::isnan(missed.margin()));
}
