#include "sim/platform/flows.hpp"

#include <catch2/catch.hpp>
#include <map>
#include <simgrid/kernel/Timer.hpp>
#include <simgrid/s4u/Engine.hpp>
#include <simgrid/s4u/Host.hpp>
#include <simgrid/s4u/Link.hpp>
#include <string>

#include "tests/sim/platform/in_child.hpp"
#include "tests/sim/platform/small_fabric.hpp"

namespace chatsim::sim {
namespace {

using namespace spec::literals;
using simgrid::kernel::timer::Timer;
using test::check;
using test::check_near;
using test::in_child;

/// A small fabric, and when each flow came to its end, by name.
struct World {
  explicit World(spec::Datacenter datacenter = test::small_fabric())
      : platform(session, datacenter, {2, {}}) {}

  FlowId start(const std::string& name, HostIndex source, HostIndex destination, spec::Bytes size,
               std::optional<std::uint32_t> throttle = std::nullopt) {
    return flows.start(
        source, destination, size, [this, name](FlowOutcome outcome) { note(name, outcome); }, throttle);
  }
  void note(const std::string& name, FlowOutcome outcome) {
    check(name + " ends once", ended.count(name) == 0);
    ended[name] = simgrid::s4u::Engine::get_clock();
    outcomes[name] = outcome;
  }
  void run() { session.engine().run(); }

