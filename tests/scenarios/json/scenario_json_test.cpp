#include "scenarios/json/scenario_json.hpp"

#include <unistd.h>

#include <catch2/catch.hpp>
#include <cstdio>
#include <fstream>
#include <nlohmann/json.hpp>

#include "scenarios/loader/load.hpp"

using namespace chatsim;
using Json = nlohmann::ordered_json;

TEST_CASE("a scenario is written in the input language") {
  const Json document = json::to_json(spec::Scenario{});
  CHECK(document["services"]["gateway"]["machines"] == 40'000);
  CHECK(document["services"]["gateway"]["service_time"] == "exponential(1ms)");
  CHECK(document["datacenter"]["host_link"]["bandwidth"].is_string());
  CHECK(document["population"]["users"] == 2e9);
  CHECK(document["population"]["group_size"] == "lognormal(mean=13, sigma=1)");
  CHECK(document["simulation"]["window"] == "100ms");
  CHECK(document.begin().key() == "name");
}

TEST_CASE("the loader reads the JSON of a scenario back as the same scenario") {
  spec::Scenario scenario;
  scenario.name = "123: \"odd\" # name";
  scenario.description = "two\nlines";
  scenario.seed = 18'446'744'073'709'551'615ull;
  scenario.services.gateway.machines = 7;
  scenario.services.profile.service_time = spec::Distribution::lognormal(spec::Seconds{0.1 / 3}, 0.7);
  scenario.population.load_factor = 1.0 / 3;

  const std::string path =
      (std::string(P_tmpdir) + "/chatsim_scenario_json_test_") + std::to_string(::getpid()) + ".json";
  const std::string text = json::to_json(scenario).dump(2);
  std::ofstream(path) << text;
  const auto outcome = loader::load({.path = path, .sets = {}, .seed = {}});
  std::remove(path.c_str());
  for (const auto& issue : outcome.issues) WARN(issue.path << ": " << issue.message);
  REQUIRE(outcome.scenario.has_value());
  CHECK(json::to_json(*outcome.scenario).dump(2) == text);
  CHECK(outcome.scenario->services.profile.service_time == scenario.services.profile.service_time);
}
