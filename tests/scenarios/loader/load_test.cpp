#include "scenarios/loader/load.hpp"

#include <sys/stat.h>

#include <catch2/catch.hpp>

#include "scratch.hpp"

using namespace chatsim;
using namespace chatsim::loader;
using namespace chatsim::spec::literals;

TEST_CASE("A file overrides defaults, sets override the file, the seed overrides both") {
  const Scratch scratch;
  const auto path = scratch.write("a.yaml",
                                  "name: a\n"
                                  "seed: 5\n"
                                  "population: {online: 40%, users: 1_000_000}\n"
                                  "services:\n"
                                  "  gateway:\n"
                                  "    machines: 2e4\n"
                                  "    service_time: lognormal(median=2ms, sigma=0.5)\n"
                                  "datacenter: {host_link: {bandwidth: 1.25GB/s}}\n");
  const auto outcome =
      load({path, {"services.gateway.machines=100", "services.gateway.machines=200", "seed=6"}, 7});
  CHECK(scratch.issues(outcome) == "");
  REQUIRE(outcome.scenario);
  CHECK(outcome.scenario->name == "a");
  CHECK(outcome.scenario->seed == 7);
  CHECK(outcome.scenario->population.online == 40_percent);
  CHECK(outcome.scenario->population.users == 1e6);
  CHECK(outcome.scenario->services.gateway.machines == 200);
  CHECK(outcome.scenario->services.gateway.threads == 50);
  CHECK(outcome.scenario->services.gateway.service_time == spec::Distribution::lognormal(2_ms, 0.5));
  CHECK(outcome.scenario->datacenter.host_link.bandwidth == 10_Gbit_per_s);
  CHECK(outcome.scenario->datacenter.host_link.latency == 2_us);
}

TEST_CASE("A file extends another, relative to its own folder") {
  const Scratch scratch;
  scratch.write("base.yaml", "name: base\nseed: 3\nsimulation: {duration: 9s}\n");
  scratch.write("deep/middle.yaml",
                "extends: ../base.yaml\nname: middle\nservices: {group: {machines: 7}}\n");
  const auto outcome = load({scratch.write("top.yaml", "name: top\nextends: deep/middle.yaml\n"), {}, {}});
  CHECK(scratch.issues(outcome) == "");
  REQUIRE(outcome.scenario);
  CHECK(outcome.scenario->name == "top");
  CHECK(outcome.scenario->seed == 3);
  CHECK(outcome.scenario->simulation.duration == 9_s);
  CHECK(outcome.scenario->services.group.machines == 7);
  CHECK(to_text(*outcome.provenance.find("services.group.machines")) ==
        scratch.path("deep/middle.yaml") + ":3:30");
}

TEST_CASE("A file extends several, of which the later override the earlier") {
  const Scratch scratch;
  scratch.write("a.yaml", "name: a\nseed: 1\nservices: {gateway: {machines: 10, threads: 10, cores: 10}}\n");
  scratch.write("b.yaml", "name: b\nservices: {gateway: {threads: 20, cores: 20}}\n");
  const auto path =
      scratch.write("top.yaml", "extends: [a.yaml, b.yaml]\nservices: {gateway: {cores: 30}}\n");
  const auto outcome = load({path, {}, {}});
  CHECK(scratch.issues(outcome) == "");
  REQUIRE(outcome.scenario);
  CHECK(outcome.scenario->name == "b");
  CHECK(outcome.scenario->seed == 1);
  CHECK(outcome.scenario->services.gateway.machines == 10);
  CHECK(outcome.scenario->services.gateway.threads == 20);
  CHECK(outcome.scenario->services.gateway.cores == 30);
  CHECK(to_text(*outcome.provenance.find("services.gateway.threads")) == scratch.path("b.yaml") + ":2:31");
}