  EngineSession session;
  Platform platform;
  Flows flows{platform};
  std::map<std::string, double> ended;
  std::map<std::string, FlowOutcome> outcomes;
};

TEST_CASE("a flow alone takes the latency of its route plus its size over the narrowest link") {
  for (const auto& kind : test::route_kinds)
    CHECK(in_child([&] {
            World world;
            world.start("flow", 0, kind.destination, 3_GB);
            world.run();
            check_near(std::string(kind.derivation) + " + 3GB over the narrowest link",
                       kind.latency + 3e9 / kind.bandwidth, world.ended["flow"], 1e-8);
            check("completed", world.outcomes["flow"] == FlowOutcome::completed);
            check("none is left", world.flows.active() == 0);
          }) == "");
}

TEST_CASE("a long route is not capped by its latency, nor does it get less of a shared link") {
  CHECK(in_child([] {
          auto datacenter = test::small_fabric();
          datacenter.wan = {2_GB_per_s, 40_ms};  // narrower than the card, but not than half of it
          datacenter.datacenter_uplink = datacenter.pod_uplink = datacenter.rack_uplink = {2_GB_per_s, 1_us};
          World world(datacenter);
          world.start("near", 0, 1, 3_GB);
          world.start("far", 0, 24, 3_GB);
          world.run();
          // Near sends from its 4us on, alone until far begins after 2 x (2us + 3 x 1us) + 40ms.
          const double far_begins = 40.010e-3;
          const double near_ends = far_begins + (3e9 - (far_begins - 4e-6) * 3e9) / 1.5e9;
          check_near("near: alone at 3 GB/s until 40.010 ms, then half of the card", near_ends,
                     world.ended["near"], 1e-7);
          const double far_rest = 3e9 - (near_ends - far_begins) * 1.5e9;
          check_near("far: half of the card until then, then the WAN's 2 GB/s", near_ends + far_rest / 2e9,
                     world.ended["far"], 1e-7);
        }) == "");
}

TEST_CASE("two flows share a network card fairly, each direction by itself") {
  CHECK(in_child([] {
          World world;
          world.start("one", 0, 1, 3_GB);
          world.start("other", 0, 2, 3_GB);
          world.start("back", 1, 0, 3_GB);
          world.run();
          check_near("4us + 3GB / (3GB/s / 2)", 2 + 4e-6, world.ended["one"], 1e-8);
          check_near("the other one", 2 + 4e-6, world.ended["other"], 1e-8);
          check_near("full duplex: 4us + 3GB / 3GB/s", 1 + 4e-6, world.ended["back"], 1e-8);
        }) == "");
}

TEST_CASE("a flow fails when a link or an end goes off, and is unreachable when one is off already") {
  CHECK(in_child([] {
          World world;
          world.platform.rack_uplink(1)->turn_off();
          world.platform.host(6)->turn_off();
          world.start("over a dead link", 3, 0, 3_GB);
          world.start("to a dead host", 0, 6, 3_GB);
          const auto cancelled = world.start("cancelled before it is told", 0, 6, 3_GB);
          check("not yet told", world.ended.empty() && world.flows.active() == 3);
          check("can be cancelled, once", world.flows.cancel(cancelled) && !world.flows.cancel(cancelled));
          world.start("link dies", 9, 12, 3_GB);
          world.start("host dies", 24, 27, 3_GB);
          world.start("other", 30, 33, 3_GB);
          Timer::set(0.25, [&] { world.platform.pod_downlink(2)->turn_off(); });
          Timer::set(0.5, [&] { world.platform.host(27)->turn_off(); });
          Timer::set(0.75, [&] { world.start("from a dead host", 27, 24, 3_GB); });
          world.run();
          const auto ends = [&](const std::string& name, FlowOutcome outcome, double when) {
            check(name + " has the right outcome",
                  world.outcomes.count(name) == 1 && world.outcomes[name] == outcome);
            check_near(name + " at", when, world.ended[name], 1e-9);
          };
          ends("over a dead link", FlowOutcome::unreachable, 0);
          ends("to a dead host", FlowOutcome::unreachable, 0);
          ends("link dies", FlowOutcome::failed, 0.25);
          ends("host dies", FlowOutcome::failed, 0.5);
          ends("from a dead host", FlowOutcome::unreachable, 0.75);
          ends("other", FlowOutcome::completed, 1.2 + 14e-6);
          check("the cancelled one says nothing", world.ended.count("cancelled before it is told") == 0);
          check("none is left", world.flows.active() == 0);
        }) == "");
}

TEST_CASE("a cancelled flow leaves its bandwidth to the others; callbacks may start and cancel flows") {
  CHECK(in_child([] {
          World world;
          world.start("stays", 0, 1, 3_GB);
          const auto first = world.start("cancelled by a timer", 0, 2, 3_GB);
          FlowId second;
          Timer::set(1, [&] {
            check("was under way", world.flows.cancel(first));
            check("is gone", !world.flows.cancel(first));
            second = world.start("cancelled by a callback", 3, 4, 30_GB);
          });
          for (int burst = 0; burst < 3; ++burst)  // each ends at its own time; each end starts another one
            world.flows.start(9, 10, spec::Bytes{1e6 * (1 + burst)}, [&, burst](FlowOutcome) {
              world.start("next " + std::to_string(burst), 9, 11, 3_GB);
              if (burst == 2) Timer::set(1.2, [&] { check("by a callback", world.flows.cancel(second)); });
            });
          world.run();
          // 1.5 GB (less 6 kB of latency) by 1 s at half of the card, the rest alone.
          check_near("half of it until 1s, the rest at full rate", 1.5 + 2e-6, world.ended["stays"], 1e-8);
          check("cancelled flows say nothing", world.ended.count("cancelled by a timer") == 0 &&
                                                   world.ended.count("cancelled by a callback") == 0);
          check("all others completed", world.ended.size() == 4 && world.flows.active() == 0);
        }) == "");
}

TEST_CASE(
    "a link that gets slower slows its flows down; one that gets faster helps only flows that start later") {
  CHECK(in_child([] {
          World world;
          world.start("slowed down", 0, 1, 3_GB);
          world.platform.host_uplink(3)->set_bandwidth(1e9);
          world.start("stays slow", 3, 4, 3_GB);
          Timer::set(0.5, [&] {
            world.platform.host_uplink(0)->set_bandwidth(1e9);
            world.platform.host_uplink(3)->set_bandwidth(3e9);
            world.start("starts later", 3, 5, 3_GB);
          });
          world.run();
          check_near("3GB: 1.5GB (less 4us of it) by 0.5s, the rest at 1GB/s", 0.5 + 1.5 + 4e-6 * 3,
                     world.ended["slowed down"], 1e-8);
          check_near("4us + 3GB at 1GB/s, although the link has 3GB/s", 3 + 4e-6, world.ended["stays slow"],
                     1e-8);
          check_near("0.5s + 4us + 3GB at the other 2GB/s", 2 + 4e-6, world.ended["starts later"], 1e-8);
        }) == "");
}

TEST_CASE("flows through a throttle share it") {
  CHECK(in_child([] {
          World world;
          world.flows.set_throttle(1, 200_MB_per_s);
          world.start("one", 0, 1, 1_GB, 1);
          world.start("other", 0, 40, 1_GB, 1);
          world.start("free", 6, 9, 1_GB);
          world.run();
          // One is alone in the throttle for the 40.13 ms that other's latency is longer.
          const double head_start = 40.13e-3 * 200e6;
          check_near("4us + 40.13ms at 200MB/s + the rest at half of it",
                     40.134e-3 + (1e9 - head_start) / 100e6, world.ended["one"], 1e-7);
          check_near("the same bytes in all, over the same link", 4e-6 + 2e9 / 200e6, world.ended["other"],
                     1e-7);
          check_near("past the throttle, 1GB / 2.5GB/s + 14us", 0.4 + 14e-6, world.ended["free"], 1e-8);
        }) == "");
}

TEST_CASE("messages get what flows leave, and at least a fair share beside them") {
  CHECK(in_child([] {
          World world;
          const auto card = [&](HostIndex host) {
            return world.platform.bandwidth_for_message(host).value();
          };
          const auto way = [&](HostIndex source, HostIndex destination) {
            return world.platform.bandwidth_for_message(source, destination).value();
          };
          world.start("WAN", 0, 24, 3_GB);  // at most 1 GB/s of 0's 3 GB/s
          world.start("one", 3, 4, 30_GB);  // these two saturate 3's card
          world.start("other", 3, 5, 30_GB);
          Timer::set(1, [&] {
            world.platform.begin_round();
            check_near("3 GB/s less the WAN flow's 1 GB/s", 2e9, card(0), 1);
            check_near("saturated by two flows: a third", 1e9, card(3), 1);
            check_near("down to 4, half used", 1.5e9, way(6, 4), 1);
            check_near("over the WAN, saturated by one flow: a half", 0.5e9, way(2, 30), 1);
            check_near("the WAN back is free", 1e9, way(30, 2), 1);
            check_near("elsewhere the card's own", 3e9, card(9), 0);
          });
          Timer::set(25, [&] {
            check_near("all again when the flows are over", 3e9, card(0), 0);
            check_near("all of the card", 3e9, card(3), 0);
          });
          world.run();
          check("the flows were over by then", world.ended.size() == 3);
        }) == "");
}

}  // namespace
}  // namespace chatsim::sim
