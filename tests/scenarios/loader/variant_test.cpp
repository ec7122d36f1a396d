#include <catch2/catch.hpp>

#include "scenarios/spec/live.hpp"
#include "tests/scenarios/loader/scratch.hpp"

using namespace chatsim;
using namespace chatsim::loader;

namespace {

spec::Scenario running() {
  spec::Scenario scenario;
  scenario.seed = 7;
  scenario.services.messaging.queue_limit = 300;
  return scenario;
}

}  // namespace

TEST_CASE("a variant is the scenario with its changes, the file before the sets") {
  const Scratch scratch;
  const std::string file = scratch.write("patient.yaml",
                                         "population:\n"
                                         "  sessions:\n"
                                         "    send_retry_after: 20s\n"
                                         "services:\n"
                                         "  messaging:\n"
                                         "    threads: 12\n");
  const LoadOutcome outcome = load_variant(
      running(),
      {.name = "patient", .path = file, .sets = {"services.messaging.threads=13", "services.group.fanout=batched"}});
  REQUIRE(scratch.issues(outcome) == "");
  const spec::Scenario& variant = *outcome.scenario;
  CHECK(variant.seed == 7);
  CHECK(variant.services.messaging.queue_limit == 300);
  CHECK(variant.population.sessions.send_retry_after == spec::Seconds{20});
  CHECK(variant.services.messaging.threads == 13);
  CHECK(variant.services.group.fanout == spec::Fanout::batched);
  CHECK(outcome.provenance.find("population.sessions.send_retry_after")->line == 3);
  CHECK(to_text(*outcome.provenance.find("services.messaging.threads")) == "--variant patient:1");
  CHECK_FALSE(outcome.provenance.find("services.messaging.queue_limit"));
}

TEST_CASE("all mistakes of a variant are reported, each at its place") {
  const Scratch scratch;
  const std::string file = scratch.write("a.yaml",
                                         "extends: small.yaml\n"
                                         "services:\n"
                                         "  gateway:\n"
                                         "    machines: 3\n"
                                         "    quue_limit: 4\n"
                                         "    cores: 4\n"
                                         "  messaging:\n"
                                         "    queue_limit: -1\n"
                                         "population:\n"
                                         "  users: 4\n");
  CHECK(
      scratch.issues(
          load_variant(running(), {.name = "a", .path = file, .sets = {"services.mesaging.threads=1", "bad"}})) ==
      "a.yaml:1:10: error: extends: a variant has nothing but what changes; it is a variant of the scenario that is "
      "simulated\n"
      "a.yaml:4:5: error: services.gateway.machines: cannot change while the service runs; fields that can: in "
      "services.gateway threads, queue_limit, service_time, cpu_share, shedding, connections_per_machine, "
        "handshake_time, "
      "heartbeat_time, outbound_limit, login_rate, spare_open_at\n"
      "a.yaml:5:5: error: services.gateway.quue_limit: unknown key; did you mean 'queue_limit'?\n"
      "a.yaml:6:5: error: services.gateway.cores: cannot change while the service runs\n"
      "a.yaml:8:18: error: services.messaging.queue_limit: -1 is too small, at least 0\n"
      "a.yaml:10:3: error: population.users: cannot change while the service runs; fields that can: in population "
      "messages_per_day, load_factor\n"
      "--variant a:1: error: services.mesaging.threads: unknown key; did you mean 'services.messaging.threads'?\n"
      "--variant a:2: error: 'bad' is not of the form path=value\n");
}

TEST_CASE("where a section has no live field all live fields are told, once") {
  const Scratch scratch;
  CHECK(scratch.issues(load_variant(running(), {.name = "b", .sets = {"seed=3", "simulation.duration=2s"}})) ==
        "--variant b:1: error: seed: cannot change while the service runs; fields that can: " +
            spec::live_fields_near("seed") +
            "\n--variant b:2: error: simulation.duration: cannot change while the service runs\n");
}

TEST_CASE("a variant that changes nothing is a mistake, and so is one that cannot be read") {
  const Scratch scratch;
  const auto issues = [&](const std::string& text) {
    return scratch.issues(load_variant(running(), {.name = "c", .path = scratch.write("c.yaml", text)}));
  };
  CHECK(issues("services: {}\n") == "c.yaml: error: changes nothing\n");
  CHECK(issues("") == "c.yaml: error: the file is empty\n");
  CHECK(issues("- 1\n") == "c.yaml:1:1: error: not a scenario: the file must hold a map, for example 'name: small'\n");
  CHECK(scratch.issues(load_variant(running(), {.name = "d"})) == "--variant d: error: changes nothing\n");
}
