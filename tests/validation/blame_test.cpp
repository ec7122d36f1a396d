#include <array>
#include <string>

#include "models/run/replications.hpp"
#include "planner/blame/blame.hpp"
#include "planner/blame/check.hpp"
#include "planner/blame/faster.hpp"
#include "tests/figure.hpp"
#include "tests/scenarios/load_scenario.hpp"

// What a hop that is a fifth faster gives, calculated from messages that were followed, against the scenario with that hop
// faster, simulated on the same seeds: the calculated gain lies in the 95 % interval of the simulated one. More hops, seeds
// and load: tests/evidence/08_3_blame.

using namespace chatsim;

namespace {

constexpr std::array<std::uint64_t, 4> seeds{1, 2, 3, 4};

std::vector<planner::Replication> replications_of(const spec::Scenario& scenario) {
  std::vector<planner::Replication> replications(seeds.size());
  const auto failure = models::run_replications(
      scenario, seeds, 2,
      {.take =
           [&](std::size_t index, std::variant<spec::Result, models::RunFailure> outcome) {
             replications[index].seed = seeds[index];
             replications[index].result = std::get<spec::Result>(std::move(outcome));
             planner::tell_blame(*replications[index].result);
           },
       .enough = [] { return false; },
       .progress = [](const models::ReplicationsProgress&) {}});
  REQUIRE_FALSE(failure);
  return replications;
}

}  // namespace

TEST_CASE("the gain of a faster hop is calculated as it is simulated") {
  spec::Scenario scenario = tests::load_scenario("scenarios/small.yaml");
  scenario.simulation.duration = spec::Seconds{9};
  scenario.simulation.traces = 1'000'000;
  const auto as_it_is = replications_of(scenario);
  for (const char* name : {"service of conversation_store (write)", "service of profile", "wire"}) {
    const auto faster = planner::faster(scenario, *planner::find_hop(name), 0.2);
    REQUIRE(faster);
    for (const planner::CheckedGain& gain : planner::check_gains(as_it_is, replications_of(faster->scenario), name)) {
      // The tail of the tail is ten messages a seed; and what is no part of a way has no gain there.
      if (gain.quantile == "p999" || gain.calculated.mean == 0) continue;
      const std::string what = std::string(name) + ", " + gain.latency + " " + gain.quantile + ", in ms";
      CHECK(tests::figure(what, gain.simulated.mean, gain.calculated.mean, gain.simulated.half_width + 1e-9));
    }
  }
}
