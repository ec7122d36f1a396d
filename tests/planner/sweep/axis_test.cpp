#include "planner/sweep/axis.hpp"

#include <catch2/catch.hpp>

using namespace chatsim;
using Values = std::vector<std::string>;

namespace {

Values values_of(const std::string& text) {
  std::string error;
  const auto axis = planner::parse_axis(text, {}, error);
  INFO(error);
  REQUIRE(axis);
  return axis->values;
}

std::string error_of(const std::string& text) {
  std::string error;
  CHECK_FALSE(planner::parse_axis(text, {}, error));
  return error;
}

}  // namespace

TEST_CASE("An axis is a list, a range, or a range in equal ratios") {
  CHECK(values_of("services.messaging.machines=4,8, 16") == Values{"4", "8", "16"});
  CHECK(values_of("population.load_factor=0.5..2:4") == Values{"0.5", "1", "1.5", "2"});
  CHECK(values_of("services.messaging.machines=4..64:5:log") == Values{"4", "8", "16", "32", "64"});
  CHECK(values_of("network.request_timeout=100ms..1000ms:2") == Values{"100ms", "1000ms"});
  CHECK(values_of("stores.message.write_time=exponential({5ms..20ms:4})") ==
        Values{"exponential(5ms)", "exponential(10ms)", "exponential(15ms)", "exponential(20ms)"});
  CHECK(values_of("stores.message.write_time=exponential(5ms),mixture(0.9 1ms, 0.1 9ms)") ==
        Values{"exponential(5ms)", "mixture(0.9 1ms, 0.1 9ms)"});
  CHECK(values_of("stores.message.consistency=quorum,leader") == Values{"quorum", "leader"});
  CHECK(values_of("services.messaging.machines=1..4:7") == Values{"1", "2", "3", "4"});
}

TEST_CASE("Between its ends an axis has a value everywhere") {
  std::string error;
  const auto range = *planner::parse_axis("population.load_factor=1..100:log", {}, error);
  CHECK(range.values.empty());
  CHECK(range.at(0) == "1");
  CHECK(range.at(0.5) == "10");
  const auto list = *planner::parse_axis("services.messaging.machines=4,8", {}, error);
  CHECK(list.at(0.49) == "4");
  CHECK(list.at(0.5) == "8");
  CHECK(list.at(0.999999) == "8");
}

TEST_CASE("A fault that the scenario has can be an axis") {
  spec::Scenario scenario;
  std::string error;
  CHECK_FALSE(planner::parse_axis("faults.timetable[0].lasts=1s,2s", scenario, error));
  scenario.faults.timetable.emplace_back();
  CHECK(planner::parse_axis("faults.timetable[0].lasts=1s,2s", scenario, error)->path == "faults.timetable[0].lasts");
  CHECK_FALSE(planner::parse_axis("faults.timetable[1].lasts=1s,2s", scenario, error));
}

TEST_CASE("What is no axis says why") {
  CHECK(error_of("population.load_factor") ==
        "'population.load_factor' is not of the form PATH=VALUE,VALUE or PATH=LOW..HIGH:STEPS");
  CHECK(error_of("population.load=1,2") == "'population.load' is no field of the scenario; 'chatsim explain' lists them");
  CHECK(error_of("population=1") == "'population' is no field of the scenario; 'chatsim explain' lists them");
  CHECK(error_of("network.request_timeout=1ms..1s:3") ==
        "network.request_timeout: 1ms..1s is no range: two numbers with the same unit, such as 0.5..2 or 5ms..20ms");
  CHECK(error_of("population.load_factor=1..2:some") ==
        "population.load_factor: 'some' says neither how many steps, 2 to 100000, nor log");
  CHECK(error_of("population.load_factor=0..2:3:log") == "population.load_factor: equal ratios begin and end above 0");
  CHECK(error_of("services.messaging.machines=4,none").starts_with("services.messaging.machines: 'none' is not a"));
  CHECK(error_of("services.messaging.machines=0..4:3") == "services.messaging.machines: 0 is too small, at least 1");
}
