#include <cmath>

#include "tests/models/figures.hpp"
#include "tests/models/run/result_of.hpp"
#include "tests/models/small_scenario.hpp"

using namespace chatsim;
using tests::figure;
using tests::latency;
using tests::result_of;
using tests::tier;

TEST_CASE("a tier that is too small is saturated by what is offered, rejects, and keeps the books") {
  struct Case {
    std::string name;
    spec::Tier& (*of)(spec::Services&);
    double mean_service_s;
  };
  const Case tight = GENERATE(
      Case{"messaging", [](spec::Services& services) -> spec::Tier& { return services.messaging; }, 1e-3},
      Case{"profile", [](spec::Services& services) -> spec::Tier& { return services.profile; }, 2e-3},
      Case{"group", [](spec::Services& services) -> spec::Tier& { return services.group; }, 1e-3},
      Case{"gateway", [](spec::Services& services) -> spec::Tier& { return services.gateway; }, 1e-3});
  CAPTURE(tight.name);
  spec::Scenario scenario = tests::one_rack(5000);
  spec::Tier& small = tight.of(scenario.services);
  small.machines = 1;
  small.threads = small.cores = 1;
  small.queue_limit = 10;
  scenario.population.sessions.send_retries = 0;
  if (tight.name == "group") scenario.population.group_message_share = spec::Probability{0.5};
  const spec::Result result = result_of(scenario);
  const spec::TierSummary& summary = tier(result, tight.name);
  CHECK(summary.utilisation > 1);
  CHECK(figure("utilisation of " + tight.name + " = rate x time / 1, 5 %",
               summary.offered.value() * tight.mean_service_s, summary.utilisation,
               0.05 * summary.utilisation));
  CHECK(summary.busy_threads <= 1);
  CHECK(figure("threads are always busy", 1, summary.busy_threads, 0.05));
  CHECK(summary.rejected > 0);
  CHECK(figure("offered = completed + rejected", summary.offered.value() * result.measured_s,
               summary.completed.value() * result.measured_s + static_cast<double>(summary.rejected), 12));
  CHECK(summary.queue_max == 10);
  CHECK(result.invariants.conservation_residual == 0);
  if (tight.name == "profile") {
    // Who cannot be found is served at the next login: more than the 68 % who are offline.
    CHECK(static_cast<double>(result.deliveries.kept) > 0.75 * static_cast<double>(result.deliveries.due));
  } else {
    CHECK(result.messages.failed + result.deliveries.failed > 0);
    CHECK_FALSE(result.failures.empty());
  }
}

TEST_CASE("a store that is too small: deadlines pass, the rest goes on") {
  spec::Scenario scenario = tests::one_rack(3000);
  scenario.stores.conversation.threads = 2;  // 8 x 2 / 10 ms = 1,600/s for 3 x 3,000 x 2.1 x 1.32
  scenario.stores.conversation.queue_limit = 100'000;
  scenario.network.request_timeout = spec::Seconds{0.3};
  const spec::Result result = result_of(scenario);
  CHECK(tier(result, "conversation_store").utilisation > 1);
  CHECK(result.messages.failed == 0);
  CHECK(result.deliveries.failed > 0);
  CHECK(result.invariants.conservation_residual == 0);
  CHECK(result.invariants.lost_acknowledged == 0);
  bool timeouts = false;
  for (const spec::FailureCount& failure : result.failures) {
    timeouts = timeouts || failure.reason == "delivery.conversation.timeout";
  }
  CHECK(timeouts);
}

TEST_CASE("more load never means less latency") {
  double before = 0;
  for (const double load : {0.2, 0.4, 0.6, 0.75, 0.9, 1.1}) {
    spec::Scenario scenario = tests::one_rack(0);
    // 2 x 4 servers of 1 ms: 8,000 messages a second saturate the messaging tier.
    scenario.population.messages_per_day = 8000 * load * 86'400;
    scenario.population.group_message_share = spec::Probability{0};
    scenario.services.messaging.machines = 2;
    scenario.services.messaging.threads = scenario.services.messaging.cores = 4;
    scenario.services.messaging.queue_limit = 100'000;
    const spec::Result result = result_of(scenario);
    const double p50 = latency(result, "send_to_ack").p50.value();
    std::printf("load %.2f: utilisation %.3f, p50 of send_to_ack %.3f ms\n", load,
                tier(result, "messaging").utilisation, p50 * 1e3);
    CHECK(p50 >= before * 0.995);  // a histogram's bin
    before = p50;
  }
}
