#include "scenarios/json/result_json.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <stdexcept>

using namespace chatsim;
using Json = nlohmann::ordered_json;
using spec::PerSecond;
using spec::Seconds;

namespace {

spec::LatencySummary latency_named(const char* name) {
  spec::LatencySummary latency;
  latency.name = name;
  return latency;
}

/// Every field set, to values that doubles do not hold exactly where that is possible.
spec::Result example() {
  spec::Result result;
  result.scenario = "small, \"quoted\"";
  result.seed = ~std::uint64_t{0};
  result.interrupted = true;
  result.slice = 0.01;
  result.size_dependent = {"tiers.*.queue_max", "latency.*.max_ms"};
  result.machines = 50'400;
  result.hosts = 50'401;
  result.simulated_s = 3.1;
  result.measured_s = 2.1;
  result.events = 70'000'000'001;
  result.messages = {.offered = 10, .acknowledged = 8, .failed = 3, .in_flight = -1};
  result.deliveries = {.due = 20, .delivered = 11, .kept = 7, .failed = 1, .in_flight = 1};
  result.mailbox = {.delivered = 7, .failed = 1, .suppressed = 2, .overtaken = 3};
  result.statuses = {.sent = 11, .delivered = 10, .read = 9, .receipts_returned = 5, .receipts_failed = 1};
  result.sessions = {.logins = 100,
                     .completed = 97,
                     .refused = 4,
                     .failed = 1,
                     .reconnects = 20,
                     .logouts = 99,
                     .connections = 6.4e8,
                     .connections_max = 16'100,
                     .connection_limit = 50'000,
                     .connection_memory_bytes = 0.8e9,
                     .outbound_max = 12,
                     .heartbeats_per_s = 1e7 / 3,
                     .last_seen_per_s = 2e6 / 3,
                     .polls_per_s = 5,
                     .connections_lost = 11,
                     .lost_reconnects = 10,
                     .returned = 9,
                     .refused_by_admission = 8,
                     .gave_up = 7,
                     .held_messages = 6,
                     .held_failed = 5,
                     .away = 4};
  result.profile_cache = {.hits = 90,
                          .misses = 10,
                          .waits = 1,
                          .hit_ratio = 0.9,
                          .resident_share = 0.5,
                          .eviction_age = Seconds{7200}};
  result.blobs = {.uploads = 10,
                  .downloads = 21,
                  .failed = 1,
                  .passed_on = 2,
                  .cache_hits = 8,
                  .bytes_up_per_s = 1e9 / 3,
                  .bytes_down_per_s = 2e9 / 3,
                  .bytes_stored_per_s = 1e9,
                  .overhead = 3,
                  .disk_utilisation = 0.1,
                  .disk_utilisation_max = 0.2};
  result.failures = {{"messaging.timeout", 2}, {"gateway.rejected", 1}};
  result.events_per_message = {{"send", 1.1}, {"persist", 1.0 / 3}};
  result.latency = {{.name = "send_to_ack",
                     .count = 8,
                     .mean = Seconds{0.1 / 3},
                     .p50 = Seconds{0.02},
                     .p90 = Seconds{0.05},
                     .p99 = Seconds{0.0700001},
                     .p999 = Seconds{0.08},
                     .max = Seconds{1.5}},
                    latency_named("login")};
  result.tiers = {{.name = "gateway",
                   .machines = 40'000,
                   .threads = 50,
                   .cores = 32,
                   .offered = PerSecond{1.157e6},
                   .completed = PerSecond{1.1569e6},
                   .rejected = 5,
                   .utilisation = 0.7,
                   .busy_threads = 0.6,
                   .busy_cores = 0.5,
                   .utilisation_max = 0.9,
                   .queue_mean = 0.01,
                   .queue_max = 12,
                   .wait_mean = Seconds{0.0001},
                   .service_mean = Seconds{0.001},
                   .loads = {{.step = "send", .requests = PerSecond{1e6}, .utilisation = 0.4},
                             {.step = "push", .requests = PerSecond{7e5}, .utilisation = 0.3}}}};
  result.storage = {{.name = "message",
                     .rows_per_s = 1e6 / 3,
                     .inserts_per_s = 1e6 / 4,
                     .bytes_per_s = 1e9 / 3,
                     .reads_per_s = 7,
                     .inserts_per_message = 1,
                     .inserts_per_message_estimated = 1.01,
                     .reads_per_message = 1.4,
                     .reads_per_message_estimated = 1.5,
                     .kept_bytes = 1.4e17,
                     .kept_bytes_estimated = 1.41e17,
                     .kept_bytes_replicated = 4.2e17}};
  result.consistency = {{.name = "message",
                         .lost_acknowledged = 3,
                         .staleness = {.stale_reads = 4, .share = 0.1, .versions_mean = 1.5, .versions_max = 2,
                                       .time_mean = Seconds{0.003}, .time_p99 = Seconds{0.01}, .time_max = Seconds{0.02}},
                         .repair = {.missed = 20, .hints_kept = 12, .hints_replayed = 7, .hints_dropped = 8,
                                    .divergent_rows = 5}}};
  result.network = {.bytes_per_s = 1e10 / 3, .host_link_utilisation_max = 0.2, .busiest_tier = "profile"};
  result.control = {.detections = 40,
                    .detection_delay_mean = Seconds{2.5},
                    .detection_delay_max = Seconds{3.1},
                    .undetected = 3,
                    .false_positives = 7,
                    .view_changes = 90,
                    .changes_refused = 5,
                    .leader_changes = 1,
                    .leaderless_s = 1.001,
                    .no_quorum_s = 0.5};
  result.resilience = {.retries = 12,
                       .retries_denied = 3,
                       .tiers = {{.name = "message_store",
                                  .expired = 1,
                                  .unsent = 2,
                                  .shed_by_codel = 3,
                                  .shed_by_class = 4,
                                  .hedged = 1000,
                                  .hedges_sent = 50,
                                  .hedges_won = 20,
                                  .hedges_denied = 5,
                                  .ties_cancelled = 6,
                                  .refused_by_bulkhead = 7,
                                  .refused_by_breaker = 8,
                                  .breaker_openings = 9}}};
  result.invariants = {.conservation_residual = -2,
                       .lost_acknowledged = 1,
                       .lost_deliveries = 5,
                       .duplicates = 2,
                       .out_of_order = 3,
                       .stale_reads = 4,
                       .little_law_error = 0.001};
  result.promises = {{.name = "stale_reads.message",
                      .promised = true,
                      .kept = false,
                      .count = 4,
                      .of = 100,
                      .what = "stale reads in message",
                      .reason = "R + W = 4 > N = 3",
                      .extent = "up to 14 ms old"},
                     {.name = "duplicates", .what = "messages shown twice", .reason = "none"}};
  result.convergence = {
      .disturbances = 2, .last_disturbance_s = 1.1, .divergent_rows = 7, .converged_after_s = 0.1};
  result.series = {.time_s = {0.1, 0.2},
                   .offered_per_s = {1e6, 2e6},
                   .acknowledged_per_s = {1, 2},
                   .delivered_per_s = {3, 4},
                   .failed_per_s = {0, 0},
                   .send_to_ack_p99_ms = {std::numeric_limits<double>::quiet_NaN(), 1.0 / 3},
                   .send_to_deliver_p99_ms = {5, 6},
                   .logins_per_s = {230, 240},
                   .connected = {6.4e8, 6.3e8}};
  result.platform_build_s = 0.7;
  result.wall_s = 12.5;
  result.peak_rss_bytes = 3'000'000'000;
  return result;
}

/// Converts to whatever a member is: as many of them as initialise an aggregate are its members.
struct Anything {
  template <class T>
  operator T() const;
};

template <class T, class... Members>
constexpr std::size_t members() {
  if constexpr (requires { T{Members{}..., Anything{}}; }) {
    return members<T, Members..., Anything>();
  } else {
    return sizeof...(Members);
  }
}

template <class T>
void check_list_is_whole(std::size_t unlisted = 0) {
  std::size_t listed = 0;
  T::fields([&](auto...) { ++listed; });
  INFO(__PRETTY_FUNCTION__);
  CHECK(listed + unlisted == members<T>());
}

std::string error_of(const Json& document) {
  try {
    json::result_from_json(document);
  } catch (const json::NotAResult& error) {
    return error.what();
  }
  return "read without an error";
}

}  // namespace

