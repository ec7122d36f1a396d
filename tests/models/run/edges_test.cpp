#include "models/run/chat_service.hpp"
#include "scenarios/spec/validate.hpp"
#include "tests/models/figures.hpp"
#include "tests/models/run/result_of.hpp"
#include "tests/models/small_scenario.hpp"

using namespace chatsim;
using tests::result_of;

namespace {

void check_healthy(const spec::Result& result) {
  CHECK(result.messages.offered > 0);
  CHECK(result.messages.acknowledged > 0);
  CHECK(result.messages.failed == 0);
  CHECK(result.deliveries.failed == 0);
  CHECK(result.invariants.conservation_residual == 0);
  CHECK(result.invariants.lost_acknowledged == 0);
  CHECK(result.invariants.little_law_error < 1e-6);
}

spec::Scenario brief(double rate = 1000) {
  spec::Scenario scenario = tests::one_rack(rate);
  scenario.simulation.duration = spec::Seconds{2};
  return scenario;
}

}  // namespace

TEST_CASE("no groups") {
  spec::Scenario scenario = brief();
  scenario.population.groups = 0;
  scenario.population.group_message_share = spec::Probability{0};
  const spec::Result result = result_of(scenario);
  check_healthy(result);
  CHECK(tests::tier(result, "group").offered.value() == 0);
}

TEST_CASE("two users, who can only write to each other") {
  spec::Scenario scenario = brief();
  scenario.population.users = 2;
  scenario.population.groups = 3;
  scenario.population.group_size = spec::Distribution::constant(2.0);
  scenario.population.group_size_max = 2;
  scenario.population.online = spec::Probability{1};
  const spec::Result result = result_of(scenario);
  check_healthy(result);
  CHECK(tests::figure(
      "due a message", 1,
      static_cast<double>(result.deliveries.due) / static_cast<double>(result.messages.acknowledged), 0.05));
}

TEST_CASE("nobody online, and everybody") {
  spec::Scenario scenario = brief(200);
  scenario.population.online = spec::Probability{0};
  const spec::Result nobody = result_of(scenario);
  check_healthy(nobody);
  CHECK(nobody.deliveries.delivered == 0);
  CHECK(nobody.deliveries.kept > 0);
  CHECK(tests::latency(nobody, "send_to_deliver").count == 0);
  scenario.population.online = spec::Probability{1};
  const spec::Result everybody = result_of(scenario);
  check_healthy(everybody);
  CHECK(everybody.deliveries.delivered > 0);
  CHECK(everybody.deliveries.kept == 0);
}

TEST_CASE("quorums and replication at their bounds") {
  struct Case {
    int replication, read, write;
  };
  const auto [replication, read, write] =
      GENERATE(Case{3, 1, 1}, Case{3, 3, 3}, Case{1, 1, 1}, Case{2, 1, 2}, Case{8, 4, 5});
  CAPTURE(replication, read, write);
  spec::Scenario scenario = brief();
  for (spec::Store* store : {&scenario.stores.message, &scenario.stores.conversation, &scenario.stores.group,
                             &scenario.stores.profile}) {
    store->machines = 8;
    store->replication = replication;
    store->read_quorum = read;
    store->write_quorum = write;
  }
  scenario.datacenter.hosts_per_rack = 80;
  tests::send_messages_only(scenario);
  REQUIRE(spec::validate(scenario).empty());
  const spec::Result result = result_of(scenario);
  check_healthy(result);
  CHECK(tests::figure("legs of a message at its store", replication,
                      tests::tier(result, "message_store").offered.value() * result.measured_s /
                          static_cast<double>(result.messages.offered),
                      0.02 * replication));
  if (read + write > replication) CHECK(result.invariants.stale_reads == 0);
}

TEST_CASE("one machine of everything, one thread, one core") {
  spec::Scenario scenario = brief(20);
  for (spec::Tier* tier :
       std::initializer_list<spec::Tier*>{&scenario.services.gateway, &scenario.services.messaging,
                                          &scenario.services.group, &scenario.services.profile}) {
    tier->machines = tier->threads = tier->cores = 1;
  }
  for (spec::Store* store : {&scenario.stores.message, &scenario.stores.conversation, &scenario.stores.group,
                             &scenario.stores.profile}) {
    store->machines = store->cores = store->replication = store->read_quorum = store->write_quorum = 1;
    store->threads = 4;
  }
  check_healthy(result_of(scenario));
}

