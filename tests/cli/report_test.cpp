#include "cli/report.hpp"

#include <catch2/catch.hpp>
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
  result.storage = {{"message", 1.157e6, 886.6e6, 0}, {"conversation", 2.43e6, 106.9e6, 1.555e6}};
  result.network = {12.3e9, 0.0123, "messaging"};
  result.invariants.little_law_error = 0.0031;
  result.platform_build_s = 0.71;
  result.wall_s = 32.1;
  result.peak_rss_bytes = 1'210'000'000;
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
  result.invariants.lost_acknowledged = 2;
  CHECK(first_lines(result, 3) == R"(
Do not trust this run: -3 messages or deliveries are unaccounted for
2 acknowledged messages were lost
chat_2b on 50,700 machines: 1.157 M/s messages offered, 1.157 M/s acknowledged
)");
}

TEST_CASE("no line is wider than 110 columns") {
  Result result = whole_run();
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
