#include "tests/models/figures.hpp"
#include "tests/models/run/result_of.hpp"
#include "tests/models/small_scenario.hpp"

// The whole service with all that keeps it up, and a store that is too small.

using namespace chatsim;
using tests::named;
using tests::result_of;

namespace {

spec::Scenario overloaded() {
  spec::Scenario scenario = tests::one_rack(2000);
  scenario.simulation = {.duration = spec::Seconds{6}, .warmup = spec::Seconds{2}, .window = spec::Seconds{0.1}};
  // 2000 messages a second, three writes of 10 ms each: threads for nine tenths of it.
  scenario.stores.message.threads = 7;
  scenario.stores.message.queue_limit = 2000;
  scenario.population.sessions.send_retry_after = spec::Seconds{0.2};
  scenario.network.request_timeout = spec::Seconds{0.3};
  return scenario;
}

void check_books(const spec::Result& result) {
  CHECK(result.invariants.conservation_residual == 0);
  CHECK(result.invariants.little_law_error == 0);
  CHECK(result.invariants.lost_acknowledged == 0);
  CHECK(result.invariants.duplicates == 0);
}

double acknowledged_share(const spec::Result& result) {
  return static_cast<double>(result.messages.acknowledged) / static_cast<double>(result.messages.offered);
}

}  // namespace

TEST_CASE("with every option off nothing is counted but what clients send again") {
  const spec::Result result = result_of(overloaded());
  check_books(result);
  CHECK(result.resilience.tiers.empty());
  CHECK(result.resilience.retries > 0);
  CHECK(result.resilience.retries_denied == 0);
}

TEST_CASE("deadlines that travel keep a store from working for nobody, and the newest first from being late for all") {
  spec::Scenario scenario = overloaded();
  const double before = acknowledged_share(result_of(scenario));
  scenario.resilience.deadlines = spec::Deadlines::propagate;
  const spec::Result with_deadlines = result_of(scenario);
  check_books(with_deadlines);
  CHECK(named(with_deadlines.resilience.tiers, "message_store").expired > 0);
  scenario.stores.message.shedding = spec::Shedding::codel;
  scenario.stores.message.codel.order = spec::QueueOrder::newest_first;
  const spec::Result newest_first = result_of(scenario);
  check_books(newest_first);
  std::printf("acknowledged: %.3f of the messages, %.3f with deadlines, %.3f with the newest first too\n", before,
              acknowledged_share(with_deadlines), acknowledged_share(newest_first));
  CHECK(acknowledged_share(with_deadlines) >= before);
  CHECK(acknowledged_share(newest_first) > before + 0.15);
}

TEST_CASE("with everything on the books are kept") {
  spec::Scenario scenario = overloaded();
  spec::Resilience& resilience = scenario.resilience;
  resilience.deadlines = spec::Deadlines::propagate;
  resilience.retry = {.multiplier = 1.5,
                      .jitter = spec::RetryJitter::full,
                      .longest = spec::Seconds{1},
                      .budget = 0.1};
  resilience.bulkhead.calls = 100;
  resilience.breaker = {.failures = spec::Probability{0.5}, .window = 20, .open_for = spec::Seconds{0.5}};
  scenario.stores.message.shedding = spec::Shedding::codel;
  scenario.stores.message.codel.order = spec::QueueOrder::newest_first;
  scenario.stores.conversation.shedding = spec::Shedding::priority;
  for (spec::Store* store : {&scenario.stores.group, &scenario.stores.profile}) {
    store->read_from = spec::ReadFrom::quorum;
    store->hedge = {.after = spec::Seconds{30e-3}, .tied = spec::Switch::on, .most = spec::Probability{0.1}};
  }
  const spec::Result result = result_of(scenario);
  check_books(result);
  const spec::TierResilience& messages = named(result.resilience.tiers, "message_store");
  CHECK(messages.shed_by_codel > 0);
  CHECK(messages.breaker_openings > 0);
  CHECK(messages.refused_by_breaker > 0);
  const spec::TierResilience& groups = named(result.resilience.tiers, "group_store");
  CHECK(groups.hedged > 0);
  CHECK(groups.hedges_sent > 0);
  CHECK(groups.hedges_sent <= groups.hedged / 10 + 10);
  CHECK(result.resilience.retries_denied > 0);
}
