#include "scenarios/spec/workload.hpp"
#include "tests/models/run/result_of.hpp"
#include "tests/models/service_world.hpp"
#include "tests/models/small_scenario.hpp"

using namespace chatsim;
using namespace chatsim::models;
using spec::Seconds;
using tests::figure;
using tests::Figures;

namespace {

/// 640,000 connections on 20 gateways, which carry nothing, for 10 s after a second.
spec::Scenario idle(spec::Transport transport) {
  spec::Scenario scenario = tests::one_rack(0);
  scenario.population.users = 2e6;
  scenario.population.groups = 1000;
  scenario.population.group_changes_per_day = scenario.population.profile_changes_per_day = 0;
  scenario.population.sessions.length = spec::Distribution::exponential(Seconds{6400});
  scenario.simulation = {.duration = Seconds{11}, .warmup = Seconds{1}, .window = Seconds{1}};
  scenario.services.gateway.transport = transport;
  return scenario;
}

double utilisation(const spec::TierSummary& tier, const std::string& step) {
  for (const spec::TierLoad& load : tier.loads) {
    if (load.step == step) return load.utilisation;
  }
  return 0;
}

}  // namespace

TEST_CASE("heartbeats and last-seen writes are as much load as their rate times their cost") {
  const spec::Scenario scenario = idle(spec::Transport::websocket);
  const spec::Result result = tests::result_of(scenario);
  const spec::Population& population = scenario.population;
  const double connected = 2e6 * 0.32;
  const double heartbeats = connected / population.sessions.heartbeat.value();
  CHECK(figure("heartbeats a second, 640,000 / 60 s", heartbeats, result.sessions.heartbeats_per_s, 0.01 * heartbeats));
  const double of_gateways = heartbeats * scenario.services.gateway.heartbeat_time.value() / (20 * 50);
  CHECK(figure("  x 20 us / (20 machines x 50 threads)", of_gateways,
               utilisation(tests::tier(result, "gateway"), "heartbeat"), 0.01 * of_gateways));
  CHECK(figure("  the formula that the estimate uses says the same", heartbeats, spec::heartbeat_rate(population).value(),
               1e-6 * heartbeats));

  const double last_seen = connected / 300 + connected / 6400;
  CHECK(figure("last-seen writes a second, 640,000 / 300 s and at logout", last_seen, result.sessions.last_seen_per_s,
               0.01 * last_seen));
  const double of_profile = last_seen * scenario.services.profile.last_seen_time.value() / (4 * 40);
  CHECK(figure("  x 50 us / (4 machines x 40 threads)", of_profile,
               utilisation(tests::tier(result, "profile"), "last_seen"), 0.01 * of_profile));
  CHECK(figure("no polls", 0, result.sessions.polls_per_s, 0));
}

TEST_CASE("idle polls are as much load as their rate times their cost, and replace heartbeats") {
  const spec::Scenario scenario = idle(spec::Transport::long_polling);
  const spec::Result result = tests::result_of(scenario);
  const double polls = 2e6 * 0.32 / scenario.services.gateway.poll_timeout.value();
  CHECK(figure("polls a second, 640,000 / 30 s", polls, result.sessions.polls_per_s, 0.01 * polls));
  const double of_gateways = polls * scenario.services.gateway.poll_time.value() / (20 * 50);
  CHECK(figure("  x 0.5 ms / (20 machines x 50 threads)", of_gateways,
               utilisation(tests::tier(result, "gateway"), "poll"), 0.01 * of_gateways));
  CHECK(figure("no heartbeats", 0, result.sessions.heartbeats_per_s, 0));
}
