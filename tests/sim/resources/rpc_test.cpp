#include "sim/resources/rpc.hpp"

#include <optional>
#include <vector>

#include "tests/sim/resources/calls.hpp"
#include "tests/sim/resources/report.hpp"

namespace chatsim::tests {
namespace {

// Between hosts 0 and 4: two racks of one pod.
constexpr Duration there = 1us + one_way_in_pod;  // The request's 1000 B on the card, and the way.
constexpr Duration back = 500ns + one_way_in_pod;

void expect_answer(Report& report, const std::string& what, Outcome outcome, Duration when, const Answer& answer) {
  report.same(what + ": outcome", std::string(name_of(outcome)), std::string(name_of(answer.outcome)));
  report.same(what + ": when", when, answer.at);
}

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
      small.spawn_at(i * 10ms, small.on(0), call_once(&small.world, call_from(small.on(0)), {leg}, &answers[i]));
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
    for (Answer& answer : answers) spawn(small.on(0), call_once(&small.world, call_from(small.on(0)), {leg}, &answer));
    small.run(1s);
    // The second request leaves its card 1 us after the first, and waits for it at the server.
    for (int i = 0; i < 3; ++i) {
      report.same(fmt::format("1 us + 14 us + {} x 1 ms + 500 ns + 14 us", i + 1), there + (i + 1) * 1ms + back,
                  answers[i].at);
    }
  });
}

TEST_CASE("a full queue rejects, and counts it") {
  check_report([](Report& report) {
    SmallWorld small({.name = "server", .machines = 16, .threads = 1, .queue_limit = 2});
    Answer answers[5];
    const LegOptions leg{small.on(4), 1ms};
    for (Answer& answer : answers) spawn(small.on(0), call_once(&small.world, call_from(small.on(0)), {leg}, &answer));
    small.run(1s);
    for (int i = 0; i < 3; ++i) {
      expect_answer(report, fmt::format("request {} of 5", i + 1), Outcome::ok, there + (i + 1) * 1ms + back, answers[i]);
    }
    expect_answer(report, "the 4th, back at once: 4 us + 14 us + 500 ns + 14 us", Outcome::rejected, 3us + there + back,
                  answers[3]);
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
      small.spawn_at(295ms, small.on(1), call_once(&small.world, call_from(small.on(1)), {{small.on(host), 50ms}}, &ignored));
    }
    small.spawn_at(300ms, small.on(0), call_once(&small.world, needing(2), legs(1ms, 1ms, 1ms), &refused));
    small.spawn_at(320ms, small.on(0), call_once(&small.world, needing(1), legs(1ms, 1ms, 1ms), &enough));
    small.run(1s);
    // The n-th leg leaves the card n us after the call.
    expect_answer(report, "1 of 3: the second leg, 2 us + 14 us + 1 ms + 500 ns + 14 us", Outcome::ok, 1us + there + 1ms + back, one);
    report.same("its value", std::uint64_t{11}, one.value);
    expect_answer(report, "2 of 3: the third leg, 3 us + 14 us + 2 ms + 500 ns + 14 us", Outcome::ok,
                  100ms + 2us + there + 2ms + back, two);
    report.same("the larger of both values", std::uint64_t{12}, two.value);
    expect_answer(report, "3 of 3: the first leg", Outcome::ok, 200ms + there + 3ms + back, three);
    expect_answer(report, "2 of 3, two refuse: with the second refusal", Outcome::rejected, 300ms + 1us + there + back, refused);
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
    small.spawn_at(0ms, small.on(0), call_once(&small.world, call_from(small.on(0), round_trip), {leg}, &in_time));
    small.spawn_at(100ms, small.on(0), call_once(&small.world, call_from(small.on(0), round_trip - 1ns), {leg}, &late));
    small.run(100ms + round_trip - 1ns);
    expect_answer(report, "an answer at the very deadline is in time", Outcome::ok, round_trip, in_time);
    expect_answer(report, "a nanosecond later it is not", Outcome::timeout, 100ms + round_trip - 1ns, late);
    report.same("the request is still known: 1 beside the two lists of timeouts", live + 3, arena.live());
  });
  check_report([](Report& report) {
    SmallWorld small({.name = "server", .machines = 16, .threads = 1, .queue_limit = 10});
    Answer answers[2];
    const std::size_t live = arena.live();
    const LegOptions leg{small.on(4), 50ms};
    for (int i = 0; i < 2; ++i) {
      small.spawn_at(i * 5ms, small.on(0), call_once(&small.world, call_from(small.on(0), 10ms), {leg}, &answers[i]));
    }
    small.run(1s);
    expect_answer(report, "in service until 50 ms, given up at 10 ms", Outcome::timeout, 10ms, answers[0]);
    expect_answer(report, "the one behind it", Outcome::timeout, 15ms, answers[1]);
    const spec::TierSummary summary = small.world.fleet.summary(0, small.world.scheduler.now());
    report.near("both are served all the same, in 1 s", 2, summary.completed.value(), 0);
    report.same("nothing is left but the list of timeouts", live + 1, arena.live());
  });
}

