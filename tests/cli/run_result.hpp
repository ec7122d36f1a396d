#pragma once

#include <algorithm>
#include <sstream>
#include <string>

#include "cli/report.hpp"

namespace chatsim::tests {

// Results of runs, for tests of what is printed of them.

using namespace chatsim::cli;
using namespace chatsim::spec;
using namespace chatsim::spec::literals;

inline TierSummary tier(std::string name, std::uint64_t machines, int threads, double offered, double utilisation) {
  TierSummary summary;
  summary.name = std::move(name);
  summary.machines = machines;
  summary.threads = threads;
  summary.cores = 32;
  summary.offered = summary.completed = PerSecond(offered);
  summary.utilisation = utilisation;
  summary.busy_threads = std::min(utilisation, 1.0);
  summary.busy_cores = 0.1 * summary.busy_threads;
  summary.utilisation_max = 1.1 * utilisation;
  return summary;
}

/// Two seconds of the large scenario, with the numbers that the estimates lead one to expect.
inline Result whole_run() {
  Result result;
  result.scenario = "chat_2b";
  result.seed = 1;
  result.machines = 50'700;
  result.hosts = 50'400;
  result.simulated_s = 3;
  result.measured_s = 2;
  result.events = 281'000'000;
  result.messages = {2'314'815, 2'314'801, 0, 14};
  result.deliveries = {4'861'000, 1'555'500, 3'305'450, 0, 50};
  result.events_per_message = {{"gateway.receive", 3},        {"messaging.send", 4.25},
                               {"store.message", 18.75},      {"group.fanout", 9.5},
                               {"profile.server_of", 6.3333}, {"store.conversation", 38.5},
                               {"gateway.push", 2.01},        {"messaging.mark", 0.0051}};
  result.latency = {{"send_to_ack", 2'314'801, 12.34_ms, 11.5_ms, 19_ms, 31.2_ms, 44_ms, 81_ms},
                    {"send_to_deliver", 1'555'500, 25_ms, 24_ms, 36.3_ms, 55_ms, 73.2_ms, 120_ms},
                    {"mailbox_wait", 0, 0_s, 0_s, 0_s, 0_s, 0_s, 0_s}};
  result.tiers = {tier("gateway", 40'000, 50, 3.49e6, 0.00175), tier("messaging", 400, 100, 1.157e6, 0.0289),
                  tier("profile", 300, 40, 2.43e6, 0.405),
                  tier("conversation_store", 5000, 100, 7.3e6, 0.476)};
  result.tiers[2].busy_cores = 0.5;  // the limit is named after what is busier
  result.tiers[3].wait_mean = 1.2_ms;
  result.tiers[3].queue_mean = 0.0123;
  result.tiers[3].queue_max = 57;
  result.storage = {
      {.name = "message", .rows_per_s = 1.157e6, .bytes_per_s = 886.6e6},
      {.name = "conversation", .rows_per_s = 2.43e6, .bytes_per_s = 106.9e6, .reads_per_s = 1.555e6}};
  result.network = {12.3e9, 0.0123, "messaging"};
  result.invariants.little_law_error = 0.0031;
  result.platform_build_s = 0.71;
  result.wall_s = 32.1;
  result.peak_rss_bytes = 1'210'000'000;
  return result;
}

/// The same with everything that users do.
inline Result whole_workload() {
  Result result = whole_run();
  result.mailbox = {.delivered = 3'305'000, .failed = 12, .suppressed = 3, .overtaken = 0};
  result.statuses = {.sent = 4'861'000,
                     .delivered = 4'860'000,
                     .read = 3'888'000,
                     .receipts_returned = 7'200'000,
                     .receipts_failed = 1};
  result.sessions = {.logins = 2'000'100,
                     .completed = 2'000'000,
                     .refused = 7,
                     .failed = 0,
                     .reconnects = 0,
                     .logouts = 1'999'900,
                     .connections = 6.4e8,
                     .connections_max = 16'432,
                     .connection_limit = 50'000,
                     .connection_memory_bytes = 0.8216e9,
                     .outbound_max = 31,
                     .heartbeats_per_s = 10.667e6,
                     .last_seen_per_s = 3.133e6};
  result.profile_cache = {.hits = 7'900'000,
                          .misses = 100'000,
                          .waits = 17,
                          .hit_ratio = 0.9875,
                          .resident_share = 0.41,
                          .eviction_age = 5_h};
  result.blobs = {.uploads = 219'900,
                  .downloads = 486'100,
                  .failed = 0,
                  .passed_on = 11'570,
                  .cache_hits = 121'500,
                  .bytes_up_per_s = 33e9,
                  .bytes_down_per_s = 72.9e9,
                  .bytes_stored_per_s = 99e9,
                  .overhead = 3,
                  .disk_utilisation = 0.0123,
                  .disk_utilisation_max = 0.0456};
  result.storage[0].inserts_per_message = 1;
  result.storage[0].inserts_per_message_estimated = 1;
  result.storage[0].reads_per_message = 1.4278;
  result.storage[0].reads_per_message_estimated = 1.428;
  result.storage[0].kept_bytes = 1.3987e17;
  result.storage[0].kept_bytes_estimated = 1.3992e17;
  result.storage[0].kept_bytes_replicated = 4.196e17;
  result.tiers[3].loads = {{"conversation", PerSecond(7.29e6), 0.1458},
                           {"mark_sent", PerSecond(2.33e6), 0.0467},
                           {"drain", PerSecond(0), 0},
                           {"mark_delivered", PerSecond(14.58e6), 0.2835}};
  return result;
}

/// With a newline before it, so that what is expected can begin on a line of its own.
inline std::string plain(const Result& result) { return "\n" + report(result, Paint(Paint::Colour::off)); }

inline std::string first_lines(const Result& result, int count) {
  std::istringstream text(plain(result));
  std::string lines;
  std::string line;
  while (count-- >= 0 && std::getline(text, line)) lines += line + "\n";
  return lines;
}

}  // namespace chatsim::tests
