#include <catch2/catch.hpp>

#include "scenarios/loader/load.hpp"
#include "scratch.hpp"

using namespace chatsim::loader;

namespace {

struct Row {
  const char* yaml;
  const char* issues;
};

const Row rows[] = {
    {"", "a.yaml: error: the file is empty\n"},
    {" \n\n", "a.yaml: error: the file is empty\n"},
    {"# nothing\n", "a.yaml: error: the file holds nothing but comments\n"},
    {"---\n", "a.yaml:2:1: error: not a scenario: the file must hold a map, for example 'name: small'\n"},
    {"- a\n- b\n",
     "a.yaml:1:1: error: not a scenario: the file must hold a map, for example 'name: small'\n"},
    {"just text\n",
     "a.yaml:1:1: error: not a scenario: the file must hold a map, for example 'name: small'\n"},
    {"name: [a\n", "a.yaml:2:1: error: malformed YAML: end of sequence flow not found\n"},
    {"name: a\n  seed: 2\n", "a.yaml:2:7: error: malformed YAML: illegal map value\n"},
    {"name: a\nseed: 1\nname: b\n", "a.yaml:3:1: error: name: duplicate key, first at line 1\n"},
    {"services:\n  gateway:\n    machines: 0\n",
     "a.yaml:3:15: error: services.gateway.machines: 0 is too small, at least 1\n"},
    {"services:\n  gateway:\n    machnies: 5\n",
     "a.yaml:3:5: error: services.gateway.machnies: unknown key; did you mean 'machines'?\n"},
    {"services:\n  gateway:\n    fanout_parallelism: 5\n",
     "a.yaml:3:5: error: services.gateway.fanout_parallelism: unknown key; did you mean "
     "'services.group.fanout_parallelism'?\n"},
    {"gateway:\n  machines: 5\n",
     "a.yaml:1:1: error: gateway: unknown key; did you mean 'services.gateway'?\n"},
    {"network:\n  colour: red\n",
     "a.yaml:2:3: error: network.colour: unknown key; allowed here are request_timeout, request_overhead, "
     "flow_threshold, jitter, retransmission_timeout\n"},
    {"simulation: 5s\n", "a.yaml:1:13: error: simulation: must hold keys such as 'duration', not '5s'\n"},
    {"simulation:\n", "a.yaml:1:1: error: simulation: has no value\n"},
    {"simulation: [1, 2]\n",
     "a.yaml:1:13: error: simulation: must hold keys such as 'duration', not a list\n"},
    {"seed: {a: 1}\n", "a.yaml:1:7: error: seed: must be a single value, not a map\n"},
    {"seed:\n", "a.yaml:1:1: error: seed: has no value\n"},
    {"seed: ~\n", "a.yaml:1:1: error: seed: has no value\n"},
    {"[a, b]: 1\n", "a.yaml:1:1: error: a key must be a name\n"},
    {"seed: !!int 5\n", "a.yaml:1:7: error: tags ('tag:yaml.org,2002:int') have no meaning here\n"},
    {"name: a\n---\nname: b\n", "a.yaml:2:1: error: a second document begins here; a scenario is one\n"},
    {"network: &n {request_timeout: 1s}\n<<: *n\n",
     "a.yaml:2:1: error: <<: merge keys are not supported; use 'extends: FILE' at the top\n"},
    {"name: &a [*a]\n",
     "a.yaml:1:11: error: the alias is inside of what it stands for\n"
     "a.yaml:1:7: error: name: must be a single value, not a list\n"},
    {"name: *nowhere\n", "a.yaml:1:7: error: malformed YAML: the referenced anchor is not defined\n"},
    {"name: a\nseed: \xff\n",
     "a.yaml:2:7: error: not UTF-8: byte 0xff belongs to no character; save the file as UTF-8\n"},
    {"\xff\xfe\x6e\x61", "a.yaml:1:1: error: the file is UTF-16; save it as UTF-8\n"},
    {"services: {gateway: {service_time: mixture(1 mixture(1 mixture(1 mixture(1 mixture(1 mixture(1 mixture(1 mixture(1 "
     "mixture(1 1ms)))))))))}}\n",
     "a.yaml:1:36: error: services.gateway.service_time: mixture: more than 8 mixtures within each other; write one of all "
     "components, each with the product of its weights\n"},
    {"extends: [b.yaml]\n",
     "a.yaml:1:11: error: extends: 'b.yaml': cannot read the file: No such file or directory\n"},
    {"extends: {file: b.yaml}\n",
     "a.yaml:1:10: error: extends: must be the path of a file, relative to this one, or a list of such paths\n"},
    {"extends: []\n",
     "a.yaml:1:10: error: extends: must be the path of a file, relative to this one, or a list of such paths\n"},
    {"extends:\n- [b.yaml]\n- ''\n",
     "a.yaml:2:3: error: extends: must be the path of a file, relative to this one, or a list of such paths\n"
     "a.yaml:3:3: error: extends: must be the path of a file, relative to this one, or a list of such paths\n"},
    {"extends: b.yaml\n",
     "a.yaml:1:10: error: extends: 'b.yaml': cannot read the file: No such file or directory\n"},
    {"services:\n  extends: b.yaml\n",
     "a.yaml:2:3: error: services.extends: unknown key; allowed here are gateway, messaging, group, "
     "profile, blob\n"},
    {"population:\n  group_size: 10ms\n",
     "a.yaml:2:15: error: population.group_size: '10ms' is not a number\n"},
    {"datacenter: {host_link: {bandwidth: 25}}\n",
     "a.yaml:1:37: error: datacenter.host_link.bandwidth: '25' has no unit; write 25Gbit/s or 3.125GB/s\n"},
    {"population: {users: 1, online: 2, group_size_max: 2.5}\nseed: -1\n",
     "a.yaml:1:21: error: population.users: 1 is too small, at least 2\n"
     "a.yaml:1:32: error: population.online: 2 is too large, at most 1\n"
     "a.yaml:1:51: error: population.group_size_max: '2.5' is not a whole number\n"
     "a.yaml:2:7: error: seed: -1 is too small, at least 0\n"},
};

const Row sets[] = {
    {"seed", "--set:1: error: 'seed' is not of the form path=value\n"},
    {"=5", "--set:1: error: '=5' is not of the form path=value\n"},
    {"seed=", "--set:1: error: seed: '' is not a whole number\n"},
    {"sede=5", "--set:1: error: sede: unknown key; did you mean 'seed'?\n"},
    {"services.gateway=5",
     "--set:1: error: services.gateway: is a section; set one of its keys, such as "
     "'services.gateway.machines'\n"},
    {"services.gatway.machines=5",
     "--set:1: error: services.gatway.machines: unknown key; did you mean 'services.gateway.machines'?\n"},
    {"extends=b.yaml",
     "--set:1: error: extends: unknown key; allowed here are name, description, seed, simulation, "
     "datacenter, "
     "population, services, stores, control, faults, resilience, network, planning, prices, budgets, published\n"},
    {"simulation.warmup=1h",
     "--set:1: error: simulation.warmup: 3600s leaves nothing to measure, must be less than "
     "simulation.duration "
     "(3s)\n"},
};

}  // namespace

