#include "sim/kernel/scheduler.hpp"

#include <catch2/catch.hpp>
#include <chrono>
#include <functional>
#include <string>

#include "sim/kernel/task.hpp"

using namespace chatsim::sim;
using namespace std::chrono_literals;

namespace {

using chatsim::sim::sleep;  // Not the one of unistd.h.

Time at(Duration since_start) { return Time{since_start}; }

Task<void> note_at(Scheduler* scheduler, Duration delay, std::string* order, char name) {
  co_await sleep(*scheduler, delay);
  *order += name;
}

Task<void> call_at(Scheduler* scheduler, Duration delay, std::function<void()> what) {
  co_await sleep(*scheduler, delay);
  what();
}

}  // namespace

TEST_CASE("the bound is included, and the clock ends on it") {
  Scheduler scheduler;
  std::string order;
  spawn(no_machine, note_at(&scheduler, 10ms, &order, 'b'));
  spawn(no_machine, note_at(&scheduler, 10ms + 1ns, &order, 'c'));
  spawn(no_machine, note_at(&scheduler, 5ms, &order, 'a'));
  CHECK(scheduler.run_until(at(10ms)));
  CHECK(order == "ab");
  CHECK(scheduler.now() == at(10ms));
  CHECK(scheduler.pending() == 1);
  CHECK(scheduler.run_until(at(20ms)));
  CHECK(order == "abc");
  CHECK(scheduler.now() == at(20ms));
  CHECK(scheduler.events() == 3);
}

TEST_CASE("a run to where the clock already is runs what is new at this instant") {
  Scheduler scheduler;
  std::string order;
  scheduler.run_until(at(1s));
  spawn(no_machine, note_at(&scheduler, 0s, &order, 'a'));
  CHECK(order == "");
  CHECK(scheduler.run_until(at(1s)));
  CHECK(order == "a");
}

TEST_CASE("stop_after_event ends the run at that event, within its instant") {
  Scheduler scheduler;
  std::string order;
  spawn(no_machine, note_at(&scheduler, 1ms, &order, 'a'));
  spawn(no_machine, call_at(&scheduler, 1ms, [&] { scheduler.stop_after_event(); }));
  spawn(no_machine, note_at(&scheduler, 1ms, &order, 'b'));
  CHECK_FALSE(scheduler.run_until(at(1s)));
  CHECK(order == "a");
  CHECK(scheduler.now() == at(1ms));
  CHECK(scheduler.run_until(at(1s)));
  CHECK(order == "ab");
}

TEST_CASE("most_events bounds a run by its events, and nothing is lost between two") {
  Scheduler scheduler;
  std::string order;
  for (const char name : std::string("abcdefgh")) spawn(no_machine, note_at(&scheduler, 1ms, &order, name));
  CHECK_FALSE(scheduler.run_until(at(1s), 3));
  CHECK(order == "abc");
  CHECK(scheduler.now() == at(1ms));
  CHECK_FALSE(scheduler.run_until(at(1s), 3));
  CHECK(scheduler.run_until(at(1s), 3));
  CHECK(order == "abcdefgh");
  CHECK(scheduler.now() == at(1s));
}

TEST_CASE("events of a dead block are not counted") {
  Scheduler scheduler;
  std::string order;
  const Handle dead = spawn(no_machine, note_at(&scheduler, 1ms, &order, 'a'));
  spawn(no_machine, note_at(&scheduler, 1ms, &order, 'b'));
  kill(dead);
  CHECK(scheduler.run_until(at(1s)));
  CHECK(order == "b");
  CHECK(scheduler.events() == 1);
}

TEST_CASE("an event in the past is a bug that is told") {
  Scheduler scheduler;
  scheduler.run_until(at(5ms));
  CHECK_THROWS_WITH(scheduler.schedule(at(4ms), Handle{}),
                    Catch::Contains("an event at 4000000 ns, now is 5000000 ns"));
}

TEST_CASE("a block that nobody dispatches is a bug that is told") {
  Scheduler scheduler;
  BlockHeader* block = arena.allocate(64, BlockKind::first_of_models, Arena::Use::record);
  scheduler.schedule(at(1ms), arena.handle_of(block));
  CHECK_THROWS_WITH(scheduler.run_until(at(1s)), Catch::Contains("no event for blocks of kind 12"));
  scheduler.schedule_timeout(1ms, arena.handle_of(block));
  CHECK_THROWS_WITH(scheduler.run_until(at(1s)), Catch::Contains("no timeout for blocks of kind 12"));
  arena.release(block);
}

TEST_CASE("a prefetch sees blocks of its kind ahead of their events, also where others have died") {
  Scheduler scheduler;
  static int fetched = 0;
  static int strangers = 0;
  fetched = strangers = 0;
  const auto ignore = [](void*, BlockHeader*) {};
  scheduler.set_dispatch(BlockKind::first_of_models, ignore, ignore, nullptr);
  const auto fetch = [](void*, BlockHeader* block) {
    ++fetched;
    strangers += block->kind != BlockKind::first_of_models;
  };
  scheduler.set_prefetch(BlockKind::first_of_models, fetch, fetch);
  BlockHeader* block = arena.allocate(64, BlockKind::first_of_models, Arena::Use::record);
  BlockHeader* dead = arena.allocate(64, BlockKind::first_of_models, Arena::Use::record);
  for (int i = 0; i < 100; ++i) scheduler.schedule(at(1ms), arena.handle_of(i % 3 == 0 ? dead : block));
  arena.release(dead);
  CHECK(scheduler.run_until(at(1s)));
  CHECK(scheduler.events() == 66);
  CHECK(fetched > 0);
  CHECK(strangers == 0);
  arena.release(block);
}
