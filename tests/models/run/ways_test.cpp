#include "models/run/ways.hpp"

#include <nlohmann/json.hpp>
#include <numeric>

#include "scenarios/json/json.hpp"
#include "tests/models/figures.hpp"
#include "tests/models/run/result_of.hpp"
#include "tests/models/small_scenario.hpp"
#include "tests/scenarios/load_scenario.hpp"

using namespace chatsim;
using spec::Way;
using spec::WayPart;
using tests::figure;
using tests::latency;
using tests::result_of;

namespace {

constexpr int all = 1'000'000;
constexpr std::int64_t ms = 1'000'000;

/// Everything but what the run cost, and the blame.
std::string document_of(spec::Result result) {
  result.platform_build_s = result.wall_s = 0;
  result.peak_rss_bytes = 0;
  result.blame = {};
  return json::to_json(result).dump(1);
}

std::vector<const Way*> ways_of(const spec::Traces& traces, Way::Latency latency) {
  std::vector<const Way*> ways;
  for (const Way& way : traces.ways) {
    if (way.latency == latency) ways.push_back(&way);
  }
  return ways;
}

/// "gateway 1000000, ..., pause 50000000": station and nanoseconds of each part.
std::string text_of(const spec::Traces& traces, const Way& way) {
  std::string text;
  for (std::uint32_t i = way.first_part; i < way.first_part + way.parts; ++i) {
    const WayPart& part = traces.parts[i];
    const char* names[] = {"", "back from ", "failed ", "retry pause", "lease pause", "held", "other"};
    text += (text.empty() ? "" : ", ") + std::string(names[static_cast<std::size_t>(part.kind)]);
    if (part.kind <= WayPart::Kind::failed) text += traces.stations[part.station].name;
    if (part.legs > 1) text += " " + std::to_string(part.needed) + " of " + std::to_string(part.legs);
    if (part.for_a_place) text += " (place)";
  }
  return text;
}

const Way& median(std::vector<const Way*> ways) {
  REQUIRE_FALSE(ways.empty());
  std::sort(ways.begin(), ways.end(), [](const Way* a, const Way* b) { return a->ns < b->ns; });
  return *ways[ways.size() / 2];
}

spec::Scenario quiet() {
  spec::Scenario scenario = tests::one_rack_of_constant_times(50);
  scenario.simulation = {.duration = spec::Seconds{6}, .warmup = spec::Seconds{1}, .window = spec::Seconds{1}};
  scenario.simulation.traces = all;
  scenario.population.online = spec::Probability{1};
  scenario.population.group_message_share = spec::Probability{0};
  tests::send_messages_only(scenario);
  return scenario;
}

}  // namespace

TEST_CASE("results are the same to the byte, whether messages are followed or not") {
  spec::Scenario scenario = tests::load_scenario("scenarios/small.yaml");
  if (GENERATE(false, true)) {
    scenario.services.group.fanout = spec::Fanout::batched;
    scenario.services.gateway.transport = spec::Transport::long_polling;
    scenario.stores.conversation.consistency = spec::Consistency::leader;
  }
  scenario.simulation.duration = spec::Seconds{2};
  const spec::Result without = result_of(scenario);
  CHECK_FALSE(without.blame.traces.any());
  scenario.simulation.traces = 300;
  const spec::Result with = result_of(scenario);
  CHECK(document_of(with) == document_of(without));
  const std::size_t followed = ways_of(with.blame.traces, Way::Latency::send_to_ack).size();
  CHECK(followed > 200);
  CHECK(followed <= 300);
}

TEST_CASE("every latency that is measured is told part by part") {
  spec::Scenario scenario = tests::load_scenario("scenarios/small.yaml");
  const bool otherwise = GENERATE(false, true);
  if (otherwise) {
    scenario.services.group.fanout = spec::Fanout::batched;
    scenario.services.gateway.transport = spec::Transport::long_polling;
    scenario.stores.conversation.consistency = spec::Consistency::leader;
    scenario.network.jitter = spec::Distribution::exponential(spec::Seconds{1e-4});
  }
  scenario.simulation = {.duration = spec::Seconds{2}, .warmup = spec::Seconds{0}, .window = spec::Seconds{0.1}};
  scenario.simulation.traces = all;
  const spec::Result result = result_of(scenario);
  const spec::Traces& traces = result.blame.traces;
  CHECK(traces.unfollowed == 0);
  CHECK(traces.dropped == 0);
  for (const auto& [which, name] : {std::pair(Way::Latency::send_to_ack, "send_to_ack"),
                                    std::pair(Way::Latency::send_to_deliver, "send_to_deliver")}) {
    const auto ways = ways_of(traces, which);
    REQUIRE(ways.size() == latency(result, name).count);
    double sum = 0;
    for (const Way* way : ways) {
      std::int64_t parts = 0;
      for (std::uint32_t i = way->first_part; i < way->first_part + way->parts; ++i) {
        const WayPart& part = traces.parts[i];
        parts += part.ns;
        // What nobody knows of does not happen.
        if (part.kind == WayPart::Kind::other) FAIL(text_of(traces, *way));
        if (part.legs == 0) continue;
        std::vector<std::int64_t> totals;
        for (unsigned leg = 0; leg < part.legs; ++leg) totals.push_back(traces.legs[part.first_leg + leg].total_ns());
        std::nth_element(totals.begin(), totals.begin() + part.needed - 1, totals.end());
        if (totals[part.needed - 1U] != part.ns) FAIL(text_of(traces, *way));
      }
      if (parts != way->ns) FAIL(text_of(traces, *way));
      sum += static_cast<double>(way->ns) * 1e-9;
    }
    CHECK(figure(std::string(name) + ": mean of the ways is that of the histogram", latency(result, name).mean.value(),
                 sum / static_cast<double>(ways.size()), 1e-9));
  }
}