TEST_CASE("the keys of the command line contract are there, with their units") {
  const Json document = json::to_json(example());
  for (const char* path : {"/machines",
                           "/simulated_s",
                           "/wall_s",
                           "/events",
                           "/peak_rss_bytes",
                           "/messages/offered",
                           "/messages/acknowledged",
                           "/messages/failed",
                           "/messages/in_flight",
                           "/deliveries/due",
                           "/deliveries/delivered",
                           "/deliveries/kept",
                           "/deliveries/failed",
                           "/deliveries/in_flight",
                           "/events_per_message/persist",
                           "/latency/send_to_ack/count",
                           "/latency/send_to_ack/mean_ms",
                           "/latency/send_to_ack/p50_ms",
                           "/latency/send_to_ack/p90_ms",
                           "/latency/send_to_ack/p99_ms",
                           "/latency/send_to_ack/p999_ms",
                           "/latency/login/count",
                           "/tiers/gateway/machines",
                           "/tiers/gateway/utilisation",
                           "/tiers/gateway/queue_mean",
                           "/tiers/gateway/queue_max",
                           "/tiers/gateway/wait_mean_ms",
                           "/storage/message/rows_per_s",
                           "/storage/message/bytes_per_s",
                           "/control/detection_delay_mean_ms",
                           "/control/no_quorum_s",
                           "/resilience/retries_denied",
                           "/resilience/tiers/message_store/hedges_won",
                           "/invariants/conservation_residual",
                           "/invariants/lost_acknowledged",
                           "/invariants/duplicates",
                           "/invariants/out_of_order",
                           "/invariants/stale_reads",
                           "/invariants/lost_deliveries",
                           "/promises/stale_reads.message/promised",
                           "/promises/stale_reads.message/kept",
                           "/promises/stale_reads.message/count",
                           "/promises/stale_reads.message/reason",
                           "/convergence/disturbances",
                           "/convergence/last_disturbance_s",
                           "/convergence/divergent_rows",
                           "/convergence/converged_after_s",
                           "/failures/gateway.rejected",
                           "/seed",
                           "/slice",
                           "/size_dependent",
                           "/mailbox/delivered",
                           "/statuses/read",
                           "/sessions/connections_max",
                           "/profile_cache/hit_ratio",
                           "/profile_cache/eviction_age_ms",
                           "/blobs/bytes_up_per_s",
                           "/tiers/gateway/loads/push/requests_per_s",
                           "/storage/message/kept_bytes_estimated",
                           "/consistency/message/staleness/time_max_ms",
                           "/consistency/message/repair/hints_replayed"}) {
    INFO(path);
    CHECK(document.contains(Json::json_pointer(path)));
  }
  CHECK(document["latency"]["send_to_ack"]["p50_ms"] == 20.0);
  CHECK(document["tiers"]["gateway"]["offered_per_s"] == 1.157e6);
}

