#include <catch2/catch.hpp>

#include "scenarios/loader/dump.hpp"
#include "scenarios/loader/explain.hpp"
#include "scenarios/loader/load.hpp"
#include "scratch.hpp"

using namespace chatsim;
using namespace chatsim::loader;

namespace {

const std::string two_faults =
    "name: two\n"
    "faults:\n"
    "  timetable:\n"
    "    - kind: crash\n"
    "      target: gateway 0-3\n"
    "      at: 500ms\n"
    "      lasts: 1s\n"
    "    - {kind: load_spike, factor: 2, at: 1s}\n";

}  // namespace

TEST_CASE("A list of sections is read, written and explained item by item") {
  const Scratch scratch;
  const auto outcome = load({scratch.write("two.yaml", two_faults), {}, {}});
  REQUIRE(scratch.issues(outcome) == "");
  const std::vector<spec::Fault>& faults = outcome.scenario->faults.timetable;
  REQUIRE(faults.size() == 2);
  CHECK(faults[0].kind == spec::FaultKind::crash);
  CHECK(faults[0].target == "gateway 0-3");
  CHECK(faults[0].at == spec::Seconds{0.5});
  CHECK(faults[0].lasts == spec::Seconds{1});
  CHECK(faults[1].kind == spec::FaultKind::load_spike);
  CHECK(faults[1].factor == 2);
  CHECK_FALSE(faults[1].lasts);

  const std::string written = to_yaml(*outcome.scenario);
  const auto again = load({scratch.write("again.yaml", written), {}, {}});
  REQUIRE(scratch.issues(again) == "");
  CHECK(to_yaml(*again.scenario) == written);
  CHECK(again.scenario->faults.timetable.size() == 2);

  const std::string lines = explain(*outcome.scenario, outcome.provenance);
  CHECK(lines.find("faults.timetable[0].target: gateway 0-3    # ") != std::string::npos);
  CHECK(lines.find("two.yaml:5:15\n") != std::string::npos);
  CHECK(lines.find("faults.timetable[1].lasts: none    # default\n") != std::string::npos);
}

TEST_CASE("A list replaces the one that it overrides; --set changes an item or adds the next one") {
  const Scratch scratch;
  scratch.write("two.yaml", two_faults);
  const std::string one = scratch.write("one.yaml",
                                        "extends: two.yaml\nname: one\nfaults:\n  timetable:\n"
                                        "    - {kind: unplug, target: rack 0}\n");
  const auto outcome = load({one, {"faults.timetable[0].at=2s", "faults.timetable[1].kind=cache_flush"}, {}});
  REQUIRE(scratch.issues(outcome) == "");
  const std::vector<spec::Fault>& faults = outcome.scenario->faults.timetable;
  REQUIRE(faults.size() == 2);
  CHECK(faults[0].kind == spec::FaultKind::unplug);
  CHECK(faults[0].at == spec::Seconds{2});
  CHECK(faults[1].kind == spec::FaultKind::cache_flush);

  const auto empty = load({scratch.write("none.yaml", "extends: two.yaml\nname: none\nfaults:\n  timetable: []\n"), {}, {}});
  REQUIRE(scratch.issues(empty) == "");
  CHECK(empty.scenario->faults.timetable.empty());
  CHECK(to_yaml(*empty.scenario).find("  timetable: []\n") != std::string::npos);
}

