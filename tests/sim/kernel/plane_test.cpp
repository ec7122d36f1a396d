#include "sim/kernel/plane.hpp"

#include <catch2/catch.hpp>
#include <chrono>
#include <sstream>
#include <utility>

#include "tests/sim/kernel/two_hosts.hpp"

using namespace chatsim::sim;
using namespace std::chrono_literals;
using chatsim::tests::trace_of;
using chatsim::tests::TwoHosts;

namespace {

Time at(Duration since_start) { return Time{since_start}; }

}  // namespace

TEST_CASE("the plane runs ahead to SimGrid's next event, and SimGrid's clock never passes the plane's") {
  const std::string trace = trace_of(1s, [](TwoHosts& world) {
    for (const Duration when : {100ms, 400ms, 600ms, 1000ms})
      world.event(when, [&world] { world.note("event"); });
    world.timer(0.5, [&world] { world.note("timer"); });
  });
  CHECK(trace ==
        "0.1/0 event\n"
        "0.4/0 event\n"
        "0.5/0.5 timer\n"
        "0.6/0.5 event\n"
        "1/0.5 event\n");
}

TEST_CASE("within one instant: the plane, then profiles, then actions, then timers, then flows that end") {
  const std::string trace = trace_of(
      1s,
      [](TwoHosts& world) {
        world.event(0ms, [&world] {
          // 299 ms at 100 MB/s after 1 ms of latency, which is an event of SimGrid too: it ends at 0.3 s as
          // well.
          world.plane->at_simgrid(
              [&world] { world.start_flow(29'900'000, [&world] { world.note("flow ends"); }); });
        });
        const auto latency = [&world] { return fmt::format(" at latency {:g}", world.link->get_latency()); };
        world.timer(0.3, [&world, latency] { world.note("timer" + latency()); });
        world.event(300ms, [&world, latency] { world.note("event" + latency()); });
        world.event(300ms, [&world, latency] {
          world.plane->at_simgrid([&world, latency] { world.note("action" + latency()); });
          world.note("asks for an action" + latency());
        });
        world.event(300ms, [&world, latency] { world.note("event behind it" + latency()); });
        world.event(300ms + 1ns, [&world, latency] { world.note("a nanosecond later" + latency()); });
      },
      "0.3 0.002\n");
  // The action ends the plane's run-ahead, so that what the plane still has for this instant comes after
  // SimGrid's.
  CHECK(trace ==
        "0.3/0.001 event at latency 0.001\n"
        "0.3/0.001 asks for an action at latency 0.001\n"
        "0.3/0.3 action at latency 0.002\n"
        "0.3/0.3 timer at latency 0.002\n"
        "0.3/0.3 flow ends\n"
        "0.3/0.3 event behind it at latency 0.002\n"
        "0.3/0.3 a nanosecond later at latency 0.002\n");
}

TEST_CASE("0.1 + 0.2 is the instant 0.3, whichever of both adds up doubles") {
  const std::string trace = trace_of(1s, [](TwoHosts& world) {
    // 0.1 + 0.2 = 0.30000000000000004 and 0.3 = 0.29999999999999999: both are 300,000,000 ns.
    for (const double date : {0.1, 0.1 + 0.2, 0.3}) {
      world.timer(date, [&world] { world.note("timer"); });
    }
    world.event(100ms, [&world] { world.event(300ms, [&world] { world.note("event"); }); });
    world.event(300ms + 1ns, [&world] { world.note("later"); });
  });
  CHECK(trace ==
        "0.1/0.1 timer\n"
        "0.3/0.1 event\n"
        "0.3/0.3 timer\n"
        "0.3/0.3 timer\n"
        "0.3/0.3 later\n");
}

TEST_CASE("actions execute at their instant, in order, however many there are") {
  const std::string trace = trace_of(1s, [](TwoHosts& world) {
    for (int i = 1; i <= 3; ++i) {
      world.event(200ms, [&world, i] {
        world.plane->at_simgrid([&world, i] { world.note(fmt::format("action {}", i)); });
        world.plane->at_simgrid([&world, i] { world.note(fmt::format("action {}b", i)); });
        world.note(fmt::format("event {}", i));
      });
    }
  });
  CHECK(trace ==
        "0.2/0 event 1\n"
        "0.2/0.2 action 1\n"
        "0.2/0.2 action 1b\n"
        "0.2/0.2 event 2\n"
        "0.2/0.2 action 2\n"
        "0.2/0.2 action 2b\n"
        "0.2/0.2 event 3\n"
        "0.2/0.2 action 3\n"
        "0.2/0.2 action 3b\n");
}

TEST_CASE("ten thousand actions at one instant and events between") {
  const std::string trace = trace_of(1s, [](TwoHosts& world) {
    auto counts = std::make_shared<std::array<int, 2>>();
    for (int i = 0; i < 10'000; ++i) {
      world.event(333'333'333ns, [&world, counts] {
        world.plane->at_simgrid([&world, counts] {
          ++(*counts)[0];
          (*counts)[1] += std::llround(world.simgrid_clock() * 1e9) == 333'333'333;
        });
      });
    }
    world.event(1s, [&world, counts] { world.note(fmt::format("{} {}", (*counts)[0], (*counts)[1])); });
  });
  CHECK(trace == "1/0.333333 10000 10000\n");
}

