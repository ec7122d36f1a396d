#include "cli/report.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <sstream>

using namespace chatsim::cli;
using namespace chatsim::spec;
using namespace chatsim::spec::literals;

namespace {

TierSummary tier(std::string name, std::uint64_t machines, int threads, double offered, double utilisation) {
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
Result whole_run() {
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
Result whole_workload() {
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
std::string plain(const Result& result) { return "\n" + report(result, Paint(Paint::Colour::off)); }

std::string first_lines(const Result& result, int count) {
  std::istringstream text(plain(result));
  std::string lines;
  std::string line;
  while (count-- >= 0 && std::getline(text, line)) lines += line + "\n";
  return lines;
}

}  // namespace

TEST_CASE("the report of a whole run") {
  CHECK(plain(whole_run()) == R"(
chat_2b on 50,700 machines: 1.157 M/s messages offered, 1.157 M/s acknowledged
2.430 M/s deliveries due: 777.8 k/s delivered, 1.653 M/s kept for the next login
No tier is saturated. First to saturate: conversation_store at 2.1 times this load (utilisation 0.476)

Messages and deliveries (2 s measured of 3 s simulated, seed 1)
                               count       rate      share
  messages offered           2.315 M  1.157 M/s      100 %
    acknowledged             2.315 M  1.157 M/s  > 99.99 %
    failed                         0       0 /s        0 %
    in flight at the end          14              < 0.01 %
  deliveries due             4.861 M  2.430 M/s      100 %
    delivered                1.556 M  777.8 k/s       32 %
    kept for the next login  3.305 M  1.653 M/s       68 %
    failed                         0       0 /s        0 %
    in flight at the end          50              < 0.01 %

Latency
                     count     mean      p50      p90      p99    p99.9      max
  send_to_ack      2.315 M  12.3 ms  11.5 ms  19.0 ms  31.2 ms  44.0 ms  81.0 ms
  send_to_deliver  1.556 M  25.0 ms  24.0 ms  36.3 ms  55.0 ms  73.2 ms   120 ms
  mailbox_wait           0

Tiers
                                                                  busiest     wait   queue  queue
                      machines   limited by    offered  utilised  machine     mean    mean    max  rejected
  gateway               40,000   50 threads  3.490 M/s     0.002    0.002      0 s       0      0         0
  messaging                400  100 threads  1.157 M/s     0.029    0.032      0 s       0      0         0
  profile                  300     32 cores  2.430 M/s     0.405    0.446      0 s       0      0         0
  conversation_store     5,000  100 threads  7.300 M/s     0.476    0.524  1.20 ms  0.0123     57         0

Storage (before replication)
                rows written  bytes written  rows read
  message          1.157 M/s       887 MB/s       0 /s
  conversation     2.430 M/s       107 MB/s  1.555 M/s

Network: 12.3 GB/s sent by all machines, busiest link 1.23 % utilised (a messaging machine)
Events per message (82.3 in all): gateway.receive 3, messaging.send 4.25, store.message 18.8,
  group.fanout 9.5, profile.server_of 6.33, store.conversation 38.5, gateway.push 2.01, messaging.mark 0.0051
Invariants: conservation residual 0, acknowledged and lost 0, duplicates 0, out of order 0, stale reads 0,
  Little's law within 0.31 %
This run: 32.1 s of wall time, 710 ms of it for the platform, 10.7 s a simulated second, 281.0 M events,
  8.754 M events/s, peak memory 1.21 GB
)");
}

TEST_CASE("what users do beside sending takes a line each") {
  CHECK_THAT(plain(whole_workload()), Catch::Contains(R"(
Load of conversation_store by cause (0.476 of its threads in all)
                   requests  utilised   share
  mark_delivered  14.58 M/s     0.283  59.6 %
  conversation    7.290 M/s     0.146  30.6 %
  mark_sent       2.330 M/s     0.047  9.81 %

Storage (before replication)
                rows written  bytes written  rows read
  message          1.157 M/s       887 MB/s       0 /s
  conversation     2.430 M/s       107 MB/s  1.555 M/s

Storage a message and over the retention, simulated beside estimated by formula
            new rows             rows read              bytes                 with
           a message  estimated  a message  estimated    kept  estimated  replicas
  message          1          1      1.428      1.428  140 PB     140 PB    420 PB

Mailboxes: 1.653 M/s messages handed over at logins, 12 left for the login after, 3 second copies dropped,
  0 overtaken by later ones
Statuses: 2.430 M/s sent, 2.430 M/s delivered, 1.944 M/s read, 3.600 M/s receipts to authors (1 failed)
Sessions: 1.000 M/s logins, 1.000 M/s completed, 7 attempts refused, 0 given up, 1.000 M/s logouts
Connections: 640.0 M in all, fullest gateway 16,432 of 50,000 (822 MB), longest outbound queue 31,
  10.67 M/s heartbeats, 3.133 M/s last seen
Profile cache: 98.8 % hits, 50.00 k/s misses, 17 waited for another's read, 41 % of all profiles resident,
  a row is evicted 5 h 0 min after its last use
Pictures: 110.0 k/s uploads, 5.785 k/s passed on, 243.1 k/s downloads (25 % from memory), 0 failed,
  33.0 GB/s up, 72.9 GB/s down, 99.0 GB/s onto disks (3 for each byte), disks 0.012 utilised (busiest 0.046)
Network: 12.3 GB/s)"));
}

TEST_CASE("what did not happen, or does not apply, has no words") {
  Result result = whole_workload();
  result.profile_cache.eviction_age = Seconds(HUGE_VAL);
  result.blobs = {};
  result.sessions.reconnects = 1'234;
  result.sessions.polls_per_s = 21.3e6;
  const std::string text = plain(result);
  CHECK_THAT(text, Catch::Contains("41 % of all profiles resident, nothing is evicted\n") ||
                       Catch::Contains("41 % of all profiles resident,\n  nothing is evicted\n"));
  CHECK_THAT(text, !Catch::Contains("Pictures"));
  CHECK_THAT(text, Catch::Contains("1,234 sent away by a drain"));
  CHECK_THAT(text, Catch::Contains("21.30 M/s long polls"));
}

TEST_CASE("the causes of a load are told of saturated tiers, of the busiest, or of all") {
  Result result = whole_workload();
  result.tiers[1].loads = {{"messaging", PerSecond(1e6), 0.01}};
  result.tiers[2].loads = {{"locate", PerSecond(1e6), 0.3}};
  const auto told = [&](Causes causes) {
    const std::string text = report(result, Paint(Paint::Colour::off), causes);
    std::string names;
    for (const TierSummary& summary : result.tiers) {
      if (text.find("Load of " + summary.name + " by cause") != std::string::npos)
        names += summary.name + " ";
    }
    return names;
  };
  CHECK(told(Causes::of_the_busiest) == "conversation_store ");
  CHECK(told(Causes::of_all) == "messaging profile conversation_store ");
  result.tiers[2].utilisation = 1.2;
  CHECK(told(Causes::of_the_busiest) == "profile ");
}

TEST_CASE("the verdict names what saturates a tier") {
  Result result = whole_run();
  result.tiers[2] = tier("profile", 50, 40, 3.7e6, 3.7);
  result.tiers[2].loads = {{"author", PerSecond(1.273e6), 1.273},
                           {"locate_miss", PerSecond(0), 0},
                           {"locate", PerSecond(1.157e6), 1.157},
                           {"locate_member", PerSecond(1.27e6), 1.27}};
  CHECK(first_lines(result, 4) == R"(
chat_2b on 50,700 machines: 1.157 M/s messages offered, 1.157 M/s acknowledged
2.430 M/s deliveries due: 777.8 k/s delivered, 1.653 M/s kept for the next login
profile is saturated: offered 3.700 of what it can serve; at least 232 machines needed for 0.8
  by cause: author 1.273, locate_member 1.270, locate 1.157
)");
  // More than a line holds.
  for (int i = 0; i < 9; ++i)
    result.tiers[2].loads.push_back({"profile_change_" + std::to_string(i), PerSecond(1), 0.01});
  CHECK_THAT(plain(result), Catch::Contains("\n  by cause: author 1.273, locate_member 1.270, locate 1.157, "
                                            "profile_change_0 0.010, 8 others 0.080\n"));
}

TEST_CASE("figures of a slice that depend on size are marked") {
  Result result = whole_workload();
  result.slice = 0.01;
  result.machines = 543;
  result.size_dependent = {"latency.*.max_ms", "tiers.*.queue_max", "tiers.profile.wait_mean_ms",
                           "sessions.connections_max", "network.host_link_utilisation_max"};
  const std::string text = plain(result);
  CHECK_THAT(text, Catch::Contains("\nchat_2b, a slice of 0.01, on 543 machines: "));
  CHECK_THAT(text, Catch::Contains("44.0 ms  81.0 ms*\n"));
  CHECK_THAT(text, Catch::Contains("fullest gateway 16,432* of 50,000 (822 MB)"));
  CHECK_THAT(text, Catch::Contains("busiest link 1.23 %* utilised"));
  CHECK_THAT(text, Catch::Contains("0 s*       0     0*         0\n"));
  CHECK_THAT(text, Catch::EndsWith(
                       "* of a slice of 0.01: depends on the size of the system, and does not carry over to "
                       "the whole\n"));
  CHECK_THAT(plain(whole_workload()), !Catch::Contains("*"));
}

TEST_CASE("a saturated tier is named with its number and the machines it needs") {
  Result result = whole_run();
  result.tiers[2] = tier("profile", 50, 40, 1.157e6, 1.1574);
  result.messages.failed = 12'345;
  result.failures = {
      {"messaging.profile.timeout", 12'000}, {"messaging.profile.rejected", 345}, {"x.y.z", 0}};
  CHECK(first_lines(result, 5) == R"(
chat_2b on 50,700 machines: 1.157 M/s messages offered, 1.157 M/s acknowledged
2.430 M/s deliveries due: 777.8 k/s delivered, 1.653 M/s kept for the next login
profile is saturated: offered 1.157 of what it can serve; at least 73 machines needed for 0.8
Queues there grow as long as the run lasts, and the latencies below with them; tiers behind see less load
12,345 messages failed (0.533 %); the reasons are below
)");
  CHECK_THAT(plain(result), Catch::Contains(R"(
Failures
  reason                       count  of messages offered
  messaging.profile.timeout   12,000              0.518 %
  messaging.profile.rejected     345             0.0149 %
)"));
}

TEST_CASE("a tier that never idles is saturated whatever was offered to it") {
  Result result = whole_run();
  result.tiers[2].busy_cores = 0.9995;
  CHECK(first_lines(result, 3) == R"(
chat_2b on 50,700 machines: 1.157 M/s messages offered, 1.157 M/s acknowledged
2.430 M/s deliveries due: 777.8 k/s delivered, 1.653 M/s kept for the next login
profile is saturated: its cores are never idle (busy > 99.9 %); at least 375 machines needed for 0.8
)");
}

TEST_CASE("an uneven tier is named beside what saturates first") {
  Result result = whole_run();
  result.tiers[3].utilisation_max = 1.25;
  CHECK(first_lines(result, 4) == R"(
chat_2b on 50,700 machines: 1.157 M/s messages offered, 1.157 M/s acknowledged
2.430 M/s deliveries due: 777.8 k/s delivered, 1.653 M/s kept for the next login
No tier is saturated. First to saturate: conversation_store at 2.1 times this load (utilisation 0.476)
conversation_store is uneven: offered 0.476 of what it can serve, but its busiest machine 1.250
)");
}

TEST_CASE("the network can be what gives way first") {
  Result result = whole_run();
  result.network.host_link_utilisation_max = 0.625;
  CHECK(first_lines(result, 4) == R"(
chat_2b on 50,700 machines: 1.157 M/s messages offered, 1.157 M/s acknowledged
2.430 M/s deliveries due: 777.8 k/s delivered, 1.653 M/s kept for the next login
No tier is saturated. First to saturate: the network link of a messaging machine, at 1.6 times this load
Messages use 62.5 % of a messaging machine's link; bulk flows do not see that and run too fast
)");
}

TEST_CASE("an interrupted run says so first") {
  Result result = whole_run();
  result.interrupted = true;
  result.simulated_s = 1.4;
  result.measured_s = 0.4;
  CHECK(first_lines(result, 2) == R"(
Interrupted after 1.4 s of simulated time: partial results
chat_2b on 50,700 machines: 5.787 M/s messages offered, 5.787 M/s acknowledged
)");
}

TEST_CASE("a run interrupted in the warm-up has no tables") {
  Result result;
  result.scenario = "small";
  result.seed = 7;
  result.machines = 100;
  result.interrupted = true;
  result.simulated_s = 0.25;
  result.events = 1000;
  result.wall_s = 0.5;
  result.platform_build_s = 0.1;
  result.peak_rss_bytes = 20'000'000;
  CHECK(plain(result) == R"(
Interrupted after 0.25 s of simulated time: partial results
small on 100 machines: it ended within the warm-up, nothing was measured

Invariants: conservation residual 0, acknowledged and lost 0, duplicates 0, out of order 0, stale reads 0,
  Little's law within 0 %
This run: 500 ms of wall time, 100 ms of it for the platform, 2 s a simulated second, 1,000 events,
  2,000 events/s, peak memory 20.0 MB
)");
}

TEST_CASE("a run that lost count is not to be trusted") {
  Result result = whole_run();
  result.invariants.conservation_residual = -3;
  result.promises = {{.name = "conservation_residual", .promised = true, .kept = false, .count = 3}};
  CHECK(first_lines(result, 2) == R"(
Do not trust this run: -3 messages or deliveries are unaccounted for
chat_2b on 50,700 machines: 1.157 M/s messages offered, 1.157 M/s acknowledged
)");
}

TEST_CASE("a broken promise is said first, what was not promised is counted below") {
  Result result = whole_run();
  result.invariants.lost_acknowledged = 2;
  result.invariants.stale_reads = 312;
  result.promises = {
      {"lost_acknowledged.message", true, true, 0, 0, "acknowledged writes of message lost", "W = 2", ""},
      {"stale_reads.conversation", false, false, 312, 1'555'000, "stale reads in conversation", "R + W = 2 <= N = 3",
       "up to 14 ms old"},
      {"out_of_order", false, true, 0, 1'555'000, "messages shown out of order", "54.5 s late", ""},
      {"duplicates", true, true, 0, 1'555'000, "messages shown twice", "they are known", ""}};
  CHECK_THAT(plain(result), Catch::Contains(R"(
Invariants: conservation residual 0, acknowledged and lost 2, duplicates 0, out of order 0, stale reads 312,
  Little's law within 0.31 %
Promises: all 2 held
  312 stale reads in conversation (0.0201 %), up to 14 ms old: not promised, R + W = 2 <= N = 3
This run:)"));
  result.promises[0].kept = false;
  result.promises[0].count = 2;
  CHECK(first_lines(result, 2) == R"(
Promise broken: 2 acknowledged writes of message lost, though promised: W = 2
chat_2b on 50,700 machines: 1.157 M/s messages offered, 1.157 M/s acknowledged
)");
  CHECK_THAT(plain(result), Catch::Contains("\nPromises: 1 of 2 broken\n  312 stale reads"));
}

TEST_CASE("after disturbances the report says whether replicas agree again") {
  Result result = whole_run();
  result.promises = {{.name = "duplicates", .promised = true}};
  CHECK_THAT(plain(result), Catch::Contains("\nPromises: all 1 held\nThis run:"));
  result.convergence = {.disturbances = 2, .last_disturbance_s = 2, .divergent_rows = 1234};
  CHECK_THAT(plain(result), Catch::Contains(R"(
Convergence: 2 disturbances, the last after 2.00 s,
  until the end replicas differed in what was written before it, 1,234 rows differ at the end
)"));
  result.convergence = {.disturbances = 1, .last_disturbance_s = 2, .divergent_rows = 0, .converged_after_s = 0.35};
  CHECK_THAT(plain(result), Catch::Contains(R"(
Convergence: 1 disturbance, the last after 2.00 s,
  replicas agreed 350 ms later on all that was written before it, 0 rows differ at the end
)"));
}

TEST_CASE("what the control plane noticed is told, and when it could not notice anything") {
  Result result = whole_run();
  const std::string quiet = plain(result);
  CHECK(quiet.find("cut off") == std::string::npos);
  CHECK(quiet.find("Coordination") == std::string::npos);
  result.control = {.detections = 40,
                    .detection_delay_mean = Seconds{2.5},
                    .detection_delay_max = Seconds{3.1},
                    .undetected = 3,
                    .false_positives = 7,
                    .no_quorum_s = 30};
  CHECK_THAT(plain(result), Catch::Contains(R"(
40 machines were found dead or cut off, after 2.50 s in the mean and 3.10 s at most
3 machines were dead or cut off when the run ended, and nobody had noticed
7 times a healthy machine was taken for down, by lost heartbeats
Coordination had no majority for 30.0 s: who was up was not known meanwhile
)"));
}

TEST_CASE("of several replications every number carries its interval") {
  Replicated replicated;
  replicated.replications = 5;
  replicated.wall_s = 80;
  replicated.summary = "Precise to 5 % after 5 replications";
  replicated.intervals.all = {{"messages.offered", {2'314'815, 1500, 5}},
                              {"latency.send_to_ack.p99_ms", {31.2, 0.8, 5}},
                              {"tiers.conversation_store.utilisation", {0.476, 0.0123, 5}},
                              {"tiers.conversation_store.machines", {5000, 0, 5}},
                              {"network.bytes_per_s", {12.3e9, 0.25e9, 5}},
                              {"profile_cache.hit_ratio", {0.9875, 0.001, 5}}};
  const std::string text = report(whole_workload(), Paint(Paint::Colour::off), Causes::of_the_busiest, replicated);
  CHECK_THAT(text, Catch::StartsWith("chat_2b on 50,700 machines: 1.157 M/s +- 0.00075 messages offered, "
                                     "1.157 M/s acknowledged\n"));
  CHECK_THAT(text, Catch::Contains("at 2.1 times this load (utilisation 0.476 +- 0.012)\n"
                                   "Precise to 5 % after 5 replications\n"));
  CHECK_THAT(text, Catch::Contains("(2 s measured of 3 s simulated, means of 5 seeds from 1 on, +- is 95 %)"));
  CHECK_THAT(text, Catch::Contains("11.5 ms  19.0 ms  31.2 ms  44.0 ms  81.0 ms\n"
                                   "                                                        +- 0.8\n"));
  CHECK_THAT(text, Catch::Contains("5,000  100 threads  7.300 M/s     0.476    0.524"));
  CHECK_THAT(text, Catch::Contains("Network: 12.3 GB/s +- 0.25 sent by all machines"));
  CHECK_THAT(text, Catch::Contains("Profile cache: 98.8 % +- 0.1 hits"));
  CHECK_THAT(text, Catch::Contains("This run: 5 replications in 1 min 20 s of wall time\n"
                                   "Each of them, on average: 32.1 s of wall time"));
}

TEST_CASE("no line is wider than 110 columns") {
  Result result = whole_workload();
  result.slice = 0.123456;
  result.size_dependent = {"latency.*.*", "tiers.*.*", "sessions.*",
                           "network.*",   "blobs.*",   "events_per_message.*"};
  for (TierSummary& summary : result.tiers) {
    summary.rejected = 999'999;
    summary.queue_max = 10'000;
    summary.queue_mean = 9'876;
    summary.wait_mean = 12.3_ms;
  }
  result.tiers[3].utilisation = result.tiers[3].utilisation_max = 12.345;
  result.network.host_link_utilisation_max = 0.123;
  std::istringstream text(plain(result));
  for (std::string line; std::getline(text, line);) {
    INFO(line);
    CHECK(line.size() <= 110);
  }
}

TEST_CASE("colour only adds escapes") {
  std::string coloured = report(whole_run(), Paint(Paint::Colour::on));
  CHECK(coloured.find("\x1b[32mNo tier is saturated") != std::string::npos);
  for (std::size_t begin; (begin = coloured.find('\x1b')) != std::string::npos;) {
    coloured.erase(begin, coloured.find('m', begin) - begin + 1);
  }
  CHECK("\n" + coloured == plain(whole_run()));
}