TEST_CASE("What several files extend is read once, before all of them") {
  const Scratch scratch;
  scratch.write("base.yaml", "seed: 1\nservices: {gateway: {machines: 10, threads: 10, cores: 10}}\n");
  scratch.write("a.yaml", "extends: base.yaml\nservices: {gateway: {machines: 20}}\n");
  scratch.write("b.yaml", "extends: base.yaml\nservices: {gateway: {threads: 20}}\n");
  const auto outcome = load({scratch.write("top.yaml", "extends: [a.yaml, b.yaml]\n"), {}, {}});
  CHECK(scratch.issues(outcome) == "");
  REQUIRE(outcome.scenario);
  CHECK(outcome.scenario->services.gateway.machines == 20);
  CHECK(outcome.scenario->services.gateway.threads == 20);
  CHECK(outcome.scenario->services.gateway.cores == 10);
}

TEST_CASE("A list that contradicts itself is an error") {
  const Scratch scratch;
  scratch.write("base.yaml", "seed: 1\n");
  scratch.write("a.yaml", "extends: base.yaml\n");
  CHECK(scratch.issues(load({scratch.write("top.yaml", "extends: [a.yaml, base.yaml]\n"), {}, {}})) ==
        "top.yaml:1:19: error: extends: 'base.yaml' has been read for a file before it, which overrides it; "
        "name it "
        "before that one or not at all\n");
  CHECK(scratch.issues(load({scratch.write("twice.yaml", "extends: [base.yaml, base.yaml]\n"), {}, {}})) ==
        "twice.yaml:1:22: error: extends: 'base.yaml' has been read for a file before it, which overrides "
        "it; name it "
        "before that one or not at all\n");
  CHECK(scratch.issues(load({scratch.write("right.yaml", "extends: [base.yaml, a.yaml]\n"), {}, {}})) == "");
  scratch.write("c.yaml", "extends: [base.yaml, d.yaml]\n");
  scratch.write("d.yaml", "extends: [base.yaml, c.yaml]\n");
  CHECK(scratch.issues(load({scratch.path("c.yaml"), {}, {}})) ==
        "d.yaml:1:22: error: extends: goes in a circle: c.yaml -> d.yaml -> c.yaml\n");
}

TEST_CASE("The slice asked for overrides sets, and its mistakes are its own") {
  const Scratch scratch;
  const auto path = scratch.write("a.yaml", "simulation: {slice: 0.5}\n");
  const auto outcome = load({path, {"simulation.slice=0.2"}, {}, 0.1});
  CHECK(scratch.issues(outcome) == "");
  REQUIRE(outcome.scenario);
  CHECK(outcome.scenario->simulation.slice == 0.1);
  CHECK(to_text(*outcome.provenance.find("simulation.slice")) == "--slice");
  CHECK(scratch.issues(load({path, {}, {}, 2.0})) ==
        "--slice: error: simulation.slice: 2 is too large, at most 1\n");
  CHECK(scratch.issues(load({path, {"population.users=1000"}, {}, 1e-3})) ==
        "--slice: error: simulation.slice: 0.001 is too small: it leaves 1 users, at least 2\n");
}

TEST_CASE("Files that extend each other are an error that shows the circle") {
  const Scratch scratch;
  scratch.write("a.yaml", "extends: b.yaml\n");
  scratch.write("b.yaml", "extends: c.yaml\n");
  scratch.write("c.yaml", "extends: ./a.yaml\n");
  CHECK(scratch.issues(load({scratch.path("a.yaml"), {}, {}})) ==
        "c.yaml:1:10: error: extends: goes in a circle: a.yaml -> b.yaml -> c.yaml -> a.yaml\n");
  const auto path = scratch.write("self.yaml", "extends: self.yaml\n");
  CHECK(scratch.issues(load({path, {}, {}})) ==
        "self.yaml:1:10: error: extends: goes in a circle: self.yaml -> self.yaml\n");
}

TEST_CASE("Mistakes of the base are reported at the base, together with the others") {
  const Scratch scratch;
  scratch.write("base.yaml", "sed: 3\nsimulation: {duration: 9}\n");
  const auto path = scratch.write("top.yaml", "extends: base.yaml\nstores: {group: {read_quorum: 5}}\n");
  CHECK(scratch.issues(load({path, {"network.request_timeout=2"}, {}})) ==
        "base.yaml:1:1: error: sed: unknown key; did you mean 'seed'?\n"
        "base.yaml:2:24: error: simulation.duration: '9' has no unit; write 9ms or 9s\n"
        "--set:1: error: network.request_timeout: '2' has no unit; write 2ms or 2s\n"
        "top.yaml:2:31: error: stores.group.read_quorum: 5 is too large, at most stores.group.replication "
        "(3)\n");
}

