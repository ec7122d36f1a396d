#include <fmt/format.h>

#include "tests/models/figures.hpp"
#include "tests/sim/resources/small_world.hpp"
#include "tests/validation/published_case.hpp"

// How Discord Scaled Elixir to 5,000,000 Concurrent Users (discord.com, 2017): one process sends what is said in a large
// guild to each of 30,000 who are connected; a send takes it 30 to 70 us, so that all of them take 0.9 to 2.1 s.

using namespace chatsim;
using namespace chatsim::sim;
using namespace chatsim::tests;

namespace {

constexpr int recipients = 30'000;

Task<void> send_to_all(SmallWorld* small, Duration each, Figures* figures) {
  World& world = small->world;
  const Time begin = world.scheduler.now();
  // Whoever holds the process waits in its mailbox: all of them are there at once.
  CallGroup sends(recipients);
  for (int i = 0; i < recipients; ++i) co_await sends.start(world.rpc.serve(small->on(0), 0, each, 1));
  co_await sends.join();
  (*figures)["took_s"] = to_seconds(world.scheduler.now() - begin).value();
}

}  // namespace

TEST_CASE("Discord: one process that sends to 30,000 recipients takes 0.9 to 2.1 s (accounting)", "[published][fanout]") {
  for (const auto& [each, published] : {std::pair{Duration{30us}, 0.9}, std::pair{Duration{70us}, 2.1}}) {
    const Figures found = figures_of([each = each](Figures& figures) {
      SmallWorld& small = *new SmallWorld(
          {.name = "guild", .machines = 16, .threads = 1, .cores = 1, .queue_limit = recipients});
      spawn(small.on(0), send_to_all(&small, each, &figures));
      small.run(1min);
    });
    CHECK(published_case({"Fan-out", Kind::accounting,
                          fmt::format("30,000 sends of {} us, one after the other [s]", each.count() / 1000),
                          "one thread of sim::Rpc; recipients x time of a send", published, found.at("took_s"),
                          {.relative = 1e-6}, "Discord, How Discord Scaled Elixir to 5,000,000 Concurrent Users, 2017"}));
  }
}
