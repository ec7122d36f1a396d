#include "models/control/control_plane.hpp"

#include "tests/models/control/control_world.hpp"

using namespace chatsim;
using tests::ControlWorld;
using tests::figure;
using tests::Figures;

TEST_CASE("while nothing happens the control plane costs nothing") {
  const Figures found = tests::with_control(tests::ten_racks(), [](ControlWorld& world, Figures&) { world.run_until(100); });
  CHECK(found.at("events") <= 1);  // The end.
  CHECK(found.at("changes") == 0);
}

TEST_CASE("a death becomes known: suspected, written down by a majority, read by one viewer after the other") {
  const Figures found = tests::with_control(tests::ten_racks(), [](ControlWorld& world, Figures& figures) {
    const sim::MachineIndex machine = world.servers.machine(7);
    const models::Heartbeats heartbeats(world.context, world.scenario.control);
    const double died = 10.3;
    const double suspected =
        sim::to_seconds(heartbeats.last_before(machine, sim::to_time(spec::Seconds{died}))).value() + 3;
    figures["suspected"] = suspected;
    world.turn(died, machine, false);
    world.turn(20.3, machine, true);
    world.at(suspected + 0.0009, [&, machine] { figures["early"] = world.context.membership.listed_up(machine); });
    world.at(suspected + 0.0011, [&, machine] { figures["late"] = world.context.membership.listed_up(machine); });
    for (const int tenths : {0, 2, 5, 8, 10}) {
      world.at(suspected + 0.0011 + 0.1 * tenths, [&figures, &world, machine, tenths] {
        figures["believers_" + std::to_string(tenths)] = world.believers(machine);
        figures["truth"] = world.context.membership.believes_up(sim::no_machine, machine);
      });
    }
    const double heard = sim::to_seconds(heartbeats.next_after(machine, sim::to_time(spec::Seconds{20.3}))).value();
    world.at(heard + 0.0011, [&, machine] { figures["back"] = world.believers(machine); });
    world.at(heard + 0.5, [&, machine] { figures["back_half"] = world.believers(machine); });
    world.at(heard + 1.0011, [&, machine] { figures["back_all"] = world.believers(machine); });
    world.run_until(30);
  });
  CHECK(found.at("suspected") > 12.3);
  CHECK(found.at("suspected") <= 13.3);
  CHECK(found.at("early") == 1);
  CHECK(found.at("late") == 0);
  CHECK(found.at("truth") == 0);
  // Viewers read at times of their own: of 100 a binomial number, three standard deviations.
  CHECK(figure("clients that believe it is up, at once", 100, found.at("believers_0"), 1));
  CHECK(figure("0.2 of a refresh later", 80, found.at("believers_2"), 12));
  CHECK(figure("0.5", 50, found.at("believers_5"), 15));
  CHECK(figure("0.8", 20, found.at("believers_8"), 12));
  CHECK(found.at("believers_10") == 0);
  CHECK(figure("when it is back: at once", 0, found.at("back"), 1));
  CHECK(figure("half a refresh later", 50, found.at("back_half"), 15));
  CHECK(found.at("back_all") == 100);
  CHECK(found.at("detections") == 1);
  CHECK(figure("delay to detect in s: last heartbeat + 3 s + 1 ms of service and the way - death",
               found.at("suspected") + 0.001 - 10.3, found.at("delay_mean"), 5e-5));
}