TEST_CASE("an action may be asked for wherever SimGrid acts, and executes at that instant") {
  const std::string trace = trace_of(1s, [](TwoHosts& world) {
    const auto act = [&world](const std::string& name) {
      world.plane->at_simgrid([&world, name] { world.note(name); });
    };
    world.timer(0.25, [act] { act("asked for by a timer"); });
    world.event(500ms, [&world, act] {
      world.plane->at_simgrid([&world, act] {
        world.start_flow(9'900'000, [act] { act("asked for by the end of a flow"); });
        act("asked for by an action");
      });
    });
    world.event(550ms, [&world] { world.note("event"); });
    world.event(700ms, [&world] { world.note("event"); });
  });
  CHECK(trace ==
        "0.25/0.25 asked for by a timer\n"
        "0.5/0.5 asked for by an action\n"
        "0.55/0.501 event\n"
        "0.6/0.6 asked for by the end of a flow\n"
        "0.7/0.6 event\n");
}

TEST_CASE("on_return may ask for an action, which executes before the plane goes on") {
  const std::string trace = trace_of(1s, [](TwoHosts& world) {
    world.plane->on_return_from_simgrid([&world] {
      if (world.scheduler.now() != at(250ms)) return;
      world.plane->at_simgrid([&world] { world.note("action"); }, Plane::Effect::flows_only);
    });
    world.timer(0.25, [] {});
    world.event(300ms, [&world] { world.note("event"); });
    world.timer(0.5, [] {});
  });
  CHECK(trace ==
        "0.25/0.25 action\n"
        "0.3/0.25 event\n");
}

TEST_CASE("on_return is called after SimGrid acted, not after the plane's own stops for flows") {
  using Effect = Plane::Effect;
  const std::string trace = trace_of(
      1s,
      [](TwoHosts& world) {
        world.plane->on_return_from_simgrid([&world] { world.note("return"); });
        const auto act_at = [&world](Duration when, Effect effect) {
          world.event(when, [&world, effect] {
            world.plane->at_simgrid([&world] { world.note("action"); }, effect);
          });
        };
        act_at(100ms, Effect::flows_only);
        act_at(200ms, Effect::flows_only);
        act_at(400ms, Effect::anything);
        world.event(450ms, [&world] {
          world.plane->at_simgrid(
              [&world] { world.start_flow(14'900'000, [&world] { world.note("flow ends"); }); },
              Effect::flows_only);
        });
        world.timer(0.5, [&world] { world.note("timer"); });
        world.event(700ms, [&world] { world.note("event"); });
      },
      "0.3 0.002\n");
  // The flow starts after the profile has made 2 ms of the link's latency: 0.45 + 0.002 + 0.149 = 0.601 s,
  // and that its latency has passed is an event of SimGrid too. After a profile there may be two calls, the
  // first while SimGrid's clock is still behind: both are one line here, which has the plane's clock only.
  std::istringstream lines(trace);
  std::string order, last;
  for (std::string line; std::getline(lines, line);) {
    line.erase(line.find('/'), line.find(' ') - line.find('/'));
    if (line != std::exchange(last, line)) order += line + "\n";
  }
  CHECK(order ==
        "0.1 action\n"
        "0.2 action\n"
        "0.3 return\n"
        "0.4 action\n"
        "0.4 return\n"
        "0.452 return\n"
        "0.5 timer\n"
        "0.5 return\n"
        "0.601 flow ends\n"
        "0.601 return\n"
        "0.7 event\n");
}

TEST_CASE("a flow takes latency plus size over bandwidth, and its end reaches the plane") {
  const std::uint64_t bytes = 12'345'678;
  const double expected = 0.125 + 1e-3 + static_cast<double>(bytes) / 1e8;
  const std::string trace = trace_of(1s, [&](TwoHosts& world) {
    world.event(125ms, [&world, bytes] {
      world.plane->at_simgrid([&world, bytes] {
        world.start_flow(bytes, [&world] {
          world.trace += fmt::format("{:.9f} ", world.simgrid_clock());
          world.event(world.scheduler.now().time_since_epoch() + 5ms, [&world] {
            world.trace += fmt::format("{:.9f}", to_seconds(world.scheduler.now()).value());
          });
        });
      });
    });
  });
  std::istringstream numbers(trace);
  double ended = 0, event = 0;
  numbers >> ended >> event;
  fmt::print("flow: 0.125 s + 1 ms + {} B / 100 MB/s = {:.9f} s; actual {:.9f} s, tolerance 1 ns\n", bytes,
             expected, ended);
  CHECK(ended == Approx(expected).margin(1e-9));
  CHECK(event == Approx(expected + 5e-3).margin(1e-9));
}

TEST_CASE("two flows share the link, and the plane keeps pace with them") {
  // The first, 20 MB, is alone for 99 ms after its latency and for the 1 ms in which the second still waits
  // for its own: 10 MB. Then both have 50 MB/s: the second, 5 MB, ends at 0.101 + 0.1 = 0.201 s. The first
  // has 5 MB left, at 100 MB/s: 0.251 s.
  const std::string trace = trace_of(1s, [](TwoHosts& world) {
    const auto start = [&world](std::uint64_t bytes, const char* name) {
      world.plane->at_simgrid(
          [&world, bytes, name] { world.start_flow(bytes, [&world, name] { world.note(name); }); });
    };
    world.event(0s, [start] { start(20'000'000, "first ends"); });
    world.event(100ms, [start] { start(5'000'000, "second ends"); });
    for (const Duration when : {200ms, 202ms, 250ms, 252ms})
      world.event(when, [&world] { world.note("event"); });
  });
  CHECK(trace ==
        "0.2/0.101 event\n"
        "0.201/0.201 second ends\n"
        "0.202/0.201 event\n"
        "0.25/0.201 event\n"
        "0.251/0.251 first ends\n"
        "0.252/0.251 event\n");
}
