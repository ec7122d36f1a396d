#include "planner/plan/not_modelled.hpp"

#include <catch2/catch.hpp>

#include "planner/plan/plan.hpp"
#include "tests/scenarios/load_scenario.hpp"

using namespace chatsim;
using namespace chatsim::planner;

namespace {

std::string paths(const spec::Scenario& scenario, Formulas by) {
  std::string found;
  for (const NotModelled& one : not_modelled(scenario, by)) found += one.path + " ";
  return found;
}

}  // namespace

TEST_CASE("formulas know all that the catalogue uses") {
  for (const char* path : {"scenarios/small.yaml", "scenarios/chat_2b.yaml"}) {
    CAPTURE(path);
    const spec::Scenario scenario = tests::load_scenario(path);
    CHECK(paths(scenario, Formulas::plan) == "");
    CHECK(paths(scenario, Formulas::estimate) == "");
  }
}

TEST_CASE("what only a simulation shows is named with its path, and so are figures that miss it") {
  spec::Scenario scenario = tests::load_scenario("scenarios/small.yaml");
  scenario.services.gateway.drain.gateways = spec::Probability{0.5};
  CHECK(paths(scenario, Formulas::plan) == "services.gateway.drain ");
  CHECK(paths(scenario, Formulas::estimate) == "services.gateway.drain ");
  scenario.population.daily_curve.amplitude = 0.5;
  CHECK(paths(scenario, Formulas::estimate) == "services.gateway.drain population.daily_curve ");
  scenario.faults.timetable.emplace_back();
  scenario.services.gateway.spare = 1;
  CHECK(paths(scenario, Formulas::plan) == "faults services.gateway.spare services.gateway.drain population.daily_curve ");
  scenario.faults = {};
  scenario.services.gateway.spare = 0;
  scenario.services.group.autoscaler.scaling = spec::Switch::on;
  scenario.stores.message.shedding = spec::Shedding::codel;
  CHECK(paths(scenario, Formulas::estimate) == "autoscaler resilience services.gateway.drain population.daily_curve ");
  scenario.services.group.autoscaler = {};
  scenario.stores.message.shedding = spec::Shedding::none;
  scenario.services.gateway.drain = {};
  scenario.population.daily_curve = {};
  scenario.services.profile.cache_per_machine = spec::Bytes{1};
  scenario.services.profile.time_to_live = spec::Seconds{1};
  CHECK(paths(scenario, Formulas::plan) == "services.profile.cache_per_machine services.profile.time_to_live ");
  CHECK(paths(scenario, Formulas::estimate) == "");
  const Plan found = plan(scenario);
  REQUIRE(found.not_modelled.size() == 2);
  CHECK(text_of(found.not_modelled[1]) ==
        "services.profile.time_to_live: cached profiles expire: they are read from profile_store again");
}