Task<void> serve_slowly(World* world, ReplyTo reply, Duration work) {
  co_await sleep(world->scheduler, work);
  reply.ok(7);
}

Task<void> call_slow_task(World* world, CallOptions options, LegOptions leg, Duration work, Answer* answer) {
  const Reply reply = co_await world->rpc.call_task(
      options, leg, [&](ReplyTo reply_to) { return serve_slowly(world, std::move(reply_to), work); });
  *answer = {reply.outcome, reply.value, world->scheduler.now() - at(0s)};
}

TEST_CASE("whoever waits for a server that dies learns so") {
  check_report([](Report& report) {
    SmallWorld small({.name = "server", .machines = 16, .threads = 1, .queue_limit = 10});
    World& world = small.world;
    const MachineIndex client = small.on(0), server = small.on(4), other = small.on(5);
    const std::size_t live = arena.live();
    Answer in_service, waits, travels, too_late, by_task;
    small.spawn_at(0ms, client, call_once(&world, call_from(client), {{server, 50ms}}, &in_service));
    small.spawn_at(1ms, client, call_once(&world, call_from(client), {{server, 50ms}}, &waits));
    small.spawn_at(0ms, client, call_slow_task(&world, call_from(client), {other, 1ms}, 50ms, &by_task));
    small.spawn_at(10ms - 5us, client, call_once(&world, call_from(client), {{server, 1ms}}, &travels));
    small.kill(10ms, server);
    small.kill(10ms, other);
    small.spawn_at(20ms, client, call_once(&world, call_from(client, 100ms), {{server, 1ms}}, &too_late));
    Answer restarted;
    small.restart(200ms, server);
    small.spawn_at(300ms, client, call_once(&world, call_from(client), {{server, 1ms}}, &restarted));
    small.run(2s);
    expect_answer(report, "in service when it dies at 10 ms: 14 us later", Outcome::lost, 10ms + one_way_in_pod, in_service);
    expect_answer(report, "waiting there", Outcome::lost, 10ms + one_way_in_pod, waits);
    expect_answer(report, "handled by a task there", Outcome::lost, 10ms + one_way_in_pod, by_task);
    expect_answer(report, "on its way: when it finds nobody, and 14 us back", Outcome::lost, 10ms - 5us + there + one_way_in_pod,
                  travels);
    expect_answer(report, "sent to a dead machine: nobody answers until the deadline", Outcome::timeout, 120ms, too_late);
    expect_answer(report, "up again it serves", Outcome::ok, 300ms + there + 1ms + back, restarted);
    report.same("nothing is left but two lists of timeouts", live + 2, arena.live());
  });
}

TEST_CASE("a quorum survives the death of some servers, not of too many") {
  check_report([](Report& report) {
    SmallWorld small;
    World& world = small.world;
    Answer one_dies, two_die;
    const auto call_three = [&](HostIndex client, std::vector<HostIndex> servers, Answer* answer) {
      CallOptions options = call_from(small.on(client));
      options.needed = 2;
      std::vector<LegOptions> legs;
      for (const HostIndex server : servers) legs.push_back({small.on(server), 50ms});
      spawn(small.on(client), call_once(&world, options, std::move(legs), answer));
    };
    call_three(0, {4, 5, 6}, &one_dies);
    call_three(1, {8, 9, 10}, &two_die);
    for (const HostIndex host : {4U, 8U}) small.kill(10ms, small.on(host));
    small.kill(20ms, small.on(9));
    small.run(1s);
    expect_answer(report, "one of three dies: with the third leg, 3 us + 14 us + 50 ms + 500 ns + 14 us", Outcome::ok,
                  2us + there + 50ms + back, one_dies);
    expect_answer(report, "two of three die: 34 us after the second", Outcome::lost, 20ms + one_way_between_pods, two_die);
  });
}

TEST_CASE("no news crosses a broken link, not even that a machine died") {
  check_report([](Report& report) {
    SmallWorld small;
    World& world = small.world;
    const MachineIndex client = small.on(0), server = small.on(4);
    Answer answer;
    spawn(client, call_once(&world, call_from(client, 100ms), {{server, 50ms}}, &answer));
    small.cut_off_rack(10ms, 1);
    small.kill(20ms, server);
    small.run(1s);
    expect_answer(report, "the server's rack cut off, then the server dead", Outcome::timeout, 100ms, answer);
  });
}

