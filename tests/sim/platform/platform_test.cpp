#include "sim/platform/platform.hpp"

#include <catch2/catch.hpp>
#include <set>
#include <simgrid/kernel/ProfileBuilder.hpp>
#include <simgrid/kernel/Timer.hpp>
#include <simgrid/s4u/Engine.hpp>
#include <simgrid/s4u/Host.hpp>
#include <simgrid/s4u/Link.hpp>
#include <vector>

#include "tests/sim/platform/in_child.hpp"
#include "tests/sim/platform/small_fabric.hpp"

namespace chatsim::sim {
namespace {

using simgrid::kernel::profile::ProfileBuilder;
using simgrid::kernel::timer::Timer;
using simgrid::s4u::Link;
using test::check;
using test::check_near;
using test::in_child;

double seconds(Duration duration) { return to_seconds(duration).value(); }

TEST_CASE("latency and bandwidth of each kind of route") {
  CHECK(in_child([] {
          EngineSession session;
          const Platform platform(session, test::small_fabric());
          for (const auto& kind : test::route_kinds) {
            check_near(kind.derivation, kind.latency, seconds(platform.latency(0, kind.destination)), 1e-12);
            check_near("  the way back", kind.latency, seconds(platform.latency(kind.destination, 0)), 1e-12);
            check_near("  its narrowest link", kind.bandwidth,
                       platform.bandwidth_for_message(0, kind.destination).value(), 0);
          }
          check_near("the network card", 3e9, platform.bandwidth_for_message(0).value(), 0);
          check_near("speed of a host, from the scenario", 2, platform.speed(7), 1e-12);
        }) == "");
}

TEST_CASE("SimGrid's own routes have the same links") {
  CHECK(in_child([] {
          EngineSession session;
          const Platform platform(session, test::small_fabric());
          for (HostIndex source = 0; source < platform.hosts(); ++source)
            for (HostIndex destination = 0; destination < platform.hosts(); ++destination) {
              std::vector<Link*> links, expected;
              platform.host(source)->route_to(platform.host(destination), links, nullptr);
              double latency = 0;
              for (const LinkIndex link : platform.layout().route(source, destination)) {
                expected.push_back(platform.link(link));
                latency += platform.link(link)->get_latency();
              }
              if (links != expected ||
                  std::abs(latency - seconds(platform.latency(source, destination))) > 1e-12 ||
                  platform.domain(source) != platform.layout().domain(source))
                check("the same from " + std::to_string(source) + " to " + std::to_string(destination),
                      false);
            }
          check("the names say what a link is", platform.rack_downlink(15)->get_name() == "rack_down_00015");
        }) == "");
}

TEST_CASE("a link or a host that is turned off in SimGrid cuts off exactly what needs it") {
  CHECK(in_child([] {
          EngineSession session;
          Platform platform(session, test::small_fabric());
          std::vector<HostIndex> down, up;
          platform.on_host_down([&](HostIndex host) { down.push_back(host); });
          platform.on_host_up([&](HostIndex host) { up.push_back(host); });
          check("all reach all at first", platform.reachable(0, 47));

          platform.rack_uplink(0)->turn_off();
          check("not out of the rack", !platform.reachable(0, 3) && !platform.reachable(2, 47));
          check("but into it, and within it", platform.reachable(3, 0) && platform.reachable(0, 1));
          platform.rack_uplink(0)->turn_on();
          check("out again", platform.reachable(0, 3));

          platform.wan(1, 0)->turn_off();
          check("one direction of the WAN", !platform.reachable(24, 0) && platform.reachable(0, 24));
          platform.wan(1, 0)->turn_on();

          platform.host(5)->turn_off();
          check("a host", !platform.is_on(5) && !platform.reachable(5, 0) && !platform.reachable(0, 5) &&
                              !platform.reachable(5, 5) && platform.reachable(0, 4));
          platform.host(5)->turn_on();
          check("back", platform.is_on(5) && platform.reachable(5, 0));
          check("told once each", down == std::vector<HostIndex>{5} && up == std::vector<HostIndex>{5});
        }) == "");
}

TEST_CASE("speeds, bandwidths and latencies follow SimGrid") {
  CHECK(in_child([] {
          EngineSession session;
          Platform platform(session, test::small_fabric());
          platform.host(3)->set_pstate(2);
          check_near("speed 2 halved (power state 2 is one half)", 1, platform.speed(3), 1e-12);
          check_near("its neighbour's", 2, platform.speed(4), 1e-12);

          platform.host_uplink(3)->set_bandwidth(1e8);
          check_near("a slow card, up", 1e8, platform.bandwidth_for_message(3, 4).value(), 0);
          check_near("down", 3e9, platform.bandwidth_for_message(4, 3).value(), 0);

          platform.host_uplink(0)->set_latency(4e-6);
          platform.rack_downlink(1)->set_latency(10e-6);
          platform.wan(0, 1)->set_latency(80e-3);
          check("changed", platform.refresh_latencies());
          check_near("in a pod, 4us + 5us + 10us + 2us", 21e-6, seconds(platform.latency(0, 3)), 1e-12);
          check_near("the way back, 2us + 5us + 5us + 2us", 14e-6, seconds(platform.latency(3, 0)), 1e-12);
          check_near("WAN, 4us + 2us + 2 x 65us + 80ms", 80.136e-3, seconds(platform.latency(0, 24)), 1e-12);
          check_near("the WAN's other direction", 40.134e-3, seconds(platform.latency(24, 0)), 1e-12);
          check("nothing more has changed", !platform.refresh_latencies());
        }) == "");
}

TEST_CASE("profiles of SimGrid govern at their times") {
  CHECK(in_child([] {
          EngineSession session;
          PlatformOptions options;
          options.before_seal = [](Platform& platform) {
            platform.host(1)->set_state_profile(ProfileBuilder::from_string("host", "1 0\n3 1\n", -1));
            platform.host(2)->set_speed_profile(ProfileBuilder::from_string("speed", "1 0.3\n", -1));
            platform.rack_uplink(0)->set_state_profile(ProfileBuilder::from_string("link", "1 0\n3 1\n", -1));
            platform.host_uplink(4)->set_bandwidth_profile(
                ProfileBuilder::from_string("bandwidth", "1 1e6\n", -1));
            platform.host_uplink(4)->set_latency_profile(
                ProfileBuilder::from_string("latency", "1 0.5\n", -1));
          };
          Platform platform(session, test::small_fabric(), options);
          const auto before = [&] {
            check("all on at 0.5s", platform.is_on(1) && platform.reachable(0, 3));
            check_near("full speed", 2, platform.speed(2), 1e-12);
          };
          const auto during = [&] {
            check("off at 2s", !platform.is_on(1) && !platform.reachable(0, 3));
            check_near("0.3 of the speed of 2", 0.6, platform.speed(2), 1e-12);
            check_near("bandwidth, an absolute value", 1e6, platform.bandwidth_for_message(4).value(), 0);
            check("a latency has changed", platform.refresh_latencies());
            check_near("0.5s + 2us", 0.500002, seconds(platform.latency(4, 3)), 1e-12);
          };
          const auto after = [&] { check("on at 4s", platform.is_on(1) && platform.reachable(0, 3)); };
          Timer::set(0.5, before);
          Timer::set(2, during);
          Timer::set(4, after);
          session.engine().run_until(5);
          check_near("the run ended at 5s", 5, simgrid::s4u::Engine::get_clock(), 1e-9);
        }) == "");
}

}  // namespace
}  // namespace chatsim::sim
