#include <catch2/catch.hpp>
#include <chrono>

#include "sim/kernel/plane.hpp"
#include "tests/sim/kernel/two_hosts.hpp"

using namespace chatsim::sim;
using namespace std::chrono_literals;
using chatsim::tests::trace_of;
using chatsim::tests::TwoHosts;

namespace {

/// Events of the plane, a timer and a flow of SimGrid round 0.3 s, and how many events and which clocks at the end.
std::string busy_trace(const std::function<void(TwoHosts&)>& prepare) {
  return trace_of(
      1s,
      [&](TwoHosts& world) {
        for (const Duration when : {Duration{100ms}, Duration{300ms}, Duration{300ms + 1ns}, Duration{700ms}})
          world.event(when, [&world] { world.note("event"); });
        world.event(300ms, [&world] {
          world.plane->at_simgrid([&world] {
            world.note("action");
            world.start_flow(10'000'000, [&world] { world.note("flow ends"); });
          });
        });
        world.timer(0.3, [&world] { world.note("timer"); });
        world.event(1s,
                    [&world] { world.note(fmt::format("{} events before this one", world.scheduler.events() - 1)); });
        prepare(world);
      },
      "0.3 0.002\n");
}

}  // namespace

TEST_CASE("what is done once at an instant comes after all of that instant, and leaves no trace") {
  const std::string without = busy_trace([](TwoHosts&) {});
  CAPTURE(without);
  for (const Duration when : {Duration{0}, Duration{50ms}, Duration{300ms}, Duration{300ms + 1ns}, Duration{999ms}}) {
    const std::string with = busy_trace([when](TwoHosts& world) {
      world.plane->once_at(Time{when}, [&world, when] {
        if (world.scheduler.now() != Time{when}) world.note("not at its instant");
      });
    });
    CHECK(with == without);
  }
  const std::string noted = busy_trace(
      [](TwoHosts& world) { world.plane->once_at(Time{300ms}, [&world] { world.note("once"); }); });
  CHECK(noted ==
        "0.1/0 event\n"
        "0.3/0 event\n"
        "0.3/0.3 action\n"
        "0.3/0.3 timer\n"
        "0.3/0.3 once\n"
        "0.3/0.3 event\n"
        "0.402/0.402 flow ends\n"
        "0.7/0.402 event\n"
        "1/0.402 5 events before this one\n");
}

TEST_CASE("what is done once may schedule for its own instant, and is not done when the plane is stopped before") {
  CHECK(trace_of(1s, [](TwoHosts& world) {
          world.plane->once_at(Time{200ms}, [&world] { world.event(200ms, [&world] { world.note("event"); }); });
        }) == "0.2/0 event\n");
  CHECK(trace_of(1s, [](TwoHosts& world) {
          world.event(200ms, [&world] { world.plane->stop(); });
          world.plane->once_at(Time{200ms}, [&world] { world.note("once"); });
        }).empty());
}
