#include "tests/models/store/leader_world.hpp"

using namespace chatsim;
using namespace chatsim::models;
using tests::after;
using tests::figure;
using tests::Figures;
using tests::LeaderWorld;

// The same timetables for a table with leaders (CP) and for one of quorums with W = R = 1 (AP): what each of them gives up.
//
//     1 s               3 s                4 s           4.5 s
//     a rack is cut off | its replica       | joined again | the replica is up again
//                       | crashes, and loses its data
//
// In the rack is the first replica of all rows that are written, their leader; the other two are outside. One client in the
// rack and one outside write rows of their own, each row every 100 ms.

namespace {

enum class Choice { cp, ap };
enum class Crash { none, with_data };

spec::Scenario scenario_of(Choice choice) {
  spec::Scenario scenario = tests::scenario_of_leaders(3);
  scenario.control.detection = spec::Detection::instant;  // What is shown does not depend on who is believed to be up.
  scenario.population.retention = spec::Seconds{86'400};  // Little to be copied when the replica is rebuilt.
  if (choice == Choice::cp) return scenario;
  spec::Store& store = scenario.stores.message;
  store.consistency = spec::Consistency::quorum;
  store.read_quorum = store.write_quorum = 1;
  store.repair.anti_entropy = spec::Seconds{5};
  return scenario;
}

struct Side {
  sim::MachineIndex client;
  std::vector<std::uint64_t> keys;
  double acknowledged_before = 0, acknowledged_meanwhile = 0, refused_meanwhile = 0, refused_after = 0;
};

sim::Task<void> write(LeaderWorld* world, Side* side, std::uint64_t key) {
  Hops hops = world->context.hops(MessageId{key}, 0);
  while (world->now() < 8) {
    const double begin = world->now();
    const sim::MachineIndex client = side->client;
    const bool acknowledged = co_await world->put(client, key, &hops);
    const bool meanwhile = begin >= 1 && begin < 3;
    if (begin < 1) side->acknowledged_before += acknowledged;
    if (meanwhile) ++(acknowledged ? side->acknowledged_meanwhile : side->refused_meanwhile);
    if (begin > 6) side->refused_after += !acknowledged;
    co_await sim::sleep(world->world.scheduler, sim::Duration{100'000'000});
  }
}

Figures after_timetable(Choice choice, Crash crash) {
  return tests::figures_of([&](Figures& figures) {
    auto* world = new LeaderWorld(scenario_of(choice));
    const sim::MachineIndex victim = world->replica(1, 0);
    const std::uint32_t rack = world->rack_of(victim);
    auto* sides = new Side[2]{{world->client(rack, true), {}}, {world->client(rack, false), {}}};
    for (std::uint64_t key = 1; sides[1].keys.size() < 20; ++key) {
      if (world->replica(key, 0) != victim) continue;
      sides[sides[0].keys.size() < 20 ? 0 : 1].keys.push_back(key);
    }
    for (Side* side : {&sides[0], &sides[1]}) {
      for (const std::uint64_t key : side->keys) sim::spawn(sim::no_machine, write(world, side, key));
    }
    sim::spawn(sim::no_machine, after(world, 1, [world, rack] { world->turn_rack(rack, false); }));
    if (crash == Crash::with_data) {
      sim::spawn(sim::no_machine, after(world, 3, [world, victim] {
                   world->turn_machine(victim, false);
                   world->store.lose_data(victim);
                 }));
      sim::spawn(sim::no_machine, after(world, 4.5, [world, victim] { world->turn_machine(victim, true); }));
      // Rows that are not written again before that: what was lost stays lost.
      sim::spawn(sim::no_machine, after(world, 4, [world, &figures] {
                   figures["lost"] = static_cast<double>(world->store.lost_acknowledged());
                 }));
    }
    sim::spawn(sim::no_machine, after(world, 4, [world, rack] { world->turn_rack(rack, true); }));
    world->run_until(25);
    for (const auto& [name, side] : {std::pair{"inside", &sides[0]}, std::pair{"outside", &sides[1]}}) {
      const std::string of = name;
      figures[of + "_before"] = side->acknowledged_before;
      figures[of + "_acknowledged"] = side->acknowledged_meanwhile;
      figures[of + "_refused"] = side->refused_meanwhile;
      figures[of + "_refused_after"] = side->refused_after;
    }
    figures["rows"] = static_cast<double>(world->store.versions().rows());
    figures["stale"] = static_cast<double>(world->store.stale_reads());
    if (choice == Choice::cp) world->report(figures);
    figures["lost_at_end"] = static_cast<double>(world->store.lost_acknowledged());
  });
}

void print(const char* what, const Figures& found) {
  std::printf("%s: in the rack %g acknowledged and %g refused while cut off, outside %g and %g\n", what,
              found.at("inside_acknowledged"), found.at("inside_refused"), found.at("outside_acknowledged"),
              found.at("outside_refused"));
}

}  // namespace

TEST_CASE("a leader that is cut off and crashes with its data: CP loses no acknowledged write, AP with W = 1 does and counts it", "[crash]") {
  const Figures cp = after_timetable(Choice::cp, Crash::with_data), ap = after_timetable(Choice::ap, Crash::with_data);
  print("CP", cp);
  print("AP, W = 1", ap);
  CHECK(cp.at("inside_before") > 100);
  CHECK(figure("CP: acknowledged in the rack while cut off, but for requests that were under way", 0,
               cp.at("inside_acknowledged"), 20));
  CHECK(figure("CP: acknowledged writes lost", 0, cp.at("lost"), 0));
  CHECK(cp.at("lost_at_end") == 0);
  CHECK(cp.at("overlaps") == 0);
  CHECK(ap.at("inside_acknowledged") > 300);
  CHECK(ap.at("inside_refused") == 0);
  CHECK(figure("AP, W = 1: acknowledged rows lost: all 20 of the client in the rack", 20, ap.at("lost"), 0));
  CHECK(ap.at("lost_at_end") == 20);
}

TEST_CASE("a partition: CP refuses on the minority's side, AP serves on both and converges after", "[crash]") {
  const Figures cp = after_timetable(Choice::cp, Crash::none), ap = after_timetable(Choice::ap, Crash::none);
  print("CP", cp);
  print("AP, W = 1", ap);
  CHECK(figure("CP: acknowledged in the rack while cut off, but for requests that were under way", 0,
               cp.at("inside_acknowledged"), 20));
  CHECK(cp.at("inside_refused") > 100);
  // Outside they wait for the election, at most two timeouts of 0.5 s, and go on.
  CHECK(cp.at("outside_acknowledged") > 100);
  CHECK(ap.at("inside_acknowledged") > 300);
  CHECK(ap.at("outside_acknowledged") > 300);
  CHECK(ap.at("inside_refused") + ap.at("outside_refused") == 0);
  for (const Figures* found : {&cp, &ap}) {
    CHECK(found->at("inside_refused_after") + found->at("outside_refused_after") == 0);
    CHECK(found->at("rows") == 0);
    CHECK(found->at("lost_at_end") == 0);
  }
  CHECK(cp.at("elsewhere") == 0);
}
