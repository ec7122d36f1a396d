#include <vector>

#include "tests/sim/resources/calls.hpp"

// Deadlines that travel with requests: Rpc::drop_expired, Rpc::nothing_left.

namespace chatsim::tests {
namespace {

TEST_CASE("a request whose deadline has passed when its turn comes is not served") {
  check_report([](Report& report) {
    SmallWorld small({.name = "server", .machines = 16, .threads = 1, .queue_limit = 10});
    World& world = small.world;
    world.rpc.drop_expired();
    const std::size_t live = arena.live();
    Answer in_service, waits, in_time, by_task;
    const LegOptions leg{small.on(4), 50ms};
    const MachineIndex client = small.on(0);
    small.spawn_at(0ms, client, call_once(&world, call_from(client, 10ms), {leg}, &in_service));
    small.spawn_at(5ms, client, call_once(&world, call_from(client, 10ms), {leg}, &waits));
    small.spawn_at(6ms, client, call_slow_task(&world, call_from(client, 10ms), leg, 1ms, &by_task));
    small.spawn_at(45ms, client, call_once(&world, call_from(client, 1s), {leg}, &in_time));
    small.run(2s);
    expect_answer(report, "in service: it goes on to the end", Outcome::timeout, 10ms, in_service);
    expect_answer(report, "given up at 15 ms, its turn comes at 50 ms", Outcome::timeout, 15ms, waits);
    expect_answer(report, "the same for one that a task would serve", Outcome::timeout, 16ms, by_task);
    expect_answer(report, "behind them: served at once", Outcome::ok, there + 100ms + back, in_time);
    report.same("dropped", std::uint64_t{2}, world.fleet.resilience(0).expired);
    report.near("served, in 2 s", 2, 2 * world.fleet.summary(0, world.scheduler.now()).completed.value(), 0);
    report.same("Little's law", 0.0, world.fleet.little_law_error(0, world.scheduler.now()));
    report.same("nothing is left but two lists of timeouts", live + 2, arena.live());
  });
}

TEST_CASE("a request that comes after its deadline is not served either") {
  check_report([](Report& report) {
    SmallWorld small;
    World& world = small.world;
    world.rpc.drop_expired();
    CallOptions large = call_from(small.on(0), 1ms);
    large.request_bytes = 2'000'000;  // 2 ms on a card.
    Answer answer;
    spawn(small.on(0), call_once(&world, large, {{small.on(4), 1ms}}, &answer));
    small.run(1s);
    expect_answer(report, "given up on its way", Outcome::timeout, 1ms, answer);
    report.same("dropped", std::uint64_t{1}, world.fleet.resilience(0).expired);
    report.same("started", std::uint64_t{0}, world.fleet.statistics(0).started);
  });
}

TEST_CASE("a server hears of what it will not serve") {
  check_report([](Report& report) {
    SmallWorld small({.name = "server", .machines = 16, .threads = 1, .queue_limit = 10});
    World& world = small.world;
    world.rpc.drop_expired();
    int unserved = 0;
    const std::uint8_t server = world.rpc.add_server(
        [](void*, Leg&, CallRecord&) { return Served::reply; }, &unserved, nullptr,
        [](void* count, const Leg&, CallRecord&) { ++*static_cast<int*>(count); });
    CallOptions options = call_from(small.on(0), 10ms);
    options.server = server;
    Answer answers[2], unsent;
    for (Answer& answer : answers) spawn(small.on(0), call_once(&world, options, {{small.on(4), 50ms}}, &answer));
    options.timeout = Rpc::nothing_left;
    small.spawn_at(20ms, small.on(0), call_once(&world, options, {{small.on(4), 1ms}, {small.on(5), 1ms}}, &unsent));
    small.run(1s);
    expect_answer(report, "no time is left: at once", Outcome::timeout, 20ms, unsent);
    report.same("one call", std::uint64_t{1}, world.fleet.resilience(0).unsent);
    report.same("the one that waited, and two legs that were not sent", 3, unserved);
  });
}

Task<void> start_group(World* world, MachineIndex client, MachineIndex server, int* ended) {
  CallGroup group(1);
  for (int i = 0; i < 3; ++i) {
    co_await group.start(world->rpc.call(call_from(client, Rpc::nothing_left), LegOptions{server, 1ms}));
    ++*ended;
  }
  co_await group.join();
  ++*ended;
}

TEST_CASE("calls that are not sent end after their caller has suspended") {
  check_report([](Report& report) {
    SmallWorld small;
    int ended = 0;
    Answer by_task;
    const std::size_t live = arena.live();
    spawn(small.on(0), start_group(&small.world, small.on(0), small.on(4), &ended));
    spawn(small.on(0), call_slow_task(&small.world, call_from(small.on(0), Rpc::nothing_left), {small.on(4), 1ms}, 1ms,
                                      &by_task));
    small.world.rpc.post(small.world.rpc.call(call_from(small.on(0), Rpc::nothing_left), LegOptions{small.on(4), 1ms}));
    small.run(1s);
    report.same("three in a group, one after the other", 4, ended);
    expect_answer(report, "one for a task, which never begins", Outcome::timeout, 0ns, by_task);
    report.same("nothing is left", live, arena.live());
  });
}

}  // namespace
}  // namespace chatsim::tests
