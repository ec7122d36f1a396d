#include "models/checks/promises.hpp"

#include <catch2/catch.hpp>
#include <cmath>

using namespace chatsim;
using namespace chatsim::models;
using Replication = Guarantees::Replication;
using spec::Seconds;

namespace {

Guarantees table(int n, int r, int w, Replication replication = Replication::quorum) {
  return {.replication = replication, .replicas = n, .read_quorum = r, .write_quorum = w};
}

}  // namespace

TEST_CASE("what a table promises follows from N, R, W, who answers, and how many lose their data at a time") {
  struct Case {
    Guarantees of;
    int data_losses;
    bool no_write_lost, no_stale_read;
  };
  const Case cases[] = {
      // N, R, W
      {table(3, 2, 2), 0, true, true},
      {table(3, 1, 1), 0, false, false},
      {table(3, 1, 3), 0, true, true},
      {table(3, 3, 1), 0, false, true},
      {table(3, 1, 2), 0, true, false},
      {table(3, 2, 1), 0, false, false},
      {table(1, 1, 1), 0, false, true},
      {table(2, 1, 2), 0, true, true},
      {table(5, 3, 3), 0, true, true},
      {table(5, 2, 3), 0, true, false},
      // A machine came back empty: two of three acknowledged, one may be the empty one and the other not be asked.
      {table(3, 2, 2), 1, true, false},
      {table(3, 2, 2), 2, false, false},
      {table(3, 3, 2), 1, true, true},
      {table(3, 1, 3), 2, true, false},
      {table(5, 4, 3), 1, true, true},
      // The leader and a majority of followers.
      {table(3, 1, 1, Replication::leader), 0, true, true},
      {table(5, 1, 1, Replication::leader), 2, true, true},
      {table(5, 1, 1, Replication::leader), 3, false, false},
      {table(3, 1, 1, Replication::leader), 1, true, true},
      {table(1, 1, 1, Replication::leader), 0, false, true},
  };
  for (const Case& one : cases) {
    CAPTURE(one.of.replicas, one.of.read_quorum, one.of.write_quorum, int(one.of.replication), one.data_losses);
    const Promise writes = no_write_lost(one.of, one.data_losses), reads = no_stale_read(one.of, one.data_losses);
    CAPTURE(writes.reason, reads.reason);
    CHECK(writes.promised == one.no_write_lost);
    CHECK(reads.promised == one.no_stale_read);
    CHECK_FALSE(writes.reason.empty());
    CHECK_FALSE(reads.reason.empty());
  }
}

TEST_CASE("a sloppy quorum takes the overlap away, not the copies") {
  Guarantees sloppy = table(3, 2, 2);
  sloppy.sloppy_quorum = true;
  CHECK(no_write_lost(sloppy).promised);
  CHECK_FALSE(no_stale_read(sloppy).promised);
}

TEST_CASE("reasons are told with their numbers") {
  CHECK(no_stale_read(table(3, 2, 2)).reason == "R + W = 4 > N = 3");
  CHECK(no_stale_read(table(3, 1, 1)).reason == "R + W = 2 <= N = 3");
  CHECK(no_stale_read(table(3, 1, 1, Replication::leader)).reason == "the leader answers");
  CHECK(no_write_lost(table(3, 1, 1)).reason ==
        "W = 1: a replica that loses its data takes acknowledged writes with it");
  CHECK(no_write_lost(table(3, 2, 2)).reason ==
        "W = 2: acknowledged writes outlast the loss of the data of 1 machine at a time");
  CHECK(no_write_lost(table(5, 1, 1, Replication::leader)).reason ==
        "committed by 3 of 5: acknowledged writes outlast the loss of the data of 2 machines at a time");
  CHECK(no_write_lost(table(3, 2, 2), 2).reason == "W = 2, and 2 machines were without their data at a time");
}

TEST_CASE("replicas agree again where something mends them, and after the time that it takes") {
  Guarantees mended = table(3, 2, 2);
  CHECK_FALSE(replicas_agree(mended, Seconds{HUGE_VAL}).promised);
  mended.repaired_within = Seconds{10};
  CHECK(replicas_agree(mended, Seconds{HUGE_VAL}).promised);
  CHECK(replicas_agree(mended, Seconds{10}).promised);
  CHECK_FALSE(replicas_agree(mended, Seconds{9}).promised);
  CHECK(replicas_agree(mended, Seconds{9}).reason ==
        "repair takes up to 10 s, and there were 9 s for it");
}

TEST_CASE("order is promised where no message can be later than devices put in its place") {
  spec::Scenario scenario;
  // 4 sends and 15 requests of 1 s, pauses of 5, 10 and 20 s, and half a second before what is left is handed over.
  CHECK(shown_in_order(scenario).reason ==
        "sent again or up to its deadlines a message may be 54.5 s late, devices put in its place what is 2 s late");
  CHECK_FALSE(shown_in_order(scenario).promised);
  scenario.population.sessions.send_retries = 0;
  scenario.network.request_timeout = Seconds{93e-3};  // x 16 + 0.5 s
  CHECK(shown_in_order(scenario).promised);
  scenario.network.request_timeout = Seconds{94e-3};
  CHECK_FALSE(shown_in_order(scenario).promised);
}

TEST_CASE("what holds in every configuration, and what in none") {
  CHECK(shown_once().promised);
  CHECK(books_balance().promised);
  CHECK(queues_obey_little().promised);
  CHECK_FALSE(every_delivery().promised);
}

TEST_CASE("healing is promised where the service comes to rest") {
  spec::Scenario scenario;
  CHECK(heals(scenario, {}).promised);
  CHECK_FALSE(heals(scenario, {.majority_lost = true}).promised);
  CHECK_FALSE(heals(scenario, {.overloaded = true}).promised);
  // Three in a row of 50,000 machines' heartbeats: some machine is always suspected.
  scenario.control.heartbeat_loss = spec::Probability{0.1};
  CHECK_FALSE(heals(scenario, {}).promised);
  CHECK(heals(scenario, {}).reason ==
        "heartbeats are lost so often that about 50 healthy machines are suspected at any time");
  scenario.control.heartbeat_loss = spec::Probability{0.01};
  CHECK(heals(scenario, {}).promised);
  scenario.control.heartbeat_loss = spec::Probability{0.9};
  scenario.control.detection = spec::Detection::instant;
  CHECK(heals(scenario, {}).promised);
}