TEST_CASE("An anchor may be used again") {
  const Scratch scratch;
  const auto path = scratch.write("a.yaml",
                                  "datacenter:\n"
                                  "  host_link: &link {bandwidth: 1Gbit/s, latency: 1us}\n"
                                  "  rack_uplink: *link\n");
  const auto outcome = load({path, {}, {}});
  CHECK(scratch.issues(outcome) == "");
  REQUIRE(outcome.scenario);
  CHECK(outcome.scenario->datacenter.rack_uplink.bandwidth == 1_Gbit_per_s);
}

TEST_CASE("A check across fields stands where one of them was written") {
  const Scratch scratch;
  const auto path = scratch.write("a.yaml", "stores:\n  group:\n    machines: 2\n");
  CHECK(
      scratch.issues(load({path, {}, {}})) ==
      "a.yaml:3:15: error: stores.group.replication: 3 is too large, at most stores.group.machines (2): each "
      "replica has a machine of its own\n");
  CHECK(scratch.issues(load({path, {"stores.group.machines=1"}, {}})) ==
        "--set:1: error: stores.group.replication: 3 is too large, at most stores.group.machines (1): each "
        "replica "
        "has a machine of its own\n");
}

TEST_CASE("A wrong field does not make others look wrong") {
  const Scratch scratch;
  // Were the default of 3s kept for the mistaken duration, the warm-up would be too long.
  const auto path = scratch.write("a.yaml", "simulation: {duration: 60, warmup: 10s}\n");
  CHECK(scratch.issues(load({path, {}, {}})) ==
        "a.yaml:1:24: error: simulation.duration: '60' has no unit; write 60ms or 60s\n");
}

TEST_CASE("A file extends files on a disk only") {
  const Scratch scratch;
  const auto issue_of = [&](const std::string& base) {
    return scratch.issues(load({scratch.write("top.yaml", "extends: " + base + "\n"), {}, {}}));
  };
  // Nobody will ever write into the pipe: to open it would be to wait for ever.
  REQUIRE(mkfifo(scratch.path("pipe").c_str(), 0600) == 0);
  CHECK(issue_of("pipe") ==
        "top.yaml:1:10: error: extends: 'pipe': cannot read the file: it is a pipe or a device; name a file on a disk\n");
  CHECK(issue_of("/dev/zero") ==
        "top.yaml:1:10: error: extends: '/dev/zero': cannot read the file: it is a pipe or a device; name a file on a disk\n");
  CHECK(issue_of(".") == "top.yaml:1:10: error: extends: '': cannot read the file: Is a directory\n");
  std::filesystem::create_symlink("loop", scratch.path("loop"));
  CHECK(issue_of("loop") ==
        "top.yaml:1:10: error: extends: 'loop': cannot read the file: Too many levels of symbolic links\n");
  // Of two that cannot be read neither is the other.
  CHECK(issue_of("[a.yaml, b.yaml]") ==
        "top.yaml:1:11: error: extends: 'a.yaml': cannot read the file: No such file or directory\n"
        "top.yaml:1:19: error: extends: 'b.yaml': cannot read the file: No such file or directory\n");
  std::filesystem::create_symlink("top.yaml", scratch.path("link.yaml"));
  CHECK(issue_of("link.yaml") == "top.yaml:1:10: error: extends: goes in a circle: top.yaml -> link.yaml\n");
}

TEST_CASE("A scenario has a hundred files at most") {
  const Scratch scratch;
  std::string list;
  for (int i = 0; i < 100; ++i) {
    scratch.write(std::to_string(i) + ".yaml", "seed: 1\n");
    list += "- " + std::to_string(i) + ".yaml\n";
  }
  CHECK(scratch.issues(load({scratch.write("top.yaml", "extends:\n" + list), {}, {}})) ==
        "top.yaml:101:3: error: extends: '99.yaml' is one file too many, at most 100\n");
}
