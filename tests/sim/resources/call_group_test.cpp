#include <algorithm>
#include <vector>

#include "sim/resources/rpc.hpp"
#include "tests/sim/resources/calls.hpp"

namespace chatsim::tests {
namespace {

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

Task<void> call_many(World* world, MachineIndex client, MachineIndex server, unsigned calls,
                     std::uint32_t limit, Crowd* crowd) {
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
    // 10 calls, 3 at a time: the last is sent when the 7th is answered; a third of a round trip is between
    // calls 1, 2 and 3 of the card only, 1 us each, and of the answers, 500 ns each.
    report.near("joined after 4 round trips, in s", 4 * to_seconds(round_trip).value(),
                to_seconds(crowd.joined).value(), 1e-3);
    report.same("10 at once: 10 us of requests, the way, 10 ms, the last answer",
                10us + one_way_in_pod + 10ms + back, wide.joined);
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

}  // namespace
}  // namespace chatsim::tests