TEST_CASE("a server goes on when its client dies, and nothing is left behind") {
  check_report([](Report& report) {
    SmallWorld small({.name = "server", .machines = 16, .threads = 1, .queue_limit = 10});
    World& world = small.world;
    const MachineIndex client = small.on(0), server = small.on(4);
    const std::size_t live = arena.live();
    Answer answers[4];
    spawn(client, call_once(&world, call_from(client), {{server, 5ms}}, &answers[0]));
    spawn(client, call_once(&world, call_from(client), {{server, 5ms}}, &answers[1]));
    spawn(client, call_slow_task(&world, call_from(client), {server, 5ms}, 5ms, &answers[2]));
    spawn(client, call_once(&world, call_from(client), {{client, 5ms}}, &answers[3]));
    small.kill(2ms, client);
    small.run(3s);
    report.same("nobody went on", true, std::all_of(answers, answers + 4, [](const Answer& a) { return a.at < 0ns; }));
    report.near("all three were served", 1, small.world.fleet.summary(0, world.scheduler.now()).completed.value(), 1e-12);
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
    expect_answer(report, "takes 3 ms more, without a thread", Outcome::ok, 30ms + there + 1ms + 3ms + back, slow);
    report.same("nothing is left but the list of timeouts", live + 1, arena.live());
  });
}

struct Crowd {
  std::uint32_t now = 0;
  std::uint32_t most = 0;
  std::vector<Duration> started;
  Duration joined{-1};
};

Task<void> serve_in_crowd(World* world, Crowd* crowd, ReplyTo reply) {
  crowd->most = std::max(crowd->most, ++crowd->now);
  co_await sleep(world->scheduler, 10ms);
  --crowd->now;
  reply.ok();
}

Task<void> call_many(World* world, MachineIndex client, MachineIndex server, unsigned calls, std::uint32_t limit, Crowd* crowd) {
  CallGroup group(limit);
  for (unsigned i = 0; i < calls; ++i) {
    co_await group.start(world->rpc.call_task(call_from(client), {server, 0ns}, [&](ReplyTo reply) {
      return serve_in_crowd(world, crowd, std::move(reply));
    }));
    crowd->started.push_back(world->scheduler.now() - at(0s));
  }
  co_await group.join();
  crowd->joined = world->scheduler.now() - at(0s);
}

TEST_CASE("a group of calls limits those under way, and joins") {
  check_report([](Report& report) {
    SmallWorld small({.name = "server", .machines = 16, .threads = 100});
    Crowd crowd, wide, none;
    const std::size_t live = arena.live();
    spawn(small.on(0), call_many(&small.world, small.on(0), small.on(4), 10, 3, &crowd));
    spawn(small.on(1), call_many(&small.world, small.on(1), small.on(5), 10, 100, &wide));
    spawn(small.on(2), call_many(&small.world, small.on(2), small.on(6), 0, 3, &none));
    small.run(2s);
    const Duration round_trip = there + 10ms + back;
    report.same("at most 3 at once", std::uint32_t{3}, crowd.most);
    report.same("all ten without a limit that counts", std::uint32_t{10}, wide.most);
    report.same("the 2nd starts at once", 0ns, crowd.started[1]);
    report.same("after the 3rd it goes on when the 1st is answered", round_trip, crowd.started[2]);
    // 10 calls, 3 at a time: the last is sent when the 7th is answered; a third of a round trip is between calls 1, 2
    // and 3 of the card only, 1 us each, and of the answers, 500 ns each.
    report.near("joined after 4 round trips, in s", 4 * to_seconds(round_trip).value(), to_seconds(crowd.joined).value(), 1e-3);
    report.same("10 at once: 10 us of requests, the way, 10 ms, the last answer", 10us + one_way_in_pod + 10ms + back, wide.joined);
    report.same("nothing to wait for", 0ns, none.joined);
    report.same("nothing is left but the list of timeouts", live + 1, arena.live());
  });
}

TEST_CASE("a group whose task dies leaves nothing behind") {
  check_report([](Report& report) {
    SmallWorld small({.name = "server", .machines = 16, .threads = 100});
    Crowd crowd;
    const std::size_t live = arena.live();
    spawn(small.on(0), call_many(&small.world, small.on(0), small.on(4), 10, 3, &crowd));
    small.kill(15ms, small.on(0));
    small.run(2s);
    report.same("never joined", -1ns, crowd.joined);
    report.same("those under way were served", std::uint32_t{0}, crowd.now);
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
