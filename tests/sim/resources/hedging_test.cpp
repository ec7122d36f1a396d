#include "sim/resources/hedging.hpp"

#include <vector>

#include "tests/sim/resources/calls.hpp"

namespace chatsim::tests {
namespace {

constexpr Duration in_rack = one_way_in_rack;

CallOptions hedged(MachineIndex client, std::uint8_t hedging, Duration timeout = 1s) {
  CallOptions options = call_from(client, timeout);
  options.hedging = hedging;
  options.reserve = 1;
  return options;
}

TEST_CASE("the reserve is sent if the call is not over by then") {
  check_report([](Report& report) {
    SmallWorld small;
    World& world = small.world;
    const MachineIndex client = small.on(0);
    const std::uint8_t hedging = world.rpc.add_hedging({.after = 10ms});
    const std::size_t live = arena.live();
    Answer slow, quick, late;
    const auto call_at = [&](Duration when, Duration first, Duration second, Answer* answer) {
      small.spawn_at(when, client,
                     call_once(&world, hedged(client, hedging), {{small.on(4), first}, {small.on(5), second}}, answer));
    };
    call_at(0ms, 50ms, 1ms, &slow);
    call_at(100ms, 9ms, 1ms, &quick);
    call_at(200ms, 12ms, 30ms, &late);
    small.run(1500ms);
    expect_answer(report, "the reserve answers: 10 ms + 15 us + 1 ms + 14.5 us", Outcome::ok,
                  10ms + there + 1ms + back, slow);
    expect_answer(report, "over before", Outcome::ok, 100ms + there + 9ms + back, quick);
    expect_answer(report, "the first is sooner all the same", Outcome::ok, 200ms + there + 12ms + back, late);
    const ResilienceCounts& counts = world.fleet.resilience(0);
    report.same("calls with a reserve", std::uint64_t{3}, counts.hedged);
    report.same("hedges sent", std::uint64_t{2}, counts.hedges_sent);
    report.same("hedges that won", std::uint64_t{1}, counts.hedges_won);
    report.same("nothing is left but two lists of timeouts", live + 2, arena.live());
  });
}

TEST_CASE("of a quorum only the reserve waits") {
  check_report([](Report& report) {
    SmallWorld small;
    World& world = small.world;
    CallOptions options = hedged(small.on(0), world.rpc.add_hedging({.after = 10ms}));
    options.needed = 2;
    Answer answer;
    const std::vector<LegOptions> legs{{small.on(4), 1ms}, {small.on(5), 50ms}, {small.on(6), 2ms}};
    spawn(small.on(0), call_once(&world, options, legs, &answer));
    small.run(1s);
    expect_answer(report, "the first at once, the reserve from 10 ms on", Outcome::ok, 10ms + there + 2ms + back,
                  answer);
    report.same("won", std::uint64_t{1}, world.fleet.resilience(0).hedges_won);
  });
}

TEST_CASE("a budget bounds the hedges, and a call without one ends when all others have failed") {
  check_report([](Report& report) {
    SmallWorld small({.name = "server", .machines = 16, .threads = 1, .queue_limit = 0});
    World& world = small.world;
    const MachineIndex client = small.on(0);
    const std::uint8_t half = world.rpc.add_hedging({.after = 10ms, .most = 0.5});
    std::vector<Answer> answers(4);
    for (int i = 0; i < 4; ++i) {
      small.spawn_at(i * 100ms, client,
                     call_once(&world, hedged(client, half), {{small.on(4), 50ms}, {small.on(5), 1ms}}, &answers[i]));
    }
    // A server that is busy and has no queue refuses: the reserve is what is left, or nothing.
    Answer busy, denied, rescued;
    small.spawn_at(500ms, small.on(1), call_once(&world, call_from(small.on(1)), {{small.on(4), 400ms}}, &busy));
    const std::uint8_t tenth = world.rpc.add_hedging({.after = 20ms, .most = 0.1});
    const std::vector<LegOptions> legs{{small.on(4), 1ms}, {small.on(5), 1ms}};
    small.spawn_at(600ms, client, call_once(&world, hedged(client, tenth), legs, &denied));
    small.spawn_at(700ms, client, call_once(&world, hedged(client, half), legs, &answers[0]));
    small.spawn_at(800ms, client, call_once(&world, hedged(client, half), legs, &rescued));
    small.run(2s);
    report.same("each second one may be hedged: 1st", 50ms + there + back + 300ms, answers[2].at - 200ms + 300ms);
    report.same("2nd", 10ms + there + 1ms + back, answers[1].at - 100ms);
    report.same("4th", 10ms + there + 1ms + back, answers[3].at - 300ms);
    expect_answer(report, "refused, and no hedge: known when it would be sent", Outcome::rejected, 620ms, denied);
    expect_answer(report, "refused, and hedged", Outcome::ok, 810ms + there + 1ms + back, rescued);
    report.same("denied: 1st, 3rd, the tenth, the 5th", std::uint64_t{4}, world.fleet.resilience(0).hedges_denied);
    report.same("sent: 2nd, 4th, 6th", std::uint64_t{3}, world.fleet.resilience(0).hedges_sent);
  });
}

/// Two servers are busy until `first` and `second`; a call to both is made meanwhile. \returns requests that were
/// served.
double served_of_two(bool tied, Duration first, Duration second, Answer* answer, std::uint64_t* cancelled,
                     double* little) {
  SmallWorld& small = *new SmallWorld({.name = "server", .machines = 16, .threads = 1, .queue_limit = 10});
  World& world = small.world;
  Answer ignored;
  spawn(small.on(1), call_once(&world, call_from(small.on(1)), {{small.on(4), first}}, &ignored));
  spawn(small.on(2), call_once(&world, call_from(small.on(2)), {{small.on(5), second}}, &ignored));
  const std::uint8_t hedging = world.rpc.add_hedging({.after = 1ms, .tied = tied});
  small.spawn_at(1ms, small.on(0), call_once(&world, hedged(small.on(0), hedging),
                                             {{small.on(4), 100ms}, {small.on(5), 100ms}}, answer));
  small.run(1s);
  *cancelled = world.fleet.resilience(0).ties_cancelled;
  *little = world.fleet.little_law_error(0, world.scheduler.now());
  return world.fleet.summary(0, world.scheduler.now()).completed.value();
}

TEST_CASE("of tied requests the second is skipped once it is known that the first is served") {
  struct Case {
    const char* what;
    bool tied;
    Duration second;
    double served;
    std::uint64_t cancelled;
  };
  const Case cases[] = {{"not tied: both are served", false, 30ms, 4, 0},
                        {"tied: the other one is skipped", true, 30ms, 3, 1},
                        {"the news needs 4 us", true, 20ms + in_rack - 1ns, 4, 0},
                        {"and not more", true, 20ms + in_rack, 3, 1}};
  for (const Case& one : cases) {
    check_report([&](Report& report) {
      Answer answer;
      std::uint64_t cancelled = 0;
      double little = 1;
      const double served = served_of_two(one.tied, 20ms, one.second, &answer, &cancelled, &little);
      report.near(one.what, one.served, served, 0);
      report.same("skipped", one.cancelled, cancelled);
      report.same("Little's law", 0.0, little);
      expect_answer(report, "busy until 20 ms, then 100 ms", Outcome::ok, there + 120ms + back, answer);
    });
  }
}

TEST_CASE("when the server of a tied request dies after the other was skipped, the caller learns it") {
  check_report([](Report& report) {
    SmallWorld small({.name = "server", .machines = 16, .threads = 1, .queue_limit = 10});
    World& world = small.world;
    Answer ignored, skipped, waiting;
    const std::uint8_t hedging = world.rpc.add_hedging({.after = 1ms, .tied = true});
    const std::size_t live = arena.live();
    const auto busy = [&](HostIndex host, Duration until) {
      spawn(small.on(1), call_once(&world, call_from(small.on(1)), {{small.on(host), until}}, &ignored));
    };
    busy(5, 10ms);
    busy(7, 60ms);
    const auto call_two = [&](HostIndex first, HostIndex second, Answer* answer) {
      spawn(small.on(0), call_once(&world, hedged(small.on(0), hedging),
                                   {{small.on(first), 500ms}, {small.on(second), 1ms}}, answer));
    };
    call_two(4, 5, &skipped);
    call_two(6, 7, &waiting);
    small.kill(50ms, small.on(4));
    small.kill(50ms, small.on(6));
    small.run(1500ms);
    expect_answer(report, "its counterpart was skipped at 10 ms", Outcome::lost, 50ms + one_way_in_pod, skipped);
    report.same("its counterpart still waits: it is served", std::string("ok"), std::string(name_of(waiting.outcome)));
    report.same("nothing is left but two lists of timeouts", live + 2, arena.live());
  });
}

TEST_CASE("a caller that dies sends no hedge, and one that posts neither") {
  check_report([](Report& report) {
    SmallWorld small({.name = "server", .machines = 16, .threads = 100});
    World& world = small.world;
    const std::uint8_t hedging = world.rpc.add_hedging({.after = 10ms});
    const std::vector<LegOptions> legs{{small.on(4), 50ms}, {small.on(5), 1ms}};
    const std::size_t live = arena.live();
    Answer never;
    spawn(small.on(0), call_once(&world, hedged(small.on(0), hedging), legs, &never));
    world.rpc.post(world.rpc.call(hedged(small.on(1), hedging), legs.data(), 2));
    small.kill(5ms, small.on(0));
    small.run(1500ms);
    report.same("sent", std::uint64_t{0}, world.fleet.resilience(0).hedges_sent);
    const double completed_per_s = world.fleet.summary(0, world.scheduler.now()).completed.value();
    report.near("served: the first of each, in 1.5 s", 2, 1.5 * completed_per_s, 1e-9);
    report.same("nothing is left but two lists of timeouts", live + 2, arena.live());
  });
}

}  // namespace
}  // namespace chatsim::tests
