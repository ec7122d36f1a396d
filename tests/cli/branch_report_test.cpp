#include "cli/branch_report.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "tests/cli/run_result.hpp"

using namespace chatsim;
using namespace chatsim::cli;
using spec::Seconds;

namespace {

spec::Result result(double factor) {
  spec::Result result;
  result.scenario = "made_up";
  result.measured_s = 4;
  result.simulated_s = 5;
  result.messages = {
      .offered = 9000, .acknowledged = static_cast<std::uint64_t>(6000 * factor), .failed = factor < 1 ? 30U : 0U};
  result.deliveries = {.due = 13000, .delivered = 4200, .kept = 8800};
  result.latency.push_back({.name = "send_to_ack",
                            .count = 6000,
                            .mean = Seconds{0.012},
                            .p50 = Seconds{0.010 * factor},
                            .p90 = Seconds{0.02},
                            .p99 = Seconds{0.030 / factor},
                            .p999 = Seconds{0.040},
                            .max = Seconds{0.1}});
  result.tiers = {tests::tier("gateway", 4, 8, 100, 0.2), tests::tier("message_store", 4, 8, 100, 0.6 * factor)};
  result.tiers[0].queue_max = 7;
  result.tiers[1].queue_max = 3;
  result.tiers[1].rejected = factor < 1 ? 5 : 0;
  result.series = {.time_s = {1, 2, 3},
                   .offered_per_s = {100, 100, 100},
                   .acknowledged_per_s = {100, 100 * factor, 100 * factor},
                   .delivered_per_s = {50, 50, 50},
                   .failed_per_s = {0, 0, 0},
                   .send_to_ack_p99_ms = {30, 30 / factor, 40 / factor},
                   .send_to_deliver_p99_ms = {0, 0, 0}};
  return result;
}

std::vector<NamedBranch> branches() {
  return {{"baseline", {}, {result(1), ""}},
          {"bounded", {{"stores.message.queue_limit", "10000", "5"}}, {result(0.5), ""}}};
}

spec::Scenario scenario() {
  spec::Scenario scenario;
  scenario.name = "made_up";
  return scenario;
}

const Paint plain{Paint::Colour::off};

}  // namespace

TEST_CASE("branches are laid side by side, with what changes") {
  CHECK(branch_report(scenario(), Seconds{1}, branches(), plain) ==
        R"(made_up: one past until 1s, then the baseline and 1 variant
  bounded: stores.message.queue_limit 10000 -> 5

All that was measured, 4 s
                                    baseline              bounded    change
  messages acknowledged                6,000                3,000   -50.0 %
  messages failed                          0                   30
  deliveries delivered                 4,200                4,200         =
  deliveries kept                      8,800                8,800         =
  deliveries failed                        0                    0         =
  logins failed                            0                    0         =
  send_to_ack p50                    10.0 ms              5.00 ms   -50.0 %
  send_to_ack p99                    30.0 ms              60.0 ms  +100.0 %
  send_to_ack p99.9                  40.0 ms              40.0 ms         =
  send_to_deliver p50
  send_to_deliver p99
  send_to_deliver p99.9
  most utilised tier     message_store 0.600  message_store 0.300   -50.0 %
  longest queue                    gateway 7            gateway 7         =
  requests rejected                        0                    5
  broken promises                          0                    0         =

After 1s, 2 windows in 2 s
                                      baseline  bounded    change
  offered                               100 /s   100 /s         =
  acknowledged                          100 /s    50 /s   -50.0 %
  delivered                              50 /s    50 /s         =
  failed                                  0 /s     0 /s         =
  send_to_ack p99, median window       35.0 ms  70.0 ms  +100.0 %
    worst window                       40.0 ms  80.0 ms  +100.0 %
  send_to_deliver p99, median window
    worst window
)");
}

TEST_CASE("what was interrupted, or broke a promise, is said before the tables") {
  std::vector<NamedBranch> all = branches();
  all[1].outcome.result->interrupted = true;
  all[1].outcome.result->simulated_s = 2.5;
  all[1].outcome.result->promises.push_back({.name = "stale_reads.message",
                                             .promised = true,
                                             .kept = false,
                                             .count = 3,
                                             .of = 9,
                                             .what = "stale reads in message",
                                             .reason = "R + W > N",
                                             .extent = ""});
  const std::string report = branch_report(scenario(), Seconds{1}, all, plain);
  CHECK(report.find("\nbounded: interrupted after 2.5 s of simulated time: partial results\nbounded: ") !=
        std::string::npos);
  CHECK(report.find("  broken promises                          0                    1\n") != std::string::npos);
}

TEST_CASE("a branch without a result has no column, and one without a baseline no change") {
  std::vector<NamedBranch> all = branches();
  all[0].outcome = {std::nullopt, "killed"};
  const std::string report = branch_report(scenario(), Seconds{1}, all, plain);
  CHECK(report.find("baseline  ") == std::string::npos);
  CHECK(report.find("  messages acknowledged                3,000\n") != std::string::npos);
  all[1].outcome = {};
  CHECK(branch_report(scenario(), Seconds{1}, all, plain) ==
        "made_up: one past until 1s, then the baseline and 1 variant\n"
        "  bounded: stores.message.queue_limit 10000 -> 5\n");
}

TEST_CASE("in JSON a branch has its changes, what came after and its result, or why there is none") {
  std::vector<NamedBranch> all = branches();
  nlohmann::ordered_json json = branch_json(all[1], Seconds{1});
  CHECK(json["name"] == "bounded");
  CHECK(json["changes"].dump() == R"({"stores.message.queue_limit":"5"})");
  CHECK(json["after"]["acknowledged_per_s"] == 50);
  CHECK(json["after"]["send_to_ack_p99_ms"].dump() == R"({"median":70.0,"max":80.0})");
  CHECK(json["result"]["messages"]["acknowledged"] == 3000);
  all[1].outcome = {std::nullopt, "killed by SIGKILL"};
  CHECK(branch_json(all[1], Seconds{1}).dump() ==
        R"({"name":"bounded","changes":{"stores.message.queue_limit":"5"},"failure":"killed by SIGKILL"})");
  all[1].outcome = {};
  CHECK(branch_json(all[1], Seconds{1}).dump() ==
        R"({"name":"bounded","changes":{"stores.message.queue_limit":"5"},"after":null,"result":null})");
}

TEST_CASE("changes are the fields whose values read otherwise, in the order of the scenario") {
  spec::Scenario before = scenario(), after = before;
  after.services.group.fanout = spec::Fanout::batched;
  after.population.sessions.send_retry_after = Seconds{20};
  const std::vector<FieldChange> changes = changes_between(before, after);
  REQUIRE(changes.size() == 2);
  CHECK(changes[0].path == "population.sessions.send_retry_after");
  CHECK(changes[0].before == "5s");
  CHECK(changes[0].after == "20s");
  CHECK(changes[1].path == "services.group.fanout");
}