TEST_CASE("Mistakes in lists have their places") {
  const Scratch scratch;
  const auto issues = [&](const std::string& timetable, std::vector<std::string> sets = {}) {
    const auto outcome = load({scratch.write("a.yaml", "name: a\nfaults:\n  timetable:\n" + timetable), std::move(sets), {}});
    return scratch.issues(outcome);
  };
  CHECK(issues("    kind: crash\n") ==
        "a.yaml:4:5: error: faults.timetable: must be a list of items, each with keys such as 'kind', not a map\n");
  CHECK(issues("    - crash\n") == "a.yaml:4:7: error: faults.timetable[0]: must hold keys such as 'kind', not 'crash'\n");
  CHECK(issues("    - {kind: cache_flush, aat: 1s}\n") ==
        "a.yaml:4:27: error: faults.timetable[0].aat: unknown key; did you mean 'at'?\n");
  CHECK(issues("    - {kind: crash, target: gateway 99999999}\n") ==
        "a.yaml:4:29: error: faults.timetable[0].target: gateway 99999999 does not exist: there are 40000 machines "
        "(services.gateway.machines), numbered from 0\n");
  CHECK(issues("    - {kind: crash, target: gatway 1}\n").find("is no tier and no failure domain; there are gateway,") !=
        std::string::npos);
  CHECK(issues("    - {kind: crash}\n") ==
        "a.yaml:4:7: error: faults.timetable[0].target: a crash needs to be told what it befalls, for example 'gateway "
        "0-3'\n");
  CHECK(issues("    - {kind: cache_flush, target: rack 1}\n") ==
        "a.yaml:4:35: error: faults.timetable[0].target: a cache_flush befalls the whole service, not 'rack 1'\n");
  CHECK(issues("    - {kind: unplug, target: rack 1, against: rack 2}\n") ==
        "a.yaml:4:47: error: faults.timetable[0].against: only a partition has two sides, this is: unplug\n");
  CHECK(issues("    - {kind: cache_flush, at: 1h}\n") ==
        "a.yaml:4:31: error: faults.timetable[0].at: 3600s is after the end of the run, simulation.duration is 3s\n");
  CHECK(issues("    - {kind: cache_flush}\n", {"faults.timetable=x"}) ==
        "--set:1: error: faults.timetable: is a list; set a key of one of its items, such as 'faults.timetable[0].kind'\n");
  CHECK(issues("    - {kind: cache_flush}\n", {"faults.timetable[3].at=1s"}) ==
        "--set:1: error: faults.timetable[3].at: the list has no such item; the next one that can be set has the number of "
        "items that there are\n");
}

TEST_CASE("A trace is further lines of the timetable") {
  const Scratch scratch;
  scratch.write("outages.csv", "# when, what, whom, how long\n0.5,crash,gateway 17,300\n\n  1.5 , unplug , rack 3\n");
  const std::string file = scratch.write("a.yaml",
                                         "name: a\nfaults:\n  trace: outages.csv\n  timetable:\n"
                                         "    - {kind: cache_flush, at: 1s}\n");
  const auto outcome = load({file, {}, {}});
  REQUIRE(scratch.issues(outcome) == "");
  const std::vector<spec::Fault>& faults = outcome.scenario->faults.timetable;
  REQUIRE(faults.size() == 3);
  CHECK(outcome.scenario->faults.trace == "");
  CHECK(faults[1].kind == spec::FaultKind::crash);
  CHECK(faults[1].target == "gateway 17");
  CHECK(faults[1].lasts == spec::Seconds{300});
  CHECK(faults[2].at == spec::Seconds{1.5});
  CHECK_FALSE(faults[2].lasts);

  scratch.write("outages.csv", "0.5,crash,gateway 17,300\nsoon,crash,gateway 1\n2,crush,gateway 1\n1,crash,rack\n1\n");
  CHECK(scratch.issues(load({file, {}, {}})) ==
        "outages.csv:2:1: error: 'soon' is not a number\n"
        "outages.csv:3:1: error: 'crush' is not one of crash, unplug, partition, slow_link, lossy_link, slow_machine, "
        "slow_disk, full_disk, cache_flush, stuck_control, deploy, load_spike\n"
        "outages.csv:4:1: error: 'rack' is not of the form 'rack 3' or 'rack 0-2'\n"
        "outages.csv:5:1: error: is not of the form 'seconds,kind,target,seconds until it is mended'\n");
  const auto missing = load({scratch.write("b.yaml", "name: b\nfaults:\n  trace: nowhere.csv\n"), {}, {}});
  CHECK(scratch.issues(missing).find("b.yaml:3:10: error: faults.trace: ") == 0);
}
