#include <algorithm>
#include <vector>

#include "sim/kernel/random/random.hpp"
#include "sim/resources/rpc.hpp"
#include "tests/sim/resources/calls.hpp"
#include "tests/sim/resources/report.hpp"

// A request is given its place at the server when it is sent: what that saves, what it must not change, what
// it does.
namespace chatsim::tests {
namespace {

constexpr std::uint32_t too_large_to_look_ahead = 300'000;  // 300 us on a card.

std::uint64_t events_of(const SmallWorld& small, std::uint8_t step) {
  return small.world.rpc.events_by_step()[step];
}

TEST_CASE("a call costs two events, a quorum one more than it has legs") {
  check_report([](Report& report) {
    SmallWorld small({.name = "server", .machines = 16, .threads = 2});
    const MachineIndex client = small.on(0);
    const auto under = [&](std::uint8_t step, std::uint8_t needed) {
      CallOptions options = call_from(client);
      options.step = step;
      options.needed = needed;
      return options;
    };
    const auto near = [&](Duration service) { return LegOptions{small.on(1), service}; };
    const auto far = [&](HostIndex host, Duration service) { return LegOptions{small.on(host), service}; };
    Answer one, long_way, quorum, all, overtaken, large_quorum;
    small.spawn_at(0ms, client, call_once(&small.world, under(0, 1), {near(1ms)}, &one));
    CallOptions large = under(1, 1);
    large.request_bytes = too_large_to_look_ahead;
    small.spawn_at(10ms, client, call_once(&small.world, large, {near(1ms)}, &long_way));
    small.spawn_at(20ms, client,
                   call_once(&small.world, under(2, 2), {near(1ms), far(4, 2ms), far(5, 3ms)}, &quorum));
    small.spawn_at(30ms, client,
                   call_once(&small.world, under(3, 3), {near(1ms), far(4, 2ms), far(5, 3ms)}, &all));
    // Served 21 us after the second, whose answer was to decide; but its way back is 30 us shorter.
    small.spawn_at(
        40ms, client,
        call_once(&small.world, under(4, 2), {far(8, 1ms), far(9, 1ms), near(1ms + 50us)}, &overtaken));
    large.step = 5;
    large.needed = 2;
    small.spawn_at(50ms, client,
                   call_once(&small.world, large, {near(1ms), far(4, 2ms), far(5, 3ms)}, &large_quorum));
    small.run(100ms);
    report.same("a call: served, answered", std::uint64_t{2}, events_of(small, 0));
    report.same("a call whose way is longer than what is looked ahead: arrives, served, answered",
                std::uint64_t{3}, events_of(small, 1));
    report.same("2 of 3: served thrice, and the answer that decides", std::uint64_t{4}, events_of(small, 2));
    report.same("3 of 3: the same", std::uint64_t{4}, events_of(small, 3));
    report.same("2 of 3, the last overtakes the second: the same", std::uint64_t{4}, events_of(small, 4));
    report.same("    now the first decides: 1 us + 34 us + 1 ms + 500 ns + 34 us",
                1us + one_way_between_pods + 1ms + 500ns + one_way_between_pods, overtaken.at - 40ms);
    report.same("2 of 3 on long ways: three arrivals more", std::uint64_t{7}, events_of(small, 5));
  });
}

TEST_CASE("waiting and busy times count from the arrival") {
  check_report([](Report& report) {
    SmallWorld small({.name = "server", .machines = 16, .threads = 1, .queue_limit = 10});
    World& world = small.world;
    Answer first, second;
    for (Answer* answer : {&first, &second})
      spawn(small.on(0), call_once(&world, call_from(small.on(0)), {{small.on(4), 1ms}}, answer));
    spec::TierSummary on_the_way, at_the_end;
    const auto summary = [&] { return world.fleet.summary(0, world.scheduler.now()); };
    small.in_simgrid(10us, [&] { on_the_way = summary(); });
    small.in_simgrid(12us, [&] { world.fleet.begin_measuring(world.scheduler.now()); });
    small.run(1s + 12us);
    at_the_end = summary();
    report.same("until 10 us they are on their way: waiting", 0.0, on_the_way.queue_mean);
    report.same("    threads held", 0.0, on_the_way.busy_threads);
    // The second is there at 16 us, and has the thread at 15 us + 1 ms.
    report.near("waiting from 16 us to 1015 us, mean of 1 s and 16 machines", 999e-6 / 16,
                at_the_end.queue_mean, 1e-12);
    report.near("wait of the second, the first started before measuring began", 999e-6,
                at_the_end.wait_mean.value(), 1e-12);
    report.near("two services of 1 ms, and 3 us of the first that was on its way when measuring began",
                2003e-6 / 16, at_the_end.busy_threads, 1e-12);
    report.near("    each", 1e-3, at_the_end.service_mean.value(), 1e-12);
    report.same("Little's law", 0.0, world.fleet.little_law_error(0, world.scheduler.now()));
    expect_answer(report, "the second", Outcome::ok, there + 2ms + back, second);
  });
}

Task<void> serve_once(World* world, MachineIndex machine, Duration service, Duration* done) {
  co_await world->rpc.serve(machine, 0, service, 1);
  *done = world->scheduler.now() - at(0s);
}

TEST_CASE("a thread that is free before the request is there waits for it, not the request") {
  check_report([](Report& report) {
    SmallWorld small({.name = "server", .machines = 16, .threads = 1, .queue_limit = 10});
    World& world = small.world;
    const MachineIndex server = small.on(4);
    Duration own{};
    Answer answer;
    spawn(server, serve_once(&world, server, 10us, &own));
    spawn(small.on(0), call_once(&world, call_from(small.on(0)), {{server, 1ms}}, &answer));
    small.run(1s);
    const spec::TierSummary summary = world.fleet.summary(0, world.scheduler.now());
    report.same("the machine's own work", 10us, own);
    expect_answer(report, "sent while the thread was busy, there when it is free", Outcome::ok,
                  there + 1ms + back, answer);
    report.same("nobody has waited", 0.0, summary.queue_mean);
    report.same("    nor a nanosecond of it", 0.0, summary.wait_mean.value());
    report.near("10 us + 1 ms of 1 s and 16 threads", 1010e-6 / 16, summary.busy_threads, 1e-12);
    report.same("Little's law", 0.0, world.fleet.little_law_error(0, world.scheduler.now()));
  });
}

TEST_CASE("what looking ahead changes: turns are in the order of sending") {
  check_report([](Report& report) {
    SmallWorld small({.name = "server", .machines = 16, .threads = 1, .queue_limit = 10});
    Answer far, near;
    const MachineIndex server = small.on(0);
    small.spawn_at(0us, small.on(8), call_once(&small.world, call_from(small.on(8)), {{server, 1ms}}, &far));
    small.spawn_at(1us, small.on(1), call_once(&small.world, call_from(small.on(1)), {{server, 1ms}}, &near));
    small.run(1s);
    const Duration far_is_there = 1us + one_way_between_pods;
    expect_answer(report, "from afar, sent first: there at 35 us", Outcome::ok,
                  far_is_there + 1ms + 500ns + one_way_between_pods, far);
    expect_answer(report, "from the same rack, there at 6 us: behind it", Outcome::ok,
                  far_is_there + 2ms + 500ns + one_way_in_rack, near);
  });
}

TEST_CASE("a machine that dies takes what is on its way with it, and counts none of it") {
  check_report([](Report& report) {
    SmallWorld small({.name = "server", .machines = 16, .threads = 1, .queue_limit = 10});
    World& world = small.world;
    Answer answers[3];
    for (Answer& answer : answers)
      spawn(small.on(0), call_once(&world, call_from(small.on(0)), {{small.on(4), 1ms}}, &answer));
    small.kill(5us, small.on(4));
    small.run(1s);
    for (const Answer& answer : answers)
      expect_answer(report, "dead at 5 us, known 14 us later", Outcome::lost, 5us + one_way_in_pod, answer);
    const spec::TierSummary summary = world.fleet.summary(0, world.scheduler.now());
    report.same("waited", 0.0, summary.queue_mean);
    report.same("threads held", 0.0, summary.busy_threads);
    report.same("Little's law", 0.0, world.fleet.little_law_error(0, world.scheduler.now()));
  });
}

Task<void> call_again_and_again(World* world, MachineIndex client, MachineIndex servers, int calls) {
  DrawSequence random({11}, client);
  std::vector<Answer> answers(static_cast<std::size_t>(calls));
  for (Answer& answer : answers) {
    co_await sleep(world->scheduler, Duration{static_cast<Duration::rep>(3e5 * random.uniform())});
    CallOptions options = call_from(client);
    options.cpu_share = 0.5;
    if (random.uniform() < 0.1) options.request_bytes = too_large_to_look_ahead;
    const auto server = static_cast<MachineIndex>(random.uniform() * servers);
    const Duration service{static_cast<Duration::rep>(1e5 * random.uniform())};
    spawn(no_machine, call_once(world, options, {{server, service}}, &answer));
  }
  co_await sleep(world->scheduler, 1s);
}

TEST_CASE(
    "Little's law holds exactly, whatever is on its way when measuring begins, ends, or a machine dies") {
  std::uint64_t ahead_somewhere = 0;
  check_report([&](Report& report) {
    SmallWorld small({.name = "server", .machines = 16, .threads = 2, .cores = 1, .queue_limit = 20});
    World& world = small.world;
    for (HostIndex host = 0; host < 16; ++host)
      spawn(no_machine, call_again_and_again(&world, small.on(host), 3, 2000));
    const auto waiting = [&] { return world.fleet.statistics(0).waiting; };
    std::uint64_t waiting_at_begin = 0, different = 0;
    small.in_simgrid(50ms, [&] {
      world.fleet.begin_measuring(world.scheduler.now());
      waiting_at_begin = waiting();
    });
    small.kill(100ms, 1);
    small.restart(101ms, 1);
    // At a thousand instants.
    for (int i = 0; i < 1000; ++i) {
      small.in_simgrid(60ms + i * 123456ns, [&] {
        different += world.fleet.little_law_error(0, world.scheduler.now()) != 0;
        for (MachineIndex machine = 0; machine < 3; ++machine) {
          for (std::uint32_t block = world.fleet[machine].queue_head; block != 0;
               block = arena.at(block)->next)
            ahead_somewhere += reinterpret_cast<const Leg*>(arena.at(block))->since > world.scheduler.now();
        }
      });
    }
    small.run(200ms);
    report.same("instants at which it does not hold", std::uint64_t{0}, different);
    report.same("many wait when measuring begins", true, waiting_at_begin > 20);
    report.same("many of those that waited were still on their way", true, ahead_somewhere > 100);
    report.same("at the end", 0.0, world.fleet.little_law_error(0, world.scheduler.now()));
  });
}

TEST_CASE("what each step brings to a tier, the rejected included") {
  check_report([](Report& report) {
    SmallWorld small({.name = "server", .machines = 8, .threads = 1});
    const TierIndex backend = small.world.fleet.add_tier({.name = "backend", .machines = 8, .threads = 4});
    small.world.wire.refresh();
    const MachineIndex client = small.world.fleet.first(0), server = small.world.fleet.first(backend);
    Answer answers[6];
    int next = 0;
    const auto call = [&](Duration when, std::uint8_t step, MachineIndex to, Duration service) {
      CallOptions options = call_from(client);
      options.step = step;
      small.spawn_at(when, client, call_once(&small.world, options, {{to, service}}, &answers[next++]));
    };
    call(0ms, 63, server, 9ms);  // Before measuring began.
    small.in_simgrid(20ms, [&] { small.world.rpc.begin_measuring(); });
    call(30ms, 63, server, 1ms);
    call(30ms, 63, server, 2ms);
    call(30ms, 7, server, 5ms);
    call(30ms, 7, client + 1, 3ms);
    call(30ms, 7, client + 1, 3ms);  // Finds the only thread busy.
    small.run(1s);
    const auto expect = [&](const std::string& what, TierIndex tier, std::uint8_t step,
                            std::uint64_t requests, Duration work) {
      report.same(what + ": requests", requests, small.world.rpc.load(tier, step).requests);
      report.same(what + ": work", work, small.world.rpc.load(tier, step).work);
    };
    report.same("the last was rejected", std::string("rejected"), std::string(name_of(answers[5].outcome)));
    expect("step 63 at the backend, 1 + 2 ms", backend, 63, 2, 3ms);
    expect("step 7 there", backend, 7, 1, 5ms);
    expect("step 7 at the first tier, 3 + 3 ms", 0, 7, 2, 6ms);
    expect("step 63 there", 0, 63, 0, 0ms);
    expect("a tier that does not exist", 9, 7, 0, 0ms);
  });
}

}  // namespace
}  // namespace chatsim::tests
