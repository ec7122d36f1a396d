#include <catch2/catch.hpp>
#include <chrono>
#include <string>
#include <vector>

#include "tests/sim/kernel/tasks.hpp"

using namespace chatsim::sim;
using namespace chatsim::tests;
using namespace std::chrono_literals;

namespace {

using chatsim::sim::sleep;  // Not the one of unistd.h.

Task<void> never(Scheduler* scheduler) {
  while (true) co_await sleep(*scheduler, 1h);
}

Task<void> inner(Scheduler* scheduler, std::string* log) {
  const Local first{log, "inner1"};
  const Local second{log, "inner2"};
  co_await sleep(*scheduler, 1s);
  *log += "unreachable ";
}
Task<int> middle(Scheduler* scheduler, std::string* log) {
  const Local local{log, "middle"};
  co_await inner(scheduler, log);
  co_return 1;
}
Task<void> outer(Scheduler* scheduler, std::string* log) {
  const Local local{log, "outer"};
  *log += "started ";
  co_await middle(scheduler, log);
}

}  // namespace

TEST_CASE("spawn runs until the first wait, and a root frees itself") {
  const std::size_t before = arena.live();
  Scheduler scheduler;
  std::string log;
  const Handle root = spawn(3, outer(&scheduler, &log));
  CHECK(log == "started ");
  CHECK(arena.alive(root));
  CHECK(arena.live() == before + 3);
  scheduler.run_until(at(2s));
  CHECK(log == "started unreachable ~inner2 ~inner1 ~middle ~outer ");
  CHECK_FALSE(arena.alive(root));
  CHECK(arena.live() == before);
}

TEST_CASE("kill destroys what the root awaits, innermost first, and its event is skipped") {
  const std::size_t before = arena.live();
  Scheduler scheduler;
  std::string log;
  const Handle root = spawn(3, outer(&scheduler, &log));
  kill(root);
  CHECK(log == "started ~inner2 ~inner1 ~middle ~outer ");
  CHECK(arena.live() == before);
  kill(root);
  CHECK(scheduler.run_until(at(2s)));
  CHECK(log == "started ~inner2 ~inner1 ~middle ~outer ");
  CHECK(scheduler.events() == 0);
}

TEST_CASE("a handle to a dead coroutine is stale after its block is used again") {
  Scheduler scheduler;
  const Handle dead = spawn(1, never(&scheduler));
  kill(dead);
  const Handle next = spawn(1, never(&scheduler));
  REQUIRE(next.block == dead.block);
  CHECK_FALSE(arena.alive(dead));
  kill(dead);
  CHECK(arena.alive(next));
  scheduler.run_until(at(1h));  // The dead one's event comes first: it must not wake the next.
  CHECK(scheduler.events() == 1);
  kill(next);
}

TEST_CASE("a chain of five thousand tasks can be killed") {
  // Destruction nests natively, one frame holding the next: far deeper than services nest is enough.
  const std::size_t before = arena.live();
  Scheduler scheduler;
  int result = 0;
  const Handle root = spawn(no_machine, keep(depth(&scheduler, 5'000), &result));
  CHECK(arena.live() == before + 5'002);
  kill(root);
  CHECK(arena.live() == before);
}

TEST_CASE("kill_machine ends what runs there and nothing else") {
  const std::size_t before = arena.live();
  Scheduler scheduler;
  std::vector<int> order;
  std::string log;
  for (int id = 0; id < 3'000; ++id)
    spawn(static_cast<std::uint32_t>(id % 3), note(&scheduler, 1ms, id, &order));
  spawn(1, outer(&scheduler, &log));
  spawn(no_machine, note(&scheduler, 1ms, -1, &order));
  kill_machine(1);
  CHECK(log == "started ~inner2 ~inner1 ~middle ~outer ");
  scheduler.run_until(at(10s));
  std::vector<int> expected;
  for (int id = 0; id < 3'000; ++id) {
    if (id % 3 != 1) expected.push_back(id);
  }
  expected.push_back(-1);
  CHECK(order == expected);
  CHECK(scheduler.events() == 2'001);
  CHECK(arena.live() == before);
}

TEST_CASE("kill_machine copes with a root that ends others of its machine") {
  struct Guard {
    Handle other;
    ~Guard() { kill(other); }
  };
  const auto holder = [](Scheduler* scheduler, Handle other) -> Task<void> {
    const Guard guard{other};
    co_await never(scheduler);
  };
  const std::size_t before = arena.live();
  Scheduler scheduler;
  // In both orders of address: the one that is held is met before its holder, and after.
  const Handle first = spawn(1, never(&scheduler));
  const Handle second = spawn(1, holder(&scheduler, first));
  spawn(1, holder(&scheduler, second));
  kill_machine(1);
  CHECK(arena.live() == before);
}
