#include "sim/resources/client_guard.hpp"

#include <vector>

#include "tests/sim/resources/calls.hpp"

namespace chatsim::tests {
namespace {

using Verdict = ClientGuard::Verdict;

TEST_CASE("a breaker opens at its share of failures, and one probe closes it") {
  ClientGuard guard({.failures = 0.5, .window = 4, .open_for = 1s}, 2, 2);
  const auto call = [&](Duration when, bool failed) {
    REQUIRE(guard.ask(1, 1, at(when)) == Verdict::go);
    return guard.ended(1, 1, failed, at(when));
  };
  CHECK_FALSE(call(0ms, true));
  CHECK_FALSE(call(1ms, false));
  CHECK_FALSE(call(2ms, true));  // Two of three, but four are looked at.
  CHECK(call(3ms, false));
  CHECK(guard.ask(1, 1, at(4ms)) == Verdict::open);
  CHECK(guard.ask(0, 1, at(4ms)) == Verdict::go);  // Another client.
  CHECK(guard.ask(1, 0, at(4ms)) == Verdict::go);  // Another tier.
  CHECK(guard.ask(1, 1, at(1003ms)) == Verdict::go);
  CHECK(guard.ask(1, 1, at(1003ms)) == Verdict::open);  // One probe at a time.
  CHECK(guard.ended(1, 1, true, at(1010ms)));
  CHECK(guard.ask(1, 1, at(2009ms)) == Verdict::open);
  CHECK(guard.ask(1, 1, at(2010ms)) == Verdict::go);
  CHECK_FALSE(guard.ended(1, 1, false, at(2011ms)));
  // Closed, and nothing of what was before counts.
  CHECK_FALSE(call(2012ms, true));
  CHECK_FALSE(call(2013ms, false));
  CHECK_FALSE(call(2014ms, false));
  CHECK_FALSE(call(2015ms, false));
  CHECK_FALSE(call(2016ms, false));
}

TEST_CASE("a window of 64 calls is a whole word") {
  ClientGuard guard({.failures = 1, .window = 64, .open_for = 1s}, 1, 1);
  for (int i = 0; i < 64; ++i) {
    REQUIRE(guard.ask(0, 0, at(0ms)) == Verdict::go);
    CHECK(guard.ended(0, 0, true, at(0ms)) == (i == 63));
  }
}

TEST_CASE("a bulkhead refuses at once what is too much") {
  check_report([](Report& report) {
    SmallWorld small({.name = "server", .machines = 16, .threads = 100, .cores = 100});
    World& world = small.world;
    world.rpc.guard_clients({.calls = 2});
    const std::size_t live = arena.live();
    Answer answers[3], later, other, unsent;
    const LegOptions leg{small.on(4), 10ms};
    for (Answer& answer : answers) {
      small.spawn_at(0ms, small.on(0), call_once(&world, call_from(small.on(0)), {leg}, &answer));
    }
    small.spawn_at(0ms, small.on(1), call_once(&world, call_from(small.on(1)), {leg}, &other));
    small.spawn_at(20ms, small.on(0), call_once(&world, call_from(small.on(0)), {leg}, &later));
    small.run(2s);
    expect_answer(report, "the second", Outcome::ok, 1us + there + 10ms + back, answers[1]);
    expect_answer(report, "the third", Outcome::rejected, 0ns, answers[2]);
    expect_answer(report, "of another client", Outcome::ok, there + 10ms + 500ns + back, other);
    expect_answer(report, "later", Outcome::ok, 20ms + there + 10ms + back, later);
    report.same("refused", std::uint64_t{1}, world.fleet.resilience(0).refused_by_bulkhead);
    report.same("nothing is left but the list of timeouts", live + 1, arena.live());
  });
}

TEST_CASE("a breaker keeps callers away from a tier that fails them, until it answers") {
  check_report([](Report& report) {
    SmallWorld small({.name = "server", .machines = 16, .threads = 100});
    World& world = small.world;
    world.rpc.guard_clients({.failures = 0.5, .window = 4, .open_for = 100ms});
    const MachineIndex client = small.on(0);
    std::vector<Answer> slow(4);
    for (int i = 0; i < 4; ++i) {
      Answer* answer = &slow[static_cast<std::size_t>(i)];
      small.spawn_at(i * 1ms, client, call_once(&world, call_from(client, 10ms), {{small.on(4), 1s}}, answer));
    }
    Answer away, probe, beside, after;
    const auto call_at = [&](Duration when, Answer* answer) {
      small.spawn_at(when, client, call_once(&world, call_from(client, 10ms), {{small.on(5), 1ms}}, answer));
    };
    call_at(20ms, &away);
    call_at(113ms, &probe);
    call_at(113ms + 1us, &beside);
    call_at(120ms, &after);
    small.run(2s);
    expect_answer(report, "the breaker opened at 13 ms", Outcome::rejected, 20ms, away);
    expect_answer(report, "the probe, 100 ms later", Outcome::ok, 113ms + there + 1ms + back, probe);
    expect_answer(report, "while it is under way", Outcome::rejected, 113ms + 1us, beside);
    expect_answer(report, "closed", Outcome::ok, 120ms + there + 1ms + back, after);
    report.same("openings", std::uint64_t{1}, world.fleet.resilience(0).breaker_openings);
    report.same("refused", std::uint64_t{2}, world.fleet.resilience(0).refused_by_breaker);
  });
}

}  // namespace
}  // namespace chatsim::tests