TEST_CASE("Every mistake in a file is told with its position, on one line") {
  for (const Row& row : rows) {
    const Scratch scratch;
    const auto outcome = load({scratch.write("a.yaml", row.yaml), {}, {}});
    INFO(row.yaml);
    CHECK(scratch.issues(outcome) == row.issues);
    CHECK_FALSE(outcome.scenario);
  }
}

TEST_CASE("Every mistake in a --set is told") {
  for (const Row& row : sets) {
    const Scratch scratch;
    const auto outcome = load({scratch.write("a.yaml", "name: a\n"), {row.yaml}, {}});
    CHECK(scratch.issues(outcome) == row.issues);
    CHECK_FALSE(outcome.scenario);
  }
}

TEST_CASE("What is no readable text file is refused") {
  const Scratch scratch;
  CHECK(scratch.issues(load({scratch.path("none.yaml"), {}, {}})) ==
        "none.yaml: error: cannot read the file: No such file or directory\n");
  std::filesystem::create_directories(scratch.path("folder"));
  CHECK(scratch.issues(load({scratch.path("folder"), {}, {}})) ==
        "folder: error: cannot read the file: Is a directory\n");
  CHECK(scratch.issues(load({scratch.write("binary.yaml", std::string("name: \x7f"
                                                                      "ELF\n\0x",
                                                                      13)),
                             {},
                             {}})) == "binary.yaml:2:1: error: not a text file: it holds a byte 0x00\n");
  CHECK(scratch.issues(load({"/dev/zero", {}, {}})) ==
        "/dev/zero: error: larger than 1 MiB: this is no scenario\n");
}

TEST_CASE("Many mistakes are cut to a hundred") {
  const Scratch scratch;
  std::string yaml;
  for (int i = 0; i < 300; ++i) yaml += "zzzzzz" + std::to_string(i) + ": 1\n";
  const auto outcome = load({scratch.write("a.yaml", yaml), {}, {}});
  REQUIRE(outcome.issues.size() == 101);
  CHECK(outcome.issues.back().message == "200 more mistakes are not shown");
}