TEST_CASE("named things keep their order") {
  const Json document = json::to_json(example());
  CHECK(document["failures"].begin().key() == "messaging.timeout");
  CHECK(document["latency"].begin().key() == "send_to_ack");
  CHECK(document["events_per_message"].begin().key() == "send");
}

TEST_CASE("a document comes back the same after a result and after text") {
  const Json document = json::to_json(example());
  const std::string text = document.dump();
  CHECK(json::to_json(json::result_from_json(document)).dump() == text);
  CHECK(json::to_json(json::result_from_json(Json::parse(text))).dump() == text);
  CHECK(json::to_json(json::result_from_json(Json::from_cbor(Json::to_cbor(document)))).dump() == text);
}

TEST_CASE("a result comes back with every field") {
  const spec::Result result = example();
  const spec::Result back = json::result_from_json(json::to_json(result));
  CHECK(back.scenario == result.scenario);
  CHECK(back.seed == result.seed);
  CHECK(back.interrupted);
  CHECK(back.events == result.events);
  CHECK(back.messages.in_flight == -1);
  CHECK(back.failures.at(1).reason == "gateway.rejected");
  CHECK(back.events_per_message.at(1).per_message == 1.0 / 3);
  CHECK(back.latency.at(0).mean.value() == Approx(0.1 / 3).epsilon(1e-15));
  CHECK(back.latency.at(0).p99 == Seconds{0.0700001});
  CHECK(back.tiers.at(0).name == "gateway");
  CHECK(back.tiers.at(0).offered == PerSecond{1.157e6});
  CHECK(back.tiers.at(0).utilisation_max == 0.9);
  CHECK(back.tiers.at(0).loads.at(1).step == "push");
  CHECK(back.tiers.at(0).loads.at(1).requests == PerSecond{7e5});
  CHECK(back.storage.at(0).bytes_per_s == 1e9 / 3);
  CHECK(back.storage.at(0).kept_bytes_replicated == 4.2e17);
  CHECK(back.consistency.at(0).staleness.time_max == Seconds{0.02});
  CHECK(back.consistency.at(0).repair.divergent_rows == 5);
  CHECK(back.slice == 0.01);
  CHECK(back.size_dependent == result.size_dependent);
  CHECK(back.mailbox.suppressed == 2);
  CHECK(back.statuses.receipts_returned == 5);
  CHECK(back.sessions.connection_limit == 50'000);
  CHECK(back.profile_cache.eviction_age == Seconds{7200});
  CHECK(back.blobs.passed_on == 2);
  CHECK(back.network.busiest_tier == "profile");
  CHECK(back.invariants.conservation_residual == -2);
  CHECK(back.promises.at(0).broken());
  CHECK(back.promises.at(0).extent == "up to 14 ms old");
  CHECK(back.promises.at(1).name == "duplicates");
  CHECK(back.convergence.converged_after_s == 0.1);
  CHECK(std::isnan(back.series.send_to_ack_p99_ms.at(0)));
  CHECK(back.series.send_to_ack_p99_ms.at(1) == 1.0 / 3);
  CHECK(back.peak_rss_bytes == result.peak_rss_bytes);
}

TEST_CASE("times survive any number of round trips without drifting") {
  spec::Result result;
  result.latency = {latency_named("x")};
  for (int i = 1; i < 20'000; ++i) {
    result.latency[0].mean = Seconds{i * 1.37e-6 / 3};
    const Json first = json::to_json(result);
    const spec::Result back = json::result_from_json(first);
    REQUIRE(json::to_json(back) == first);
    REQUIRE(back.latency[0].mean.value() == Approx(result.latency[0].mean.value()).epsilon(3e-16));
  }
}

TEST_CASE("a time that never ends is null in text and infinite again after it") {
  spec::Result result;
  result.profile_cache.eviction_age = Seconds{HUGE_VAL};
  const Json document = json::to_json(result);
  const std::string text = document.dump();
  CHECK(text.find("\"eviction_age_ms\":null") != std::string::npos);
  CHECK(json::result_from_json(Json::parse(text)).profile_cache.eviction_age == Seconds{HUGE_VAL});
  CHECK(json::result_from_json(Json::from_cbor(Json::to_cbor(document))).profile_cache.eviction_age ==
        Seconds{HUGE_VAL});
}

TEST_CASE("every member of a result is in the list of its struct") {
  check_list_is_whole<spec::MessageCounts>();
  check_list_is_whole<spec::DeliveryCounts>();
  check_list_is_whole<spec::MailboxCounts>();
  check_list_is_whole<spec::StatusCounts>();
  check_list_is_whole<spec::SessionSummary>();
  check_list_is_whole<spec::CacheSummary>();
  check_list_is_whole<spec::BlobSummary>();
  check_list_is_whole<spec::InvariantReport>();
  check_list_is_whole<spec::ConvergenceReport>();
  check_list_is_whole<spec::NetworkSummary>();
  check_list_is_whole<spec::TimeSeries>();
  check_list_is_whole<spec::Result>();
  // The name by which they are found is not in the list.
  check_list_is_whole<spec::LatencySummary>(1);
  check_list_is_whole<spec::PromiseReport>(1);
  check_list_is_whole<spec::TierLoad>(1);
  check_list_is_whole<spec::TierSummary>(1);
  check_list_is_whole<spec::StorageSummary>(1);
}

TEST_CASE("what is not a result says where and why") {
  const Json document = json::to_json(example());
  const auto without = [&document](const char* path, const Json& replacement) {
    Json damaged = document;
    damaged[Json::json_pointer(path)] = replacement;
    return error_of(damaged);
  };
  CHECK(error_of(Json::array()) == "the document: must be an object");
  CHECK(error_of(Json::object()) == "scenario: is missing");
  CHECK(without("/latency/send_to_ack/p99_ms", "fast") == "latency.send_to_ack.p99_ms: must be a number");
  CHECK(without("/latency/send_to_ack", 1) == "latency.send_to_ack: must be an object");
  CHECK(without("/tiers", 1) == "tiers: must be an object");
  CHECK(without("/machines", -1) == "machines: must be a whole number from 0 to 18446744073709551615");
  CHECK(without("/tiers/gateway/threads", 1e10) ==
        "tiers.gateway.threads: must be a whole number from -2147483648 to 2147483647");
  CHECK(without("/interrupted", 1) == "interrupted: must be true or false");
  CHECK(without("/scenario", 1) == "scenario: must be a string");
  CHECK(without("/size_dependent", 1) == "size_dependent: must be an array");
  CHECK(without("/size_dependent/0", 1) == "size_dependent: must be a string");
  CHECK(without("/tiers/gateway/loads/push/utilisation", "x") ==
        "tiers.gateway.loads.push.utilisation: must be a number");
  CHECK(without("/series/time_s", 1) == "series.time_s: must be an array");
  Json missing = document;
  missing["invariants"].erase("duplicates");
  CHECK(error_of(missing) == "invariants.duplicates: is missing");
}

TEST_CASE("two things of one name are a bug, not one thing") {
  spec::Result result;
  result.latency = {latency_named("x"), latency_named("x")};
  CHECK_THROWS_AS(json::to_json(result), std::invalid_argument);
}
