#include <vector>

#include "tests/sim/resources/calls.hpp"

// Requests that wait are turned away: TierOptions::shedding.

namespace chatsim::tests {
namespace {

TEST_CASE("CoDel: once a queue has not been empty for 100 ms, none waits for more than 5 ms") {
  check_report([](Report& report) {
    SmallWorld small({.name = "server", .machines = 16, .threads = 1, .queue_limit = 100, .shedding = Shedding::codel});
    World& world = small.world;
    std::vector<Answer> answers(60);
    const MachineIndex client = small.on(0);
    for (Answer& answer : answers) spawn(client, call_once(&world, call_from(client), {{small.on(4), 2ms}}, &answer));
    Answer fresh;
    small.spawn_at(100ms, client, call_once(&world, call_from(client), {{small.on(4), 2ms}}, &fresh));
    small.run(1s);
    // The n-th comes 15 us + n us after the start, its turn after 15 us + n x 2 ms; the queue was last empty at 16 us.
    // Answers leave the card one after the other, 500 ns each: those of the refused first.
    expect_answer(report, "the 51st, at 100.015 ms: it may have waited for 100 ms", Outcome::ok,
                  there + 51 * 2ms + 9 * 500ns + back, answers[50]);
    expect_answer(report, "the 52nd, at 102.015 ms: refused", Outcome::rejected, there + 51 * 2ms + back, answers[51]);
    expect_answer(report, "the 60th, with it", Outcome::rejected, there + 51 * 2ms + 8 * 500ns + back, answers[59]);
    report.same("one that came later waits 2.015 ms: served", std::string("ok"), std::string(name_of(fresh.outcome)));
    report.same("refused", std::uint64_t{9}, world.fleet.resilience(0).shed_by_codel);
    report.same("by a full queue", std::uint64_t{0}, world.fleet.statistics(0).rejected);
    report.same("Little's law", 0.0, world.fleet.little_law_error(0, world.scheduler.now()));
  });
}

TEST_CASE("CoDel: a queue that was empty lets each wait for 100 ms") {
  check_report([](Report& report) {
    SmallWorld small({.name = "server", .machines = 16, .threads = 1, .queue_limit = 100, .shedding = Shedding::codel});
    World& world = small.world;
    Answer answers[3];
    const MachineIndex client = small.on(0);
    for (Answer& answer : answers) spawn(client, call_once(&world, call_from(client), {{small.on(4), 60ms}}, &answer));
    small.run(1s);
    expect_answer(report, "waits 60 ms", Outcome::ok, there + 120ms + 500ns + back, answers[1]);
    expect_answer(report, "has waited 120 ms, and the queue as long", Outcome::rejected, there + 120ms + back,
                  answers[2]);
  });
}

TEST_CASE("adaptive LIFO: after 100 ms the newest is first") {
  check_report([](Report& report) {
    SmallWorld small({.name = "server", .machines = 16, .threads = 1, .queue_limit = 100, .shedding = Shedding::codel,
                      .codel_target = 10s, .newest_first = true});
    World& world = small.world;
    std::vector<Answer> answers(15);
    const MachineIndex client = small.on(0);
    for (Answer& answer : answers) spawn(client, call_once(&world, call_from(client), {{small.on(4), 10ms}}, &answer));
    Answer fresh, afterwards[2];
    small.spawn_at(115ms, client, call_once(&world, call_from(client), {{small.on(4), 10ms}}, &fresh));
    for (Answer& answer : afterwards) {
      small.spawn_at(500ms, client, call_once(&world, call_from(client), {{small.on(4), 10ms}}, &answer));
    }
    small.run(1s);
    const auto ends = [](int turn) { return there + turn * 10ms + back; };
    report.same("the 11th in turn", ends(11), answers[10].at);
    report.same("then the 15th", ends(12), answers[14].at);
    report.same("then one that has just come", ends(13), fresh.at);
    for (int i = 13; i > 10; --i) {
      report.same(fmt::format("then the {}th", i + 1), ends(13 + 14 - i), answers[static_cast<std::size_t>(i)].at);
    }
    report.same("after the queue was empty in turn again", 500ms + ends(1), afterwards[0].at);
    report.same("the second of them", 500ms + ends(2), afterwards[1].at);
    report.same("Little's law", 0.0, world.fleet.little_law_error(0, world.scheduler.now()));
  });
}

TEST_CASE("a class may fill its share of the queue") {
  check_report([](Report& report) {
    SmallWorld small(
        {.name = "server", .machines = 16, .threads = 1, .queue_limit = 8, .shedding = Shedding::priority});
    World& world = small.world;
    enum Step : std::uint8_t { message, receipt, heartbeat };
    world.rpc.set_priority(receipt, 1);
    world.rpc.set_priority(heartbeat, 2);
    const MachineIndex client = small.on(0);
    const auto call_of = [&](Duration when, std::uint8_t step, int count) {
      std::vector<Answer>& answers = *new std::vector<Answer>(static_cast<std::size_t>(count));
      CallOptions options = call_from(client);
      options.step = step;
      for (Answer& answer : answers) {
        small.spawn_at(when, client, call_once(&world, options, {{small.on(4), 10ms}}, &answer));
      }
      return &answers;
    };
    const auto rejected_of = [](const std::vector<Answer>* answers) {
      int count = 0;
      for (const Answer& answer : *answers) count += answer.outcome == Outcome::rejected;
      return count;
    };
    // One in service; a quarter of 8 is 2, half of it 4.
    const auto* heartbeats = call_of(0ms, heartbeat, 5);
    const auto* receipts = call_of(1ms, receipt, 5);
    const auto* messages = call_of(2ms, message, 5);
    small.run(1s);
    report.same("heartbeats refused: 5 - 1 - 2", 2, rejected_of(heartbeats));
    report.same("receipts refused: 5 - 2", 3, rejected_of(receipts));
    report.same("messages refused: 5 - 4", 1, rejected_of(messages));
    report.same("by class", std::uint64_t{5}, world.fleet.resilience(0).shed_by_class);
    report.same("by a full queue", std::uint64_t{1}, world.fleet.statistics(0).rejected);
  });
}

}  // namespace
}  // namespace chatsim::tests
