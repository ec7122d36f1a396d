#include "cli/report.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <sstream>

#include "tests/cli/run_result.hpp"

using namespace chatsim::cli;
using namespace chatsim::spec;
using namespace chatsim::spec::literals;
using namespace chatsim::tests;

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
  result.promises = {{.name = "conservation_residual", .promised = true, .kept = false, .count = 3, .what = {}, .reason = {}, .extent = {}}};
  CHECK(first_lines(result, 2) == R"(
Do not trust this run: -3 messages or deliveries are unaccounted for
chat_2b on 50,700 machines: 1.157 M/s messages offered, 1.157 M/s acknowledged
)");
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
