#include "models/control/coordination.hpp"

#include "tests/models/control/control_world.hpp"

using namespace chatsim;
using tests::ControlWorld;
using tests::figure;
using tests::Figures;

TEST_CASE("without a majority the list stays as it was; with one again it catches up") {
  const Figures found = tests::with_control(tests::ten_racks(), [](ControlWorld& world, Figures& figures) {
    const sim::MachineIndex dies = world.servers.machine(3), comes_back = world.servers.machine(4);
    world.turn(2, comes_back, false);
    for (const std::uint32_t i : {0, 1, 2}) world.turn(10, world.coordinator(i), false);
    world.turn(12, dies, false);
    world.turn(13, comes_back, true);
    world.at(39, [&] {
      figures["dead_believed"] = world.believers(dies);
      figures["live_believed"] = world.believers(comes_back);
      figures["refused_then"] = static_cast<double>(world.control.summary().changes_refused);
      figures["undetected_then"] = static_cast<double>(world.control.summary().undetected);
    });
    world.turn(40, world.coordinator(2), true);
    // A second until the election, a millisecond for the votes; then another three for the suspicion, and a refresh.
    world.at(43.9, [&] { figures["dead_believed_still"] = world.believers(dies); });
    world.at(45.1, [&] {
      figures["dead_believed_later"] = world.believers(dies);
      figures["live_believed_later"] = world.believers(comes_back);
    });
    world.run_until(50);
  });
  CHECK(found.at("dead_believed") == 100);
  CHECK(found.at("live_believed") == 0);
  // The server and three of the coordinators fell silent; one server was heard again.
  CHECK(found.at("refused_then") == 5);
  CHECK(found.at("undetected_then") == 4);
  CHECK(found.at("dead_believed_still") == 100);
  CHECK(found.at("dead_believed_later") == 0);
  CHECK(found.at("live_believed_later") == 100);
  CHECK(found.at("leader_changes") == 1);
  CHECK(figure("seconds without a majority: from 10 to 40", 30, found.at("no_quorum_s"), 1e-6));
  CHECK(figure("seconds without a leader: 1 s of election timeout and 1 ms of votes longer", 31.001,
               found.at("leaderless_s"), 1e-4));
  // The third coordinator was back before anybody could suspect it.
  CHECK(found.at("detections") == 4);
  CHECK(found.at("undetected") == 0);
}

TEST_CASE("a leader that dies is followed by another, who gives everybody time anew") {
  const Figures found = tests::with_control(tests::ten_racks(), [](ControlWorld& world, Figures& figures) {
    world.turn(10, world.coordinator(0), false);
    world.turn(10.5, world.servers.machine(3), false);
    world.at(11, [&] { figures["leader_at_11"] = world.control.coordination().leader() != sim::no_machine; });
    world.at(11.01, [&] { figures["leader_after"] = world.control.coordination().leader() == world.coordinator(1); });
    world.run_until(30);
  });
  CHECK(found.at("leader_at_11") == 0);
  CHECK(found.at("leader_after") == 1);
  CHECK(found.at("leader_changes") == 1);
  CHECK(figure("seconds without a leader", 1.001, found.at("leaderless_s"), 1e-4));
  CHECK(found.at("no_quorum_s") == 0);
  CHECK(found.at("detections") == 2);
  CHECK(figure("the leader's own death, in s: election 1.001, then 3 and 1 ms", 4.002, found.at("delay_max"), 2e-4));
  CHECK(figure("mean of it and of a server's that died 0.5 s later", 3.752, found.at("delay_mean"), 2e-4));
}

TEST_CASE("a leader on the minority's side of a partition leads no more") {
  const Figures found = tests::with_control(tests::ten_racks(), [](ControlWorld& world, Figures& figures) {
    world.turn_rack_of(10, world.coordinator(0), false);
    world.turn_rack_of(30, world.coordinator(0), true);
    world.at(20, [&] {
      figures["second_leads"] = world.control.coordination().leader() == world.coordinator(1);
      figures["first_listed"] = world.context.membership.listed_up(world.coordinator(0));
    });
    world.run_until(40);
    figures["first_listed_later"] = world.context.membership.listed_up(world.coordinator(0));
    figures["second_leads_later"] = world.control.coordination().leader() == world.coordinator(1);
  });
  CHECK(found.at("second_leads") == 1);
  CHECK(found.at("first_listed") == 0);
  CHECK(found.at("first_listed_later") == 1);
  CHECK(found.at("second_leads_later") == 1);
  CHECK(found.at("leader_changes") == 1);
  CHECK(found.at("detections") >= 12);
}

TEST_CASE("one coordinator is a majority of one") {
  spec::Scenario scenario = tests::ten_racks();
  scenario.control.coordination.machines = 1;
  const Figures found = tests::with_control(scenario, [](ControlWorld& world, Figures&) {
    world.turn(10, world.servers.machine(3), false);
    world.run_until(20);
  });
  CHECK(found.at("detections") == 1);
  CHECK(found.at("leaderless_s") == 0);
}
