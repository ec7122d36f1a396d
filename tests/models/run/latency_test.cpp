#include <cmath>

#include "tests/models/figures.hpp"
#include "tests/models/run/result_of.hpp"
#include "tests/models/small_scenario.hpp"

using namespace chatsim;
using tests::figure;
using tests::latency;

namespace {

constexpr double microsecond = 1e-6;
constexpr double hop = 4e-6;            // 2 us up, 2 us down
constexpr double byte = 0.32e-9;        // 25 Gbit/s
constexpr double headers = 200 * byte;  // of a request or a reply

double seconds(const spec::LatencySummary& summary) { return summary.mean.value(); }

/// So few messages that they hardly meet: a service of constant times, everybody online.
spec::Scenario quiet() {
  spec::Scenario scenario = tests::one_rack_of_constant_times(50);
  scenario.simulation = {
      .duration = spec::Seconds{21}, .warmup = spec::Seconds{1}, .window = spec::Seconds{1}};
  scenario.population.online = spec::Probability{1};
  scenario.population.group_message_share = spec::Probability{0};
  tests::send_messages_only(scenario);
  return scenario;
}

/// `quorum` legs that leave one after the other; the answer to the last of them.
double put(int quorum, double row_bytes) {
  return quorum * (headers + row_bytes * byte) + hop + 10e-3 + headers + hop;
}

}  // namespace

TEST_CASE("latencies of direct messages with constant times, to the microsecond") {
  const auto [replication, quorum, spread] =
      GENERATE(std::tuple{3, 2, 1.0}, std::tuple{3, 1, 1.0}, std::tuple{3, 3, 1.0}, std::tuple{1, 1, 1.0});
  spec::Scenario scenario = quiet();
  for (spec::Store* store : {&scenario.stores.message, &scenario.stores.conversation}) {
    store->replication = replication;
    store->read_quorum = store->write_quorum = quorum;
  }
  const spec::Result result = tests::result_of(scenario);
  CHECK(result.messages.failed == 0);
  CHECK(result.deliveries.failed == 0);
  CHECK(latency(result, "send_to_ack").count == result.messages.acknowledged);

  const double message = headers + 766 * byte;
  const double persisted = 1e-3 + message + hop + 1e-3 + put(quorum, 766);
  const std::string of = std::to_string(quorum) + " of " + std::to_string(replication);
  CHECK(figure("send_to_ack, " + of + ": gateway 1 ms, hop, messaging 1 ms, put 10 ms, hop",
               persisted + headers + hop, seconds(latency(result, "send_to_ack")), microsecond));
  // The acknowledgement leaves the card before the legs of the conversation.
  const double noted = headers + put(quorum, 44);
  const double located = headers + 8 * byte + hop + 2e-3 + headers + 164 * byte + hop;
  const double pushed = message + hop + 1e-3;
  CHECK(figure("send_to_deliver, " + of + ": the same, conversation 10 ms, cache 2 ms, hop, gateway 1 ms",
               persisted + noted + located + pushed, seconds(latency(result, "send_to_deliver")),
               microsecond));
  CHECK(latency(result, "group_fanout").count == 0);
}

TEST_CASE("a fan-out with constant times: members in parallel, up to fanout_parallelism") {
  const auto [members, parallelism] =
      GENERATE(std::pair{5, 32}, std::pair{5, 2}, std::pair{5, 1}, std::pair{2, 32});
  spec::Scenario scenario = quiet();
  scenario.population.group_message_share = spec::Probability{1};
  scenario.population.group_size = spec::Distribution::constant(double(members));
  scenario.services.group.fanout_parallelism = parallelism;
  scenario.population.messages_per_day = 10 * 86'400;
  const spec::Result result = tests::result_of(scenario);

  const double message = headers + 766 * byte;
  const double read = 2 * headers + hop + 10e-3 + headers + members * 24 * byte + hop;
  const double located = headers + 8 * byte + hop + 2e-3 + headers + 164 * byte + hop;
  const double pushed = message + hop + 1e-3 + headers + hop;
  const double member = message + hop + 1e-3 + put(2, 44) + located + pushed + headers + hop;
  const double rounds = std::ceil((members - 1.0) / parallelism);
  const auto sent_before_last =
      std::min(members - 1, parallelism) - 1;  // in the last round, by the same card
  CHECK(result.deliveries.failed == 0);
  CHECK(figure("group_fanout, " + std::to_string(members) + " members, " + std::to_string(parallelism) +
                   " at a time: members read 10 ms, author 2 ms, then rounds of (1 + 10 + 2 + 1) ms and hops",
               read + located + rounds * member + sent_before_last * message, seconds(latency(result, "group_fanout")),
               3 * microsecond));
  CHECK(figure("due a message, size - 1", members - 1,
               static_cast<double>(result.deliveries.due) / static_cast<double>(result.messages.acknowledged),
               0.05));
}

TEST_CASE("what the cache does not hold costs a read of the store") {
  spec::Scenario scenario = quiet();
  scenario.population.messages_per_day = 500 * 86'400;
  // 4 machines x 0.3 of a quarter of all rows.
  scenario.services.profile.cache_per_machine =
      0.3 / 4 * scenario.population.users * scenario.services.profile.row;
  const spec::Result part = tests::result_of(scenario);
  const spec::CacheSummary& cache = part.profile_cache;
  const auto looked_up = static_cast<double>(cache.hits + cache.misses + cache.waits);
  // Of the three look-ups of a message two are independent references to rows that are alike: a row is there as often as
  // the cache has room for it. The third is the author's again, for the receipt, which was filled in 70 ms before.
  CHECK(figure("hit ratio of a cache with room for 0.3 of all rows, (2 x 0.3 + 1) / 3, 3 sigma", 1.6 / 3, cache.hit_ratio,
               3 * std::sqrt(2 * 0.21 / looked_up) + 0.005));
  const double missed = static_cast<double>(cache.misses) / part.measured_s;
  CHECK(figure("rows read from the profile store a second: the misses", missed,
               tests::named(part.storage, "profile").reads_per_s, 0.01 * missed));

  // So few that nobody waits for a row that somebody else is reading.
  scenario.population.messages_per_day = 20 * 86'400;
  scenario.services.profile.cache_per_machine = spec::Bytes{0};
  const spec::Result none = tests::result_of(scenario);
  scenario.services.profile.cache_per_machine = spec::Bytes{64e9};
  const spec::Result all = tests::result_of(scenario);
  CHECK(all.profile_cache.misses == 0);
  CHECK(none.profile_cache.hits == 0);
  CHECK(none.profile_cache.misses > 0);
  const double read = 2 * headers + hop + 10e-3 + headers + 164 * byte + hop;
  CHECK(figure("what a miss adds to send_to_deliver: a read of 2 of 3", read,
               seconds(latency(none, "send_to_deliver")) - seconds(latency(all, "send_to_deliver")),
               3 * microsecond));
}