TEST_CASE("no traffic at all") {
  spec::Scenario scenario = brief(0);
  const spec::Result result = result_of(scenario);
  CHECK(result.messages.offered == 0);
  CHECK(result.invariants.conservation_residual == 0);
  CHECK_FALSE(result.interrupted);
  CHECK(result.simulated_s == 2);
}

TEST_CASE("no warm-up, windows that do not divide the run, and service times of zero") {
  spec::Scenario scenario = brief();
  scenario.simulation = {
      .duration = spec::Seconds{1}, .warmup = spec::Seconds{0}, .window = spec::Seconds{0.3}};
  scenario.services.gateway.service_time = spec::Distribution::constant(spec::Seconds{0});
  scenario.stores.message.write_time = spec::Distribution::constant(spec::Seconds{0});
  const spec::Result result = result_of(scenario);
  check_healthy(result);
  REQUIRE(result.series.time_s.size() == 4);
  CHECK(result.series.time_s.back() == 1);
}

TEST_CASE("what a device shows twice is reported; a message to somebody else, and a later one, are none") {
  const tests::Figures found = tests::figures_of([](tests::Figures& figures) {
    const spec::Scenario scenario = brief(0);
    // Not destroyed: the child ends without.
    auto& world = *new sim::World(scenario.datacenter);
    auto& service = *new models::ChatService(world, scenario);
    models::Devices& devices = service.gateways().devices;
    models::Message message{.id = models::MessageId{7}, .author = models::UserId{1}, .recipient = models::UserId{2}};
    devices.show(models::UserId{2}, message);
    devices.show(models::UserId{3}, message);
    message.id = models::MessageId{8};  // Sent at the same instant.
    devices.show(models::UserId{2}, message);
    figures["once"] = static_cast<double>(devices.duplicates());
    devices.show(models::UserId{2}, message);
    figures["twice"] = static_cast<double>(service.report().invariants.duplicates);
  });
  CHECK(tests::figure("duplicates, all shown once", 0, found.at("once"), 0));
  CHECK(tests::figure("duplicates, one shown twice", 1, found.at("twice"), 0));
}

TEST_CASE("a store that grows while others take writes for machines that are down") {
  spec::Scenario scenario = brief();
  scenario.datacenter.hosts_per_rack = 80;
  scenario.faults.settle = spec::Seconds{30};
  spec::Fault crash;
  crash.at = spec::Seconds{0.5};
  crash.lasts = spec::Seconds{1};
  crash.target = "message_store 1";
  scenario.faults.timetable.push_back(crash);
  scenario.stores.message.growth = {.machines = 3, .at = spec::Seconds{0.2}};
  scenario.stores.message.repair.sloppy_quorum = spec::Switch::on;
  scenario.stores.message.repair.anti_entropy = spec::Seconds{2};
  const spec::Result result = result_of(scenario);
  CHECK(result.invariants.conservation_residual == 0);
  for (const spec::PromiseReport& promise : result.promises) {
    CAPTURE(promise.name, promise.count, promise.reason);
    CHECK_FALSE(promise.broken());
  }
}

TEST_CASE("a store that has grown before the writes have ended that began before") {
  spec::Scenario scenario = brief(200);
  scenario.datacenter.hosts_per_rack = 80;
  scenario.stores.message.write_time = spec::Distribution::constant(spec::Seconds{0.3});
  // There is so little to copy that it takes milliseconds.
  scenario.stores.message.growth = {.machines = 4, .at = spec::Seconds{1.1}};
  const spec::Result result = result_of(scenario);
  CHECK(result.messages.acknowledged > 0);
  CHECK(result.invariants.lost_acknowledged == 0);
}

TEST_CASE("a run that is stopped while it settles says so, and nobody says that it did not heal") {
  spec::Scenario scenario = brief(200);
  spec::Fault crash;
  crash.at = spec::Seconds{1};
  crash.target = "messaging 1";
  scenario.faults.timetable.push_back(crash);
  // Nobody believes for long that all others are up: it never comes to rest.
  scenario.control.heartbeat_loss = spec::Probability{0.9};
  scenario.faults.settle = spec::Seconds{600};
  scenario.population.sessions.length = spec::Distribution::exponential(spec::Seconds{5});
  std::atomic<bool> stop = false;
  const auto outcome = models::run(scenario, stop, [&](const models::Progress& progress) {
    if (progress.simulated_s > scenario.simulation.duration.value()) stop = true;
  });
  const auto& result = std::get<spec::Result>(outcome);
  CHECK(result.interrupted);
  CHECK_FALSE(result.settle.demanded);
  CHECK(result.measured_s == Approx(1));
  for (const spec::PromiseReport& promise : result.promises) CHECK_FALSE(promise.broken());
}
