#include "planner/blame/faster.hpp"

#include <catch2/catch.hpp>

using namespace chatsim;
using planner::Hop;
using spec::Distribution;
using Use = spec::WayPart::Use;

namespace {

planner::Faster faster(const Hop& hop) {
  auto result = planner::faster(spec::Scenario{}, hop, 0.2);
  REQUIRE(result);
  return *std::move(result);
}

}  // namespace

TEST_CASE("a scenario in which one hop is faster says what it changed") {
  const auto messaging = faster({Hop::Kind::service, "messaging", Use::service});
  CHECK(messaging.change == "services.messaging.service_time x 0.8");
  CHECK(messaging.scenario.services.messaging.service_time == Distribution::exponential(0.8 * 1e-3));
  const auto writes = faster({Hop::Kind::service, "conversation_store", Use::write});
  CHECK(writes.change == "stores.conversation.write_time x 0.8");
  CHECK(writes.scenario.stores.conversation.write_time == Distribution::exponential(0.8 * 10e-3));
  CHECK(writes.scenario.stores.conversation.read_time == spec::Scenario{}.stores.conversation.read_time);
  const auto queue = faster({.kind = Hop::Kind::queue, .tier = "profile"});
  CHECK(queue.change == "services.profile.threads = 50, cores = 40");
  CHECK(queue.scenario.services.profile.threads == 50);
  const auto wire = faster({.kind = Hop::Kind::wire, .tier = {}});
  CHECK(wire.scenario.datacenter.pod_uplink.latency == 0.8 * spec::Scenario{}.datacenter.pod_uplink.latency);
  CHECK(wire.scenario.datacenter.wan.latency == spec::Scenario{}.datacenter.wan.latency);
  CHECK(faster({.kind = Hop::Kind::place, .tier = {}}).change == "services.group.fanout_parallelism = 40");
  CHECK(faster({.kind = Hop::Kind::lease, .tier = {}}).scenario.services.profile.lease == spec::Seconds{8e-3});
  const auto pause = faster({.kind = Hop::Kind::retry_pause, .tier = {}});
  CHECK(pause.scenario.population.sessions.send_retry_after == spec::Seconds{4});
  for (const auto kind : {Hop::Kind::failed, Hop::Kind::held, Hop::Kind::other})
    CHECK_FALSE(planner::faster(spec::Scenario{}, {.kind = kind, .tier = {}}, 0.2));
}

TEST_CASE("of every form of distribution each quantile is a fifth less") {
  for (const Distribution& time :
       {Distribution::constant(2), Distribution::exponential(2), Distribution::lognormal(2, 0.5), Distribution::pareto(1, 3),
        Distribution::empirical({{1, 1.0}, {3, 5.0}}),
        Distribution::mixture({{0.4, Distribution::constant(1)}, {0.6, Distribution::exponential(3)}})}) {
    spec::Scenario scenario;
    scenario.services.group.service_time = time;
    const auto changed = planner::faster(scenario, {Hop::Kind::service, "group", Use::service}, 0.2);
    REQUIRE(changed);
    for (const double part : {0.1, 0.5, 0.9})
      CHECK(changed->scenario.services.group.service_time.quantile(part) == Approx(0.8 * time.quantile(part)));
  }
}
