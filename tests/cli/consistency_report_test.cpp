#include <catch2/catch.hpp>

#include "cli/replica_report.hpp"
#include "tests/cli/run_result.hpp"

using namespace chatsim::cli;
using namespace chatsim::spec;
using namespace chatsim::tests;

// What the report says of promises, replicas, and of who was taken for down.

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
  result.promises = {{.name = "duplicates", .promised = true, .what = {}, .reason = {}, .extent = {}}};
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

TEST_CASE("machines that join, leave or are rebuilt are a table, and so are leaders and what replicas missed") {
  Result result = whole_run();
  const Paint paint(Paint::Colour::off);
  result.consistency = {{.name = "message"}};  // Nothing was missed.
  CHECK(replica_report(result, paint).empty());

  result.rebalancing = {{.name = "message",
                         .machines_before = 20,
                         .machines_after = 22,
                         .share_expected = 0.0909,
                         .share_moved = 0.087,
                         .bytes_copied = 4.63e9,
                         .begun_s = 10,
                         .done_s = 28.5},
                        {.name = "group",
                         .machines_before = 5,
                         .machines_after = 5,
                         .share_under_replicated = 0.25,
                         .machines_rebuilt = 1,
                         .machines_empty = 2,
                         .rows_lost = 7}};
  result.rebalancing.push_back(result.rebalancing[0]);
  result.rebalancing[2].name = "profile";
  result.rebalancing[2].done_s = 0;
  const std::string moves = replica_report(result, paint);
  CHECK_THAT(moves, Catch::Contains("Rebalancing") && Catch::Contains("20 -> 22") && Catch::Contains("9.09 %") &&
                        Catch::Contains("4.63 GB") && Catch::Contains("18.5 s"));
  CHECK_THAT(moves, Catch::Contains("1 of 3") && Catch::Contains("25 %"));
  CHECK_THAT(moves, Catch::Contains("goes on"));
  CHECK_THAT(moves, !Catch::Contains("Leaders"));

  result.rebalancing.clear();
  result.leadership = {{.name = "message", .ranges = 1276, .elections = 16, .without_leader = {}, .without_leader_max = Seconds{0.7},
                        .refused_no_majority = 140}};
  result.consistency[0].repair.missed = 40;
  result.consistency[0].repair.hints_kept = 30;
  result.consistency[0].repair.hints_dropped = 4;
  result.consistency[0].repair.hints_expired = 3;
  result.consistency[0].repair.hints_lost = 2;
  const std::string rest = replica_report(result, paint);
  CHECK_THAT(rest, Catch::Contains("Leaders") && Catch::Contains("1,276") && Catch::Contains("700 ms") && Catch::Contains("140"));
  CHECK_THAT(rest, Catch::Contains("Writes that replicas missed") && Catch::Contains("40") && Catch::Contains(" 9 "));
}
