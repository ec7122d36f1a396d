#include <vector>

#include "tests/sim/resources/calls.hpp"
#include "tests/sim/resources/report.hpp"

namespace chatsim::tests {
namespace {

Task<void> serve_once(World* world, Duration service, Answer* answer) {
  const Reply reply = co_await world->rpc.serve(0, 0, service, 0);
  *answer = {reply.outcome, reply.value, world->scheduler.now() - at(0s)};
}

Task<void> resize(World* world, TierCapacity capacity) {
  world->rpc.resize(0, capacity);
  co_return;
}

TEST_CASE("who waits gets the threads that a tier is given") {
  check_report([](Report& report) {
    SmallWorld small({.name = "t", .threads = 1, .queue_limit = 10});
    Answer answers[5];
    for (Answer& answer : answers) spawn(0, serve_once(&small.world, 4ms, &answer));
    small.spawn_at(1ms, no_machine, resize(&small.world, {.threads = 3, .queue_limit = 10}));
    small.run(20ms);
    report.same("1st: from 0 to 4 ms", 4ms, answers[0].at);
    report.same("2nd: from 1 ms on", 5ms, answers[1].at);
    report.same("3rd: from 1 ms on", 5ms, answers[2].at);
    report.same("4th: when the 1st is done", 8ms, answers[3].at);
    report.same("5th: when the 2nd is done", 9ms, answers[4].at);
    const Time now = small.world.scheduler.now();
    const spec::TierSummary summary = small.world.fleet.summary(0, now);
    // 1 thread for 1 ms and 3 for 19 ms: 20 ms of work.
    report.near("thread seconds", 58e-3, small.world.fleet.thread_seconds(0, now), 1e-12);
    report.near("busy threads", 20.0 / 58, summary.busy_threads, 1e-9);
    report.same("threads now", 3, summary.threads);
    report.near("Little's law", 0, small.world.fleet.little_law_error(0, now), 1e-12);
  });
}

TEST_CASE("who has a thread or a place keeps it when a tier gets fewer") {
  check_report([](Report& report) {
    SmallWorld small({.name = "t", .threads = 3, .queue_limit = 10});
    Answer answers[6];
    for (int i = 0; i < 5; ++i) spawn(0, serve_once(&small.world, 4ms, &answers[i]));
    small.spawn_at(1ms, no_machine, resize(&small.world, {.threads = 1, .queue_limit = 1}));
    small.spawn_at(2ms, 0, serve_once(&small.world, 4ms, &answers[5]));
    small.run(50ms);
    for (int i = 0; i < 3; ++i) report.same("at work: done at 4 ms", 4ms, answers[i].at);
    report.same("4th: when the last of the three is done", 8ms, answers[3].at);
    report.same("5th: one at a time", 12ms, answers[4].at);
    report.same("6th comes when two wait, one place too many", std::string("rejected"),
                std::string(name_of(answers[5].outcome)));
    report.near("Little's law", 0, small.world.fleet.little_law_error(0, small.world.scheduler.now()), 1e-12);
  });
}

TEST_CASE("measuring begins anew after a change") {
  check_report([](Report& report) {
    SmallWorld small({.name = "t", .threads = 4});
    small.spawn_at(10ms, no_machine, resize(&small.world, {.threads = 2}));
    small.world.plane.once_at(at(20ms), [&] { small.world.fleet.begin_measuring(at(20ms)); });
    small.run(50ms);
    report.near("2 threads for 30 ms", 60e-3, small.world.fleet.thread_seconds(0, at(50ms)), 1e-12);
  });
}

}  // namespace
}  // namespace chatsim::tests