TEST_CASE("the way of a direct message, by hand") {
  const spec::Result result = result_of(quiet());
  const spec::Traces& traces = result.blame.traces;
  const Way& acknowledged = median(ways_of(traces, Way::Latency::send_to_ack));
  CHECK(text_of(traces, acknowledged) == "gateway, messaging, message_store 2 of 3, back from messaging");
  const Way& delivered = median(ways_of(traces, Way::Latency::send_to_deliver));
  CHECK(text_of(traces, delivered) ==
        "gateway, messaging, message_store 2 of 3, conversation_store 2 of 3, profile, gateway");

  const WayPart* part = &traces.parts[delivered.first_part];
  const std::int64_t service[] = {ms, ms, 10 * ms, 10 * ms, 2 * ms, ms};
  for (int i = 0; i < 6; ++i) {
    for (unsigned leg = 0; leg < part[i].legs; ++leg) CHECK(traces.legs[part[i].first_leg + leg].service_ns == service[i]);
  }
  const spec::WayLeg& messaging = traces.legs[part[1].first_leg];
  CHECK(figure("to messaging: 966 bytes of 0.32 ns, 2 us up, 2 us down", 966 * 0.32 + 4000, double(messaging.there_ns), 1));
  CHECK(messaging.thread_wait_ns + messaging.core_wait_ns == 0);
  CHECK(figure("from the cache: 364 bytes of 0.32 ns, 4 us", 364 * 0.32 + 4000,
               double(traces.legs[part[4].first_leg].back_ns), 1));
  // The legs leave one after the other, and the second answer decides.
  CHECK(figure("row of the message: 2 x 966 bytes, 4 us, 10 ms, 200 bytes, 4 us", 2 * 966 * 0.32 + 8000 + 64 + 10e6,
               double(part[2].ns), 2));
}

TEST_CASE("in a fan-out with one place each member waits for those before") {
  spec::Scenario scenario = quiet();
  scenario.population.messages_per_day = 10 * 86'400;
  scenario.population.group_message_share = spec::Probability{1};
  scenario.population.group_size = spec::Distribution::constant(3.0);
  scenario.services.group.fanout_parallelism = 1;
  const spec::Result result = result_of(scenario);
  const spec::Traces& traces = result.blame.traces;
  const std::string own = ", messaging, conversation_store 2 of 3, profile, gateway";
  const std::string before = "gateway, messaging, message_store 2 of 3, group, group_store 2 of 3, profile";
  const std::string waits = ", messaging (place), conversation_store 2 of 3 (place), profile (place), gateway (place), "
                            "back from messaging (place)";
  std::size_t first = 0, second = 0;
  const auto ways = ways_of(traces, Way::Latency::send_to_deliver);
  for (const Way* way : ways) {
    first += text_of(traces, *way) == before + own;
    second += text_of(traces, *way) == before + waits + own;
  }
  CHECK(first + second == ways.size());
  CHECK(first >= 40);
  CHECK(second >= 40);
}

TEST_CASE("of a quorum the leg counts that decided, whatever the slowest does") {
  spec::Scenario scenario = quiet();
  // One replica in three is slow, and nobody waits for it.
  scenario.stores.message.write_time = spec::Distribution::empirical({{2, 10e-3}, {1, 50e-3}});
  const spec::Traces traces = result_of(scenario).blame.traces;
  std::size_t fast = 0, slow = 0;
  for (const Way* way : ways_of(traces, Way::Latency::send_to_ack)) {
    const WayPart& part = traces.parts[way->first_part + 2];
    std::vector<std::int64_t> services;
    for (unsigned leg = 0; leg < part.legs; ++leg) services.push_back(traces.legs[part.first_leg + leg].service_ns);
    std::sort(services.begin(), services.end());
    REQUIRE(services.size() >= 2);
    // Its wires beside it take some microseconds.
    CHECK(std::abs(part.ns - services[1]) < 20'000);
    (services[1] == 10 * ms ? fast : slow) += 1;
  }
  CHECK(fast > slow);
  CHECK(slow > 0);
}

TEST_CASE("attempts that fail, and pauses between them, are told as such") {
  spec::Scenario scenario = quiet();
  // One attempt in ten comes to nothing.
  scenario.services.messaging.service_time = spec::Distribution::empirical({{9, 1e-3}, {1, 300e-3}});
  scenario.network.request_timeout = spec::Seconds{0.1};
  scenario.population.sessions.send_retries = 3;
  scenario.population.sessions.send_retry_after = spec::Seconds{50e-3};
  scenario.resilience.retry.jitter = spec::RetryJitter::none;
  const spec::Traces traces = result_of(scenario).blame.traces;
  std::size_t once_again = 0, paused = 0;
  for (const Way* way : ways_of(traces, Way::Latency::send_to_ack)) {
    const std::string text = text_of(traces, *way);
    once_again += text == "gateway, failed messaging, retry pause, gateway, messaging, message_store 2 of 3, "
                          "back from messaging";
    for (std::uint32_t i = way->first_part; i < way->first_part + way->parts; ++i) {
      const WayPart& part = traces.parts[i];
      if (part.kind == WayPart::Kind::failed) CHECK(part.ns == 100 * ms);
      paused += part.kind == WayPart::Kind::retry_pause;
    }
  }
  CHECK(once_again > 5);
  CHECK(paused >= once_again);
}
