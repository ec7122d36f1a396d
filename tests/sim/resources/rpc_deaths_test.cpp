#include <algorithm>
#include <vector>

#include "sim/resources/rpc.hpp"
#include "tests/sim/resources/calls.hpp"

namespace chatsim::tests {
namespace {

TEST_CASE("whoever waits for a server that dies learns so") {
  check_report([](Report& report) {
    SmallWorld small({.name = "server", .machines = 16, .threads = 1, .queue_limit = 10});
    World& world = small.world;
    const MachineIndex client = small.on(0), server = small.on(4), other = small.on(5);
    const std::size_t live = arena.live();
    Answer in_service, waits, travels, travels_long, too_late, by_task;
    small.spawn_at(0ms, client, call_once(&world, call_from(client), {{server, 50ms}}, &in_service));
    small.spawn_at(1ms, client, call_once(&world, call_from(client), {{server, 50ms}}, &waits));
    small.spawn_at(0ms, client, call_slow_task(&world, call_from(client), {other, 1ms}, 50ms, &by_task));
    small.spawn_at(10ms - 5us, client, call_once(&world, call_from(client), {{server, 1ms}}, &travels));
    CallOptions large = call_from(small.on(1));
    large.request_bytes = 300'000;  // 300 us on a card, which is more than Rpc::lookahead.
    small.spawn_at(10ms - 5us, small.on(1), call_once(&world, large, {{server, 1ms}}, &travels_long));
    small.kill(10ms, server);
    small.kill(10ms, other);
    small.spawn_at(20ms, client, call_once(&world, call_from(client, 100ms), {{server, 1ms}}, &too_late));
    Answer restarted;
    small.restart(200ms, server);
    small.spawn_at(300ms, client, call_once(&world, call_from(client), {{server, 1ms}}, &restarted));
    small.run(2s);
    expect_answer(report, "in service when it dies at 10 ms: 14 us later", Outcome::lost,
                  10ms + one_way_in_pod, in_service);
    expect_answer(report, "waiting there", Outcome::lost, 10ms + one_way_in_pod, waits);
    expect_answer(report, "handled by a task there", Outcome::lost, 10ms + one_way_in_pod, by_task);
    expect_answer(report, "on its way, its place already kept: as one that waits", Outcome::lost,
                  10ms + one_way_in_pod, travels);
    expect_answer(report, "on a long way: when it finds nobody, and 14 us back", Outcome::lost,
                  10ms - 5us + 300us + one_way_in_pod + one_way_in_pod, travels_long);
    expect_answer(report, "sent to a dead machine: nobody answers until the deadline", Outcome::timeout,
                  120ms, too_late);
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
    expect_answer(report, "one of three dies: with the third leg, 3 us + 14 us + 50 ms + 500 ns + 14 us",
                  Outcome::ok, 2us + there + 50ms + back, one_dies);
    expect_answer(report, "two of three die: 34 us after the second", Outcome::lost,
                  20ms + one_way_between_pods, two_die);
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
    report.same("nobody went on", true,
                std::all_of(answers, answers + 4, [](const Answer& a) { return a.at < 0ns; }));
    report.near("all three were served", 1,
                small.world.fleet.summary(0, world.scheduler.now()).completed.value(), 1e-12);
    report.same("nothing is left but the list of timeouts", live + 1, arena.live());
  });
}

}  // namespace
}  // namespace chatsim::tests
