#include "planner/gate/stored_experiment.hpp"

#include <catch2/catch.hpp>

using namespace chatsim;
using Json = nlohmann::ordered_json;

TEST_CASE("What is stored is read again") {
  planner::StoredExperiment stored{"small", "0.1.0", {{"seed", 1}}, {}};
  stored.runs = {{1, {{"messages.failed", 0.0}, {"tiers.profile.utilisation", 0.25}}}, {7, {{"messages.failed", 2.0}}}};
  std::string error;
  const auto again = planner::read_stored(to_json(stored), error);
  REQUIRE(again);
  CHECK(again->name == "small");
  CHECK(again->runs.size() == 2);
  CHECK(again->runs[1].seed == 7);
  CHECK(again->values("messages.failed") == std::vector<double>{0, 2});
  CHECK(again->values("tiers.profile.utilisation") == std::vector<double>{0.25});
  CHECK(to_json(*again) == to_json(stored));
}

TEST_CASE("What is no result says why") {
  struct Case {
    const char* text;
    const char* error;
  };
  const Case cases[] = {
      {"[]", "is no result: not an object"},
      {"{}", "is no result: it has no scenario and version"},
      {R"({"scenario": "a", "version": "1"})", "is no result: it has no resolved_scenario"},
      {R"({"scenario": "a", "version": "1", "resolved_scenario": {}})",
       "has no replications: it was written by something else than 'run' or 'check'"},
      {R"({"scenario": "a", "version": "1", "resolved_scenario": {}, "replications": [{"seed": -1}]})",
       "has replications without a seed or numbers"},
      {R"({"scenario": "a", "version": "1", "resolved_scenario": {}, "replications": [{"seed": 1, "failure": "x"}]})",
       "has no replication with numbers"},
  };
  for (const Case& one : cases) {
    std::string error;
    CHECK_FALSE(planner::read_stored(Json::parse(one.text), error));
    CHECK(error == one.error);
  }
}

TEST_CASE("Inputs that differ are told by their paths") {
  const Json before{{"seed", 1}, {"services", {{"gateway", {{"machines", 40}}}}}, {"list", Json::array({{{"at", "2s"}}})}};
  Json after = before;
  after["services"]["gateway"]["machines"] = 50;
  after["list"].push_back({{"at", "3s"}});
  after.erase("seed");
  const auto changes = planner::input_changes(before, after);
  REQUIRE(changes.size() == 3);
  CHECK(changes[0].path == "services.gateway.machines");
  CHECK(changes[0].before == "40");
  CHECK(changes[0].after == "50");
  CHECK(changes[1].path == "list[1].at");
  CHECK(changes[1].before.empty());
  CHECK(changes[2].path == "seed");
  CHECK(changes[2].after.empty());
  CHECK(planner::input_changes(after, after).empty());
}
