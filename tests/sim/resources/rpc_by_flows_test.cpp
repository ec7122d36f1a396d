#include <vector>

#include "sim/kernel/random/random.hpp"
#include "sim/resources/rpc.hpp"
#include "tests/sim/resources/calls.hpp"
#include "tests/sim/resources/report.hpp"

// Requests and answers as communications of SimGrid (World::carry_by_flows): the same ends as on the wire, and times that
// can be computed by hand.
namespace chatsim::tests {
namespace {

constexpr std::uint32_t large = 1'000'000;  // 1 ms on a card.

CallOptions sized(MachineIndex client, std::uint32_t request, std::uint32_t reply) {
  CallOptions options = call_from(client);
  options.request_bytes = request;
  options.reply_bytes = reply;
  return options;
}

TEST_CASE("a call alone takes as long by flows as on the wire") {
  check_report([](Report& report) {
    SmallWorld small;
    World& world = small.world;
    world.carry_by_flows();
    Answer in_rack, in_pod, between_pods, quorum, own;
    const auto from = [&](HostIndex host) { return call_from(small.on(host)); };
    small.spawn_at(0ms, small.on(0), call_once(&world, from(0), {{small.on(1), 1ms}}, &in_rack));
    small.spawn_at(10ms, small.on(0), call_once(&world, from(0), {{small.on(4), 1ms}}, &in_pod));
    small.spawn_at(20ms, small.on(0), call_once(&world, from(0), {{small.on(8), 1ms}}, &between_pods));
    CallOptions two_of_three = from(0);
    two_of_three.needed = 2;
    small.spawn_at(30ms, small.on(0),
                   call_once(&world, two_of_three,
                             {{small.on(4), 3ms}, {small.on(5), 2ms}, {small.on(6), 1ms}}, &quorum));
    small.run(1s);
    const Duration cards = 1us + 500ns;
    expect_answer(report, "in a rack: 2 x 4 us, 1,500 B, 1 ms", Outcome::ok, 2 * one_way_in_rack + cards + 1ms, in_rack);
    expect_answer(report, "in a pod: 2 x 14 us", Outcome::ok, 10ms + 2 * one_way_in_pod + cards + 1ms, in_pod);
    expect_answer(report, "between pods: 2 x 34 us", Outcome::ok, 20ms + 2 * one_way_between_pods + cards + 1ms,
                  between_pods);
    expect_answer(report, "2 of 3: the second answer; three requests share the card, 3 us", Outcome::ok,
                  30ms + 2 * one_way_in_pod + 3us + 500ns + 2ms, quorum);
    report.same("the client's card has sent six requests, and no answer", std::uint64_t{6 * request_bytes},
                world.wire.bytes_sent(small.on(0)));
    report.same("the server's card in the rack has sent an answer", std::uint64_t{reply_bytes},
                world.wire.bytes_sent(small.on(1)));
  });
}

TEST_CASE("flows that share no link do not disturb each other") {
  check_report([](Report& report) {
    SmallWorld small;
    World& world = small.world;
    world.carry_by_flows();
    Answer far, near;
    spawn(small.on(0), call_once(&world, call_from(small.on(0)), {{small.on(8), 1ms}}, &far));
    // There at 30 us, when SimGrid has something to do, 4 us before the first byte of the other one comes.
    small.spawn_at(25us, small.on(1), call_once(&world, call_from(small.on(1)), {{small.on(2), 1ms}}, &near));
    small.run(1s);
    expect_answer(report, "between pods: 2 x 34 us, 1,500 B, 1 ms", Outcome::ok,
                  2 * one_way_between_pods + 1500ns + 1ms, far);
    expect_answer(report, "in a rack, from 25 us on: 2 x 4 us, 1,500 B, 1 ms", Outcome::ok,
                  25us + 2 * one_way_in_rack + 1500ns + 1ms, near);
  });
}

TEST_CASE("flows to one machine share its card as the wire does not") {
  check_report([](Report& report) {
    SmallWorld small({.name = "server", .machines = 16, .threads = 2, .cores = 2});
    World& world = small.world;
    world.carry_by_flows();
    Answer answers[2];
    for (HostIndex host : {0U, 1U}) {
      spawn(small.on(host), call_once(&world, sized(small.on(host), large, 1), {{small.on(4), 1ms}}, &answers[host]));
    }
    small.run(1s);
    for (const Answer& answer : answers) {
      report.near("2 x 1 MB into one card, 14 us, 1 ms, and back", 2e-3 + 14e-6 + 1e-3 + 14e-6,
                  to_seconds(answer.at).value(), 1e-4);
    }
  });
}

TEST_CASE("the largest value is one of those that have come") {
  check_report([](Report& report) {
    SmallWorld small;
    World& world = small.world;
    world.carry_by_flows();
    const std::uint8_t values = world.rpc.add_server(
        [](void*, Leg& leg, CallRecord&) {
          leg.value = leg.service == 1ms ? 1 : leg.service == 2ms ? 2 : 9;
          return Served::reply;
        },
        nullptr);
    Answer answer;
    CallOptions options = call_from(small.on(0));
    options.server = values;
    options.needed = 2;
    options.largest_value = true;
    // The third has answered when the second's answer comes, 14.5 us after 2 ms; but its own way is 34 us long.
    spawn(small.on(0), call_once(&world, options,
                                 {{small.on(4), 1ms}, {small.on(5), 2ms}, {small.on(8), 2ms + 1us}}, &answer));
    small.run(1s);
    report.same("the third's is 9, on its way", std::uint64_t{2}, answer.value);
  });
}

TEST_CASE("a server that dies takes the flows to it and from it and its callers learn so") {
  check_report([](Report& report) {
    SmallWorld small;
    World& world = small.world;
    world.carry_by_flows();
    const std::size_t live = arena.live();
    const MachineIndex client = small.on(0), server = small.on(4);
    Answer request, answer, other;
    spawn(small.on(1), call_once(&world, sized(small.on(1), large, 1), {{server, 1ms}}, &request));
    spawn(client, call_once(&world, sized(client, 1, large), {{server, 100us}}, &answer));
    spawn(small.on(2), call_once(&world, sized(small.on(2), 1, large), {{small.on(5), 100us}}, &other));
    small.kill(500us, server);
    small.run(3s);
    expect_answer(report, "its request half sent", Outcome::lost, 500us + one_way_in_pod, request);
    expect_answer(report, "its answer half sent", Outcome::lost, 500us + one_way_in_pod, answer);
    report.same("of another server's answer nothing is lost", std::string("ok"), std::string(name_of(other.outcome)));
    report.same("no flow is left", std::uint32_t{0}, world.flows.active());
    report.same("nothing is left but the list of timeouts", live + 1, arena.live());
  });
}

TEST_CASE("a client that dies takes the flows of its requests with it") {
  check_report([](Report& report) {
    SmallWorld small;
    World& world = small.world;
    world.carry_by_flows();
    const std::size_t live = arena.live();
    const MachineIndex client = small.on(0), server = small.on(4);
    Answer answers[3];
    spawn(client, call_once(&world, sized(client, large, 1), {{server, 1ms}}, &answers[0]));
    spawn(client, call_once(&world, sized(client, 1, large), {{server, 100us}}, &answers[1]));
    spawn(client, call_slow_task(&world, sized(client, large, 1), {server, 1ms}, 1ms, &answers[2]));
    small.kill(500us, client);
    small.run(3s);
    for (const Answer& answer : answers) report.same("nobody went on", true, answer.at < 0ns);
    report.same("no flow is left", std::uint32_t{0}, world.flows.active());
    report.same("nothing is left but the list of timeouts", live + 1, arena.live());
  });
}

Task<void> call_at_random(World* world, MachineIndex client, std::uint64_t* hash) {
  DrawSequence random({23}, client);
  for (int i = 0; i < 300; ++i) {
    co_await sleep(world->scheduler, Duration{static_cast<Duration::rep>(2e5 * random.uniform())});
    CallOptions options = call_from(client, 50ms);
    options.request_bytes = static_cast<std::uint32_t>(1e5 * random.uniform());
    options.needed = 2;
    std::vector<LegOptions> legs;
    for (int leg = 0; leg < 3; ++leg) {
      const auto server = static_cast<MachineIndex>(random.uniform() * world->fleet.size());
      legs.push_back({server, Duration{static_cast<Duration::rep>(1e5 * random.uniform())}});
    }
    const Reply reply = co_await world->rpc.call(options, legs.data(), 3);
    const auto when = static_cast<std::uint64_t>(world->scheduler.now().time_since_epoch().count());
    *hash = (*hash ^ (when * 5 + static_cast<std::uint64_t>(reply.outcome))) * 0x100000001b3;
  }
}

std::string times_of_calls() {
  return in_child([] {
    SmallWorld small;
    small.world.carry_by_flows();
    std::uint64_t hash = 0xcbf29ce484222325;
    for (MachineIndex client = 0; client < small.world.fleet.size(); ++client) {
      spawn(client, call_at_random(&small.world, client, &hash));
    }
    small.kill(20ms, 3);
    small.restart(30ms, 3);
    small.run(2s);
    return fmt::format("{:x} after {} events", hash, small.world.scheduler.events());
  });
}

TEST_CASE("the same calls by flows take the same time to a nanosecond") {
  const std::string first = times_of_calls();
  for (int i = 0; i < 3; ++i) {
    // What lies elsewhere in memory must not matter.
    std::vector<std::vector<char>> elsewhere;
    for (int block = 0; block <= i; ++block) elsewhere.emplace_back(static_cast<std::size_t>(100'003 * (block + 1)));
    CHECK(times_of_calls() == first);
  }
  fmt::print("16 clients, 4,800 calls of three flows there and back, a machine dead for 10 ms: {}\n", first);
  CHECK(first.find("events") != std::string::npos);
}

}  // namespace
}  // namespace chatsim::tests
