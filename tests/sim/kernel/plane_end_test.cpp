#include <catch2/catch.hpp>
#include <chrono>
#include <random>

#include "tests/sim/in_child.hpp"
#include "tests/sim/kernel/two_hosts.hpp"

using namespace chatsim::sim;
using namespace std::chrono_literals;
using chatsim::tests::in_child;
using chatsim::tests::TwoHosts;

namespace {

Time at(Duration since_start) { return Time{since_start}; }

/// Runs a case up to `end`, then notes where the clocks stand.
template <class Prepare>
std::string run(Duration end, Prepare prepare) {
  return in_child([&] {
    TwoHosts& world = *new TwoHosts;
    prepare(world);
    world.plane->run_until(at(end));
    world.trace += fmt::format("plane ends at {} ns", world.scheduler.now().time_since_epoch().count());
    return world.trace;
  });
}

Task<void> tick(TwoHosts* world, std::uint64_t count, std::uint64_t seed, std::uint64_t* done, Time* last,
                std::uint64_t* late) {
  std::mt19937_64 random(seed);
  for (std::uint64_t i = 0; i < count; ++i) {
    co_await chatsim::sim::sleep(world->scheduler, Duration{random() % 1'000});
    *late += world->scheduler.now() < *last || world->simgrid_clock() > to_seconds(*last).value() + 1e-3;
    *last = world->scheduler.now();
    ++*done;
  }
}

}  // namespace

TEST_CASE("the run ends exactly at its end, events of that instant included") {
  CHECK(run(1s, [](TwoHosts& world) {
          for (const Duration when : {Duration{1s - 1ns}, Duration{1s}, Duration{1s + 1ns}})
            world.event(when, [&world] { world.note("event"); });
        }) == "1/0 event\n1/0 event\nplane ends at 1000000000 ns");
  CHECK(run(123'456'789ns, [](TwoHosts&) {}) == "plane ends at 123456789 ns");
}

TEST_CASE("an action at the very end executes, and hides no event of that instant") {
  CHECK(run(1s, [](TwoHosts& world) {
          world.event(1s, [&world] {
            world.note("event");
            world.plane->at_simgrid([&world] { world.note("action"); });
          });
          world.event(1s, [&world] { world.note("event behind it"); });
        }) == "1/0 event\n1/1 action\n1/1 event behind it\nplane ends at 1000000000 ns");
}

TEST_CASE("what SimGrid does shortly after the end does no harm") {
  CHECK(run(1s, [](TwoHosts& world) {
          world.event(999ms, [&world] { world.note("event"); });
          world.timer(1.0005, [] {});
          world.timer(1.0007, [] {});
        }) == "0.999/0 event\nplane ends at 1000000000 ns");
}

TEST_CASE("stop ends the run at the current event") {
  CHECK(run(1s, [](TwoHosts& world) {
          world.event(100ms, [&world] { world.note("event"); });
          world.event(200ms, [&world] {
            world.note("stops");
            world.plane->stop();
          });
          world.event(200ms, [&world] { world.note("not reached"); });
          world.event(300ms, [&world] { world.note("not reached"); });
        }) == "0.1/0 event\n0.2/0 stops\nplane ends at 200000000 ns");
}

TEST_CASE("stop ends the run also where SimGrid has more to do") {
  CHECK(run(1s, [](TwoHosts& world) {
          world.event(0s, [&world] {
            world.plane->at_simgrid(
                [&world] { world.start_flow(50'000'000, [&world] { world.note("flow ends"); }); });
          });
          world.timer(0.5, [&world] { world.note("timer"); });
          world.event(200ms, [&world] { world.plane->stop(); });
          world.event(300ms, [&world] { world.note("not reached"); });
        }) == "plane ends at 200000000 ns");
}

TEST_CASE("stop may be called where SimGrid acts: the plane goes no further") {
  const auto with_timer = [](TwoHosts& world) {
    world.timer(0.25, [&world] { world.plane->stop(); });
    world.event(300ms, [&world] { world.note("not reached"); });
  };
  CHECK(run(1s, with_timer) == "plane ends at 250000000 ns");
  const auto with_return = [](TwoHosts& world) {
    world.timer(0.25, [] {});
    world.plane->on_return_from_simgrid([&world] { world.plane->stop(); });
    world.event(300ms, [&world] { world.note("not reached"); });
  };
  CHECK(run(1s, with_return) == "plane ends at 250000000 ns");
}

TEST_CASE("the pulse comes every hundred thousand events and may stop the run") {
  const std::string trace = in_child([] {
    TwoHosts& world = *new TwoHosts;
    std::uint64_t done = 0, late = 0;
    Time last{};
    int pulses = 0;
    world.plane->on_pulse([&] {
      if (++pulses == 5) world.plane->stop();
    });
    spawn(no_machine, tick(&world, 2'000'000, 1, &done, &last, &late));
    world.plane->run_until(at(10s));
    return fmt::format("{} pulses, {} events", pulses, done);
  });
  CHECK(trace == "5 pulses, 500000 events");
}

TEST_CASE("an exception in the plane comes out of run_until") {
  CHECK(run(1s, [](TwoHosts& world) {
          world.event(100ms, [] { throw std::runtime_error("a bug of ours"); });
        }) == "exception: a bug of ours");
}

TEST_CASE("a million events of the plane between a thousand timers: none is lost, all are in order") {
  const std::string result = in_child([] {
    TwoHosts& world = *new TwoHosts;
    std::uint64_t done = 0, disorder = 0, timers = 0, actions = 0;
    Time last{};
    for (std::uint64_t seed = 0; seed < 10; ++seed) {
      spawn(no_machine, tick(&world, 100'000, seed, &done, &last, &disorder));
    }
    std::mt19937_64 random(99);
    for (int i = 0; i < 1'000; ++i) {
      const auto date = std::chrono::nanoseconds{random() % 50'000'000};
      world.timer(static_cast<double>(date.count()) * 1e-9, [&, date] {
        ++timers;
        // The plane has done all up to here and nothing beyond.
        if (world.scheduler.now() != at(date)) ++disorder;
        if (std::abs(world.simgrid_clock() - to_seconds(date).value()) > 1e-12) ++disorder;
        if (last > at(date)) ++disorder;
        world.event(date + 10us, [&] { world.plane->at_simgrid([&] { ++actions; }); });
      });
    }
    world.plane->run_until(at(60ms));
    return fmt::format("{} events, {} timers, {} actions, {} out of order", done, timers, actions, disorder);
  });
  CHECK(result == "1000000 events, 1000 timers, 1000 actions, 0 out of order");
}
