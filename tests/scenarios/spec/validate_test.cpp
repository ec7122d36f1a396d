#include "scenarios/spec/validate.hpp"

#include <catch2/catch.hpp>

using namespace chatsim::spec;
using namespace chatsim::spec::literals;

namespace {

/// All issues, a line each.
std::string issues(const Scenario& scenario) {
  std::string lines;
  for (const Issue& issue : validate(scenario)) lines += issue.path + ": " + issue.message + "\n";
  return lines;
}

}  // namespace

TEST_CASE("The defaults are a valid scenario of the published size") {
  const Scenario scenario;
  CHECK(issues(scenario) == "");
  CHECK(machines(scenario) == 50'103);
  CHECK(hosts(scenario.datacenter) == 50'400);
  CHECK(message_rate(scenario.population).value() == Approx(1.157407e6));
}

TEST_CASE("The rate follows load factor and day") {
  Population population;
  population.load_factor = 1.5;
  population.day = 90'000_s;
  CHECK(message_rate(population).value() == Approx(1.5e11 / 90'000));
}

TEST_CASE("Replicas need machines and failure domains, quorums need replicas") {
  Scenario scenario;
  scenario.stores.group.machines = 2;
  scenario.stores.profile.read_quorum = 4;
  scenario.stores.message.spread = FailureDomain::datacenter;
  CHECK(
      issues(scenario) ==
      "stores.message.replication: 3 is too large, at most 1: stores.message.spread puts each replica into a "
      "different datacenter and the datacenter has 1\n"
      "stores.group.replication: 3 is too large, at most stores.group.machines (2): each replica has a "
      "machine of "
      "its own\n"
      "stores.profile.read_quorum: 4 is too large, at most stores.profile.replication (3)\n");
}

TEST_CASE("A sloppy quorum needs hints") {
  Scenario scenario;
  scenario.stores.group.repair.sloppy_quorum = Switch::on;
  CHECK(issues(scenario).empty());
  scenario.stores.group.repair.hinted_handoff = Switch::off;
  CHECK(issues(scenario) ==
        "stores.group.repair.sloppy_quorum: on is not possible while stores.group.repair.hinted_handoff is off: what "
        "another machine takes for a replica is a hint\n");
}

TEST_CASE("A hedged read needs a replica that was not asked") {
  Scenario scenario;
  Store& store = scenario.stores.message;
  store.hedge.tied = Switch::on;
  CHECK(issues(scenario) == "stores.message.hedge.tied: on needs hedged reads, but stores.message.hedge.after is 0\n");
  store.hedge.after = 50_ms;
  CHECK(issues(scenario) ==
        "stores.message.hedge.after: 50ms leaves no replica to ask: stores.message.read_from is all; choose quorum\n");
  store.read_from = ReadFrom::quorum;
  CHECK(issues(scenario).empty());
  store.read_quorum = 3;
  CHECK(issues(scenario) ==
        "stores.message.hedge.after: 50ms leaves no replica to ask: stores.message.read_quorum (3) is all of "
        "stores.message.replication (3)\n");
  store.read_quorum = 2;
  store.hedge.after = 1_s;
  CHECK(issues(scenario) ==
        "stores.message.hedge.after: 1s is too long, must be less than network.request_timeout (1s)\n");
  store.hedge.after = 50_ms;
  store.consistency = Consistency::leader;
  CHECK(issues(scenario) ==
        "stores.message.hedge.after: 50ms is for a table of quorums; must be 0, or set stores.message.consistency to "
        "quorum: a leader has no other that could answer for it\n");
}

TEST_CASE("CoDel lets requests wait for less while a queue is never empty") {
  Scenario scenario;
  scenario.services.messaging.codel.target = 100_ms;
  CHECK(issues(scenario).empty());
  scenario.services.messaging.shedding = Shedding::codel;
  CHECK(issues(scenario) ==
        "services.messaging.codel.target: 100ms is too long, must be less than services.messaging.codel.interval "
        "(100ms): the longer wait is for queues that were empty\n");
  scenario.services.messaging.codel.target = 99_ms;
  CHECK(issues(scenario).empty());
}

TEST_CASE("A lease ends before followers elect another leader, and lasts from one heartbeat to the next") {
  Scenario scenario;
  Store& store = scenario.stores.message;
  store.leadership.lease = 500_ms;
  store.leadership.heartbeat = 600_ms;
  CHECK(issues(scenario) == "");  // Of a table that has no leaders.
  store.consistency = Consistency::leader;
  store.read_quorum = 4;  // Means nothing now.
  CHECK(issues(scenario) ==
        "stores.message.leadership.lease: 500ms is too long, must be less than stores.message.leadership.election_timeout "
        "(500ms): no two leaders may serve at once\n"
        "stores.message.leadership.heartbeat: 600ms is too long, must be less than stores.message.leadership.lease "
        "(500ms): a lease has to last until the next one\n");
}

TEST_CASE("Services and stores must fit into the datacenter") {
  Scenario scenario;
  scenario.stores.conversation.machines = 60'000;
  CHECK(issues(scenario) ==
        "stores.conversation.machines: 60000 is too large: services, stores and coordination together need 105103 "
        "machines, the "
        "datacenter has 50400 hosts (1 regions x 1 datacenters x 35 pods x 36 racks x 40 hosts)\n");
  scenario = Scenario{};
  scenario.datacenter.regions = 100;
  scenario.datacenter.datacenters_per_region = 100;
  scenario.datacenter.racks_per_pod = 10'000;
  CHECK(hosts(scenario.datacenter) == 2147483647);
  CHECK(issues(scenario) ==
        "datacenter: too many hosts, at most 1000000: 100 regions x 100 datacenters x 35 pods x 10000 racks "
        "x 40 "
        "hosts\n");
}

TEST_CASE("Something is left to measure") {
  Scenario scenario;
  scenario.simulation.warmup = 3_s;
  scenario.simulation.window = 4_s;
  CHECK(issues(scenario) ==
        "simulation.warmup: 3s leaves nothing to measure, must be less than simulation.duration (3s)\n"
        "simulation.window: 4s is too long, at most simulation.duration (3s)\n");
}

TEST_CASE("Groups have members and exist") {
  Scenario scenario;
  scenario.population.groups = 0;
  scenario.population.users = 100;
  scenario.population.group_size = Distribution::constant(500);
  CHECK(
      issues(scenario) ==
      "population.group_message_share: 0.1 is too large, at most 0 when population.groups is 0\n"
      "population.group_size: the mean of 500 members is too large, at most population.group_size_max (200)\n"
      "population.group_size_max: 200 is too large, at most population.users (100)\n");
}

TEST_CASE("A load bound is for rings, and not below the mean; copysets do not grow") {
  Scenario scenario;
  scenario.stores.message.placement.load_bound = 0.5;
  scenario.stores.group.placement = {.policy = PlacementPolicy::copysets, .load_bound = 1.25};
  scenario.stores.profile.placement.policy = PlacementPolicy::copysets;
  scenario.stores.profile.growth.machines = 10;
  CHECK(issues(scenario) ==
        "stores.message.placement.load_bound: 0.5 is too small: 0 for no bound, or at least 1, the mean\n"
        "stores.group.placement.load_bound: 1.25 is for a ring; with stores.group.placement.policy copysets all machines "
        "have equal shares, must be 0\n"
        "stores.profile.growth.machines: 10 moves nearly all rows with stores.profile.placement.policy copysets, must be "
        "0; choose ring\n");
  scenario = Scenario{};
  scenario.stores.message.placement.load_bound = 1;
  scenario.stores.profile.placement = {.policy = PlacementPolicy::copysets, .scatter_width = 100'000};
  CHECK(issues(scenario) == "");
}

TEST_CASE("Not all gateways are drained") {
  Scenario scenario;
  scenario.services.gateway.drain.gateways = 99.9_percent;
  CHECK(issues(scenario) == "");
  scenario.services.gateway.drain.gateways = 100_percent;
  CHECK(issues(scenario) ==
        "services.gateway.drain.gateways: 1 of services.gateway.machines (40000) leaves none to which their clients could "
        "go; drain fewer of them\n");
}
