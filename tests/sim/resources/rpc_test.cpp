#include "sim/resources/rpc.hpp"

#include <optional>
#include <vector>

#include "tests/sim/resources/calls.hpp"
#include "tests/sim/resources/report.hpp"

namespace chatsim::tests {
namespace {

TEST_CASE("a call takes wire, service and wire") {
  check_report([](Report& report) {
    SmallWorld small;
    struct Way {
      const char* what;
      HostIndex host;
      Duration one_way;
    };
    const Way ways[] = {{"in a rack: 1 us + 4 us + 1 ms + 500 ns + 4 us", 1, one_way_in_rack},
                        {"in a pod: 1 us + 14 us + 1 ms + 500 ns + 14 us", 4, one_way_in_pod},
                        {"between pods: 1 us + 34 us + 1 ms + 500 ns + 34 us", 8, one_way_between_pods}};
    Answer answers[3];
    for (int i = 0; i < 3; ++i) {
      const LegOptions leg{small.on(ways[i].host), 1ms};
      small.spawn_at(i * 10ms, small.on(0),
                     call_once(&small.world, call_from(small.on(0)), {leg}, &answers[i]));
    }
    small.run(1s);
    for (int i = 0; i < 3; ++i) {
      report.same(ways[i].what, 1500ns + 2 * ways[i].one_way + 1ms, answers[i].at - i * 10ms);
    }
  });
}

TEST_CASE("requests leave a card, and are served, in order") {
  check_report([](Report& report) {
    SmallWorld small({.name = "server", .machines = 16, .threads = 1, .queue_limit = 10});
    Answer answers[3];
    const LegOptions leg{small.on(4), 1ms};
    for (Answer& answer : answers)
      spawn(small.on(0), call_once(&small.world, call_from(small.on(0)), {leg}, &answer));
    small.run(1s);
    // The second request leaves its card 1 us after the first, and waits for it at the server.
    for (int i = 0; i < 3; ++i) {
      report.same(fmt::format("1 us + 14 us + {} x 1 ms + 500 ns + 14 us", i + 1),
                  there + (i + 1) * 1ms + back, answers[i].at);
    }
  });
}

TEST_CASE("a full queue rejects, and counts it") {
  check_report([](Report& report) {
    SmallWorld small({.name = "server", .machines = 16, .threads = 1, .queue_limit = 2});
    Answer answers[5];
    const LegOptions leg{small.on(4), 1ms};
    for (Answer& answer : answers)
      spawn(small.on(0), call_once(&small.world, call_from(small.on(0)), {leg}, &answer));
    small.run(1s);
    for (int i = 0; i < 3; ++i) {
      expect_answer(report, fmt::format("request {} of 5", i + 1), Outcome::ok, there + (i + 1) * 1ms + back,
                    answers[i]);
    }
    expect_answer(report, "the 4th, back at once: 4 us + 14 us + 500 ns + 14 us", Outcome::rejected,
                  3us + there + back, answers[3]);
    expect_answer(report, "the 5th", Outcome::rejected, 4us + there + back, answers[4]);
    const spec::TierSummary summary = small.world.fleet.summary(0, small.world.scheduler.now());
    report.same("rejected", std::uint64_t{2}, summary.rejected);
    report.same("longest queue", std::uint64_t{2}, summary.queue_max);
  });
}

TEST_CASE("a call goes on with as many replies as it needs") {
  check_report([](Report& report) {
    SmallWorld small({.name = "server", .machines = 16, .threads = 1, .queue_limit = 0});
    // Whose turn it is answers with its number.
    const std::uint8_t numbered = small.world.rpc.add_server(
        [](void*, Leg& leg, CallRecord& call) {
          leg.value = 10 + call.index_of(leg);
          return Served::reply;
        },
        nullptr);
    const auto legs = [&](Duration a, Duration b, Duration c) {
      return std::vector<LegOptions>{{small.on(4), a}, {small.on(5), b}, {small.on(6), c}};
    };
    const auto needing = [&](unsigned needed) {
      CallOptions options = call_from(small.on(0));
      options.needed = static_cast<std::uint8_t>(needed);
      options.server = numbered;
      return options;
    };
    Answer one, two, three, refused, enough;
    small.spawn_at(0ms, small.on(0), call_once(&small.world, needing(1), legs(3ms, 1ms, 2ms), &one));
    small.spawn_at(100ms, small.on(0), call_once(&small.world, needing(2), legs(3ms, 1ms, 2ms), &two));
    small.spawn_at(200ms, small.on(0), call_once(&small.world, needing(3), legs(3ms, 1ms, 2ms), &three));
    // Two of the three servers are busy and have no queue.
    Answer ignored;
    for (const HostIndex host : {4U, 5U}) {
      small.spawn_at(295ms, small.on(1),
                     call_once(&small.world, call_from(small.on(1)), {{small.on(host), 50ms}}, &ignored));
    }
    small.spawn_at(300ms, small.on(0), call_once(&small.world, needing(2), legs(1ms, 1ms, 1ms), &refused));
    small.spawn_at(320ms, small.on(0), call_once(&small.world, needing(1), legs(1ms, 1ms, 1ms), &enough));
    small.run(1s);
    // The n-th leg leaves the card n us after the call.
    expect_answer(report, "1 of 3: the second leg, 2 us + 14 us + 1 ms + 500 ns + 14 us", Outcome::ok,
                  1us + there + 1ms + back, one);
    report.same("its value", std::uint64_t{11}, one.value);
    expect_answer(report, "2 of 3: the third leg, 3 us + 14 us + 2 ms + 500 ns + 14 us", Outcome::ok,
                  100ms + 2us + there + 2ms + back, two);
    report.same("the larger of both values", std::uint64_t{12}, two.value);
    expect_answer(report, "3 of 3: the first leg", Outcome::ok, 200ms + there + 3ms + back, three);
    expect_answer(report, "2 of 3, two refuse: with the second refusal", Outcome::rejected,
                  300ms + 1us + there + back, refused);
    expect_answer(report, "1 of 3, two refuse", Outcome::ok, 320ms + 2us + there + 1ms + back, enough);
  });
}

TEST_CASE("a deadline is kept to the nanosecond, and what comes later harms nobody") {
  check_report([](Report& report) {
    SmallWorld small;
    const Duration round_trip = there + 1ms + back;
    Answer in_time, late;
    const LegOptions leg{small.on(4), 1ms};
    const std::size_t live = arena.live();
    small.spawn_at(0ms, small.on(0),
                   call_once(&small.world, call_from(small.on(0), round_trip), {leg}, &in_time));
    small.spawn_at(100ms, small.on(0),
                   call_once(&small.world, call_from(small.on(0), round_trip - 1ns), {leg}, &late));
    small.run(100ms + round_trip - 1ns);
    expect_answer(report, "an answer at the very deadline is in time", Outcome::ok, round_trip, in_time);
    expect_answer(report, "a nanosecond later it is not", Outcome::timeout, 100ms + round_trip - 1ns, late);
    report.same("nobody will look at what is on its way: nothing beside the two lists of timeouts", live + 2,
                arena.live());
  });
  check_report([](Report& report) {
    SmallWorld small({.name = "server", .machines = 16, .threads = 1, .queue_limit = 10});
    Answer answers[2];
    const std::size_t live = arena.live();
    const LegOptions leg{small.on(4), 50ms};
    for (int i = 0; i < 2; ++i) {
      small.spawn_at(i * 5ms, small.on(0),
                     call_once(&small.world, call_from(small.on(0), 10ms), {leg}, &answers[i]));
    }
    small.run(1s);
    expect_answer(report, "in service until 50 ms, given up at 10 ms", Outcome::timeout, 10ms, answers[0]);
    expect_answer(report, "the one behind it", Outcome::timeout, 15ms, answers[1]);
    const spec::TierSummary summary = small.world.fleet.summary(0, small.world.scheduler.now());
    report.near("both are served all the same, in 1 s", 2, summary.completed.value(), 0);
    report.same("nothing is left but the list of timeouts", live + 1, arena.live());
  });
}

Task<void> answer_twice(ReplyTo reply) {
  reply.ok(3);
  reply.refuse(4);
  reply.ok(5);
  co_return;
}
Task<void> answer_nothing(ReplyTo) { co_return; }
Task<void> answer_no(ReplyTo reply) {
  reply.refuse(9);
  co_return;
}

template <class MakeTask>
Task<void> call_task(World* world, CallOptions options, LegOptions leg, MakeTask make_task, Answer* answer) {
  const Reply reply = co_await world->rpc.call_task(options, leg, make_task);
  *answer = {reply.outcome, reply.value, world->scheduler.now() - at(0s)};
}

TEST_CASE("a task that serves answers once, and refuses by silence") {
  check_report([](Report& report) {
    SmallWorld small;
    World& world = small.world;
    const MachineIndex client = small.on(0);
    const std::size_t live = arena.live();
    const auto leg = [&](HostIndex host) { return LegOptions{small.on(host), 1ms}; };
    Answer twice, nothing, no, slow;
    small.spawn_at(0ms, client, call_task(&world, call_from(client), leg(4), answer_twice, &twice));
    small.spawn_at(10ms, client, call_task(&world, call_from(client), leg(4), answer_nothing, &nothing));
    small.spawn_at(20ms, client, call_task(&world, call_from(client), leg(4), answer_no, &no));
    small.spawn_at(30ms, client, call_slow_task(&world, call_from(client), leg(4), 3ms, &slow));
    small.run(1500ms);
    expect_answer(report, "answers twice", Outcome::ok, there + 1ms + back, twice);
    report.same("the first counts", std::uint64_t{3}, twice.value);
    expect_answer(report, "drops its ReplyTo", Outcome::rejected, 10ms + there + 1ms + back, nothing);
    expect_answer(report, "refuses", Outcome::rejected, 20ms + there + 1ms + back, no);
    expect_answer(report, "takes 3 ms more, without a thread", Outcome::ok, 30ms + there + 1ms + 3ms + back,
                  slow);
    report.same("nothing is left but the list of timeouts", live + 1, arena.live());
  });
}

TEST_CASE("a call needs a deadline: without one it would be taken for work of the own machine") {
  check_report([](Report& report) {
    SmallWorld small;
    Answer answer;
    std::string message;
    try {
      spawn(small.on(0), call_once(&small.world, call_from(small.on(0), 0s), {{small.on(4), 1ms}}, &answer));
    } catch (const InternalError& error) {
      message = error.what();
    }
    report.same("refused", true, message.find("timeout") != std::string::npos);
  });
}

}  // namespace
}  // namespace chatsim::tests