TEST_CASE("a rack that is cut off is taken for down, and does not hear what happens elsewhere") {
  const Figures found = tests::with_control(tests::ten_racks(), [](ControlWorld& world, Figures& figures) {
    const auto rack_of = [&](sim::MachineIndex machine) { return world.world.fleet.domain(machine).rack; };
    // A client in a rack without coordinators, and servers inside and outside of it.
    const auto coordinates = [&](std::uint32_t rack) {
      for (std::uint32_t i = 0; i < 5; ++i) {
        if (rack_of(world.coordinator(i)) == rack) return true;
      }
      return false;
    };
    sim::MachineIndex inside = sim::no_machine, outside = sim::no_machine, victim = sim::no_machine;
    for (std::uint32_t i = 0; i < world.clients.machines(); ++i) {
      if (inside == sim::no_machine && !coordinates(rack_of(world.clients.machine(i)))) inside = world.clients.machine(i);
    }
    double in_rack = 0;
    for (sim::MachineIndex machine = 0; machine < world.world.fleet.size(); ++machine) {
      if (rack_of(machine) == rack_of(inside)) {
        ++in_rack;
      } else if (machine < world.clients.machines()) {
        outside = machine;
      } else if (machine < world.clients.machines() + world.servers.machines()) {
        victim = machine;
      }
    }
    figures["in_rack"] = in_rack;
    world.turn_rack_of(10, inside, false);
    world.turn(12, victim, false);
    world.at(20, [&, inside, outside, victim] {
      figures["outside_believes_inside"] = world.context.membership.believes_up(outside, inside);
      figures["outside_believes_victim"] = world.context.membership.believes_up(outside, victim);
      figures["inside_believes_outside"] = world.context.membership.believes_up(inside, outside);
      figures["inside_believes_victim"] = world.context.membership.believes_up(inside, victim);
      figures["found"] = static_cast<double>(world.control.summary().detections);
    });
    world.turn_rack_of(30, inside, true);
    world.at(32.1, [&, inside, outside, victim] {
      figures["healed_outside_believes_inside"] = world.context.membership.believes_up(outside, inside);
      figures["healed_inside_believes_victim"] = world.context.membership.believes_up(inside, victim);
    });
    world.run_until(40);
  });
  CHECK(found.at("outside_believes_inside") == 0);
  CHECK(found.at("outside_believes_victim") == 0);
  CHECK(found.at("inside_believes_outside") == 1);
  CHECK(found.at("inside_believes_victim") == 1);
  CHECK(figure("detections: all of the rack and the one that died", found.at("in_rack") + 1, found.at("found"), 0));
  CHECK(found.at("healed_outside_believes_inside") == 1);
  CHECK(found.at("healed_inside_believes_victim") == 0);
  CHECK(found.at("leader_changes") == 0);
  CHECK(found.at("changes") == 2 * found.at("in_rack") + 1);
}

TEST_CASE("with instant detection everybody sees what is so") {
  spec::Scenario scenario = tests::ten_racks();
  scenario.control.detection = spec::Detection::instant;
  const Figures found = tests::with_control(scenario, [](ControlWorld& world, Figures& figures) {
    const sim::MachineIndex machine = world.servers.machine(7);
    world.turn(10, machine, false);
    world.at(10.0001, [&, machine] { figures["down"] = world.believers(machine); });
    world.turn(20, machine, true);
    world.at(20.0001, [&, machine] { figures["up"] = world.believers(machine); });
    world.run_until(30);
  });
  CHECK(found.at("down") == 0);
  CHECK(found.at("up") == 100);
  CHECK(found.at("changes") == 0);
}

TEST_CASE("the same seed gives the same control plane, another one another") {
  spec::Scenario scenario = tests::ten_racks();
  scenario.control.heartbeat_loss = spec::Probability{0.2};
  const auto run = [&](std::uint64_t seed) {
    scenario.seed = seed;
    return tests::with_control(scenario, [](ControlWorld& world, Figures& figures) {
      for (std::uint32_t i = 0; i < 40; ++i) {
        world.turn(5 + 1.37 * i, world.clients.machine(i), false);
        world.turn(9 + 1.41 * i, world.clients.machine(i), true);
      }
      world.turn_rack_of(20, world.coordinator(0), false);
      world.turn_rack_of(30, world.coordinator(0), true);
      world.at(33.3, [&] {
        for (std::uint32_t i = 0; i < 40; ++i) figures["believers"] += world.believers(world.clients.machine(i));
      });
      world.run_until(80);
    });
  };
  const Figures one = run(1), again = run(1), other = run(2);
  CHECK(one == again);
  CHECK(one.at("delay_mean") != other.at("delay_mean"));
  CHECK(one.at("detections") > 30);
  CHECK(one.at("false_positives") > 0);
  CHECK(one.at("undetected") == 0);
}
