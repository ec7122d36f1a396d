#include "models/run/chat_service.hpp"
#include "planner/plan/plan.hpp"
#include "tests/models/figures.hpp"
#include "tests/models/run/result_of.hpp"
#include "tests/models/small_scenario.hpp"
#include "tests/sim/power.hpp"

using namespace chatsim;
using tests::figure;
using tests::Figures;

namespace {

spec::Scenario scenario_with_leaders(double rate) {
  spec::Scenario scenario = tests::one_rack(rate);
  scenario.stores.message.consistency = scenario.stores.conversation.consistency = spec::Consistency::leader;
  return scenario;
}

const spec::TierLoad& load(const spec::TierSummary& tier, const std::string& step) {
  const auto found = std::find_if(tier.loads.begin(), tier.loads.end(), [&](const auto& one) { return one.step == step; });
  if (found == tier.loads.end()) FAIL("no " << step << " at " << tier.name);
  return *found;
}

}  // namespace

TEST_CASE("the service on tables with leaders does what its plan says, the same for the same seed") {
  spec::Scenario scenario = scenario_with_leaders(1000);
  scenario.simulation.duration = spec::Seconds{31};
  const spec::Result found = tests::result_of(scenario);
  CHECK(found.invariants.conservation_residual == 0);
  CHECK(found.invariants.lost_acknowledged == 0);
  CHECK(found.invariants.stale_reads == 0);
  CHECK(found.messages.failed == 0);
  REQUIRE(found.leadership.size() == 2);
  for (const spec::LeadershipSummary& table : found.leadership) {
    CAPTURE(table.name);
    CHECK(table.ranges > 1000);
    CHECK(table.elections == 0);
    CHECK(table.refused_no_majority + table.refused_by_lease + table.refused_no_leader + table.forwarded == 0);
  }
  const planner::Plan planned = planner::plan(scenario);
  for (const char* name : {"message_store", "conversation_store"}) {
    const spec::TierSummary& simulated = tests::tier(found, name);
    const spec::TierSummary& expected = tests::tier(planned.result, name);
    CHECK(figure(std::string("utilisation of ") + name, expected.utilisation, simulated.utilisation,
                 0.02 * expected.utilisation));
    CHECK(figure(std::string("appends a second at ") + name, load(expected, "append").requests.value(),
                 load(simulated, "append").requests.value(), 0.02 * load(expected, "append").requests.value()));
  }
  const spec::TierSummary& messages = tests::tier(found, "message_store");
  CHECK(figure("followers a write, N - 1", 2,
               load(messages, "append").requests.value() / load(messages, "persist").requests.value(), 0.01));
  for (const char* name : {"send_to_ack", "send_to_deliver"}) {
    const double expected = tests::latency(planned.result, name).mean.value();
    CHECK(figure(std::string(name) + " in s, mean", expected, tests::latency(found, name).mean.value(), 0.03 * expected));
  }
  spec::Scenario quorum = scenario;
  quorum.stores.message.consistency = quorum.stores.conversation.consistency = spec::Consistency::quorum;
  std::printf("send_to_ack by leaders %.2f ms, by quorums of 2 of 3 %.2f ms (plan)\n",
              tests::latency(found, "send_to_ack").mean.value() * 1e3,
              tests::latency(planner::plan(quorum).result, "send_to_ack").mean.value() * 1e3);
  scenario.simulation.duration = spec::Seconds{2};
  const spec::Result one = tests::result_of(scenario), again = tests::result_of(scenario);
  CHECK(one.events == again.events);
  CHECK(tests::latency(one, "send_to_deliver").mean == tests::latency(again, "send_to_deliver").mean);
}

TEST_CASE("machines of tables with leaders die under the whole service: the books balance and leaders come home") {
  const Figures found = tests::figures_of([](Figures& figures) {
    spec::Scenario scenario = scenario_with_leaders(1000);
    scenario.network.request_timeout = spec::Seconds{0.3};
    auto* held = new spec::Scenario(scenario);
    auto* world = new sim::World(held->datacenter);
    auto* service = new models::ChatService(*world, *held);
    service->start();
    const auto die = [](sim::World* place, std::uint32_t number) -> sim::Task<void> {
      co_await sim::sleep(place->scheduler, sim::Duration{(1000 + 700 * number) * 1'000'000LL});
      // 20 gateways come first, then 8 message stores and 8 conversation stores.
      const sim::HostIndex host = (*place).fleet[22 + 4 * number].host;
      place->plane.at_simgrid([place, host] { tests::turn_host(place->platform, host, false); });
      co_await sim::sleep(place->scheduler, sim::Duration{1'500'000'000});
      place->plane.at_simgrid([place, host] { tests::turn_host(place->platform, host, true); });
    };
    for (std::uint32_t number = 0; number < 3; ++number) sim::spawn(sim::no_machine, die(world, number));
    world->plane.run_until(sim::to_time(spec::Seconds{8}));
    const spec::Result result = service->report();
    figures["residual"] = static_cast<double>(result.invariants.conservation_residual);
    figures["lost"] = static_cast<double>(result.invariants.lost_acknowledged);
    figures["stale"] = static_cast<double>(result.invariants.stale_reads);
    figures["acknowledged"] = static_cast<double>(result.messages.acknowledged);
    figures["failed"] = static_cast<double>(result.messages.failed);
    for (const spec::LeadershipSummary& table : result.leadership) {
      figures["elections"] += static_cast<double>(table.elections);
      figures["elsewhere"] += static_cast<double>(table.ranges_elsewhere);
      figures["overlaps"] += static_cast<double>(table.overlaps);
      figures["caught_up"] += static_cast<double>(table.caught_up_rows);
    }
  });
  CHECK(found.at("residual") == 0);
  CHECK(found.at("lost") == 0);
  CHECK(found.at("stale") == 0);
  CHECK(found.at("overlaps") == 0);
  CHECK(found.at("elections") > 100);
  CHECK(found.at("caught_up") > 100);
  CHECK(found.at("elsewhere") == 0);
  CHECK(found.at("acknowledged") > 0.7 * 8000);
  std::printf("%g acknowledged, %g failed; %g elections, %g rows caught up\n", found.at("acknowledged"),
              found.at("failed"), found.at("elections"), found.at("caught_up"));
}
