#include "sim/kernel/task.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <chrono>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "tests/sim/kernel/tasks.hpp"

using namespace chatsim::sim;
using namespace chatsim::tests;
using namespace std::chrono_literals;

namespace {

using chatsim::sim::sleep;  // Not the one of unistd.h.

Task<int> answer() { co_return 42; }
Task<int> sum(int a, int b) { co_return a + b + co_await answer(); }
Task<int> later(Scheduler* scheduler, Duration delay, int value) {
  co_await sleep(*scheduler, delay);
  co_return value;
}
Task<std::unique_ptr<int>> boxed(Scheduler* scheduler, int value) {
  co_await sleep(*scheduler, 1ms);
  co_return std::make_unique<int>(value);
}

Task<int> fails(Scheduler* scheduler, std::string* log) {
  const Local local{log, "fails"};
  co_await sleep(*scheduler, 1ms);
  throw std::runtime_error("no quorum");
}
Task<void> passes_on(Scheduler* scheduler, std::string* log) {
  const Local local{log, "passes_on"};
  co_await fails(scheduler, log);
}
Task<void> catches(Scheduler* scheduler, std::string* log) {
  try {
    co_await passes_on(scheduler, log);
  } catch (const std::runtime_error& error) {
    *log += error.what();
  }
  *log += co_await later(scheduler, 1ms, 7) == 7 ? ", and goes on" : ", wrong value";
}

Task<void> many(int count, std::int64_t* total) {
  for (int i = 0; i < count; ++i) *total += co_await answer();
}

}  // namespace

TEST_CASE("values come back, through nesting and through waits") {
  const std::size_t before = arena.live();
  Scheduler scheduler;
  int result = 0;
  spawn(no_machine, keep(sum(1, 2), &result));
  CHECK(result == 45);
  spawn(no_machine, keep(later(&scheduler, 5ms, 9), &result));
  CHECK(result == 45);
  scheduler.run_until(at(5ms));
  CHECK(result == 9);
  std::unique_ptr<int> box;
  spawn(no_machine, keep(boxed(&scheduler, 11), &box));
  scheduler.run_until(at(6ms));
  REQUIRE(box);
  CHECK(*box == 11);
  CHECK(arena.live() == before);
}

TEST_CASE("a task that is never awaited does nothing and frees its frame") {
  const std::size_t before = arena.live();
  std::string log;
  Scheduler scheduler;
  {
    Task<void> task = passes_on(&scheduler, &log);
    Task<void> moved = std::move(task);
    CHECK(arena.live() == before + 1);
  }
  CHECK(log == "");
  CHECK(arena.live() == before);
}

TEST_CASE("exceptions travel through tasks and destroy what they pass") {
  const std::size_t before = arena.live();
  Scheduler scheduler;
  std::string log;
  spawn(no_machine, catches(&scheduler, &log));
  CHECK(log == "");
  scheduler.run_until(at(1s));
  CHECK(log == "~fails ~passes_on no quorum, and goes on");
  CHECK(arena.live() == before);
}

TEST_CASE("an exception out of a root ends the run") {
  Scheduler scheduler;
  std::string log;
  spawn(no_machine, passes_on(&scheduler, &log));
  CHECK_THROWS_WITH(scheduler.run_until(at(1s)), "no quorum");
  CHECK(log == "~fails ~passes_on ");
  CHECK(scheduler.now() == at(1ms));
}

TEST_CASE("a million synchronous completions need no stack") {
  const std::size_t before = arena.live();
  std::int64_t total = 0;
  spawn(no_machine, many(1'000'000, &total));
  CHECK(total == 42'000'000);
  CHECK(arena.live() == before);
}

TEST_CASE("a chain of two hundred thousand tasks starts and completes without stack") {
  const std::size_t before = arena.live();
  Scheduler scheduler;
  int result = 0;
  spawn(no_machine, keep(depth(&scheduler, 200'000), &result));
  CHECK(arena.live() == before + 200'002);
  scheduler.run_until(at(1s));
  CHECK(result == 200'000);
  CHECK(arena.live() == before);
}

TEST_CASE("a hundred thousand sleepers wake in order") {
  const std::size_t before = arena.live();
  Scheduler scheduler;
  std::vector<int> order;
  const int count = 100'000;
  // 7,919 is prime to the number: every delay once, set in a scattered order.
  for (int i = 0; i < count; ++i) {
    const int id = static_cast<int>(std::int64_t{i} * 7'919 % count);
    spawn(no_machine, note(&scheduler, id * 10us, id, &order));
  }
  CHECK(arena.live() == before + static_cast<std::size_t>(count));
  scheduler.run_until(at(10s));
  REQUIRE(order.size() == static_cast<std::size_t>(count));
  CHECK(std::is_sorted(order.begin(), order.end()));
  CHECK(arena.live() == before);
}

TEST_CASE("a root may spawn roots while it runs, and each goes on by itself") {
  const auto spawner = [](Scheduler* scheduler, std::vector<int>* order) -> Task<void> {
    for (int id = 1; id <= 3; ++id) {
      spawn(no_machine, note(scheduler, id * 1ms, id, order));
      order->push_back(-co_await answer());
    }
    co_await note(scheduler, 10ms, 10, order);
  };
  Scheduler scheduler;
  std::vector<int> order;
  spawn(no_machine, spawner(&scheduler, &order));
  CHECK(order == std::vector<int>{-42, -42, -42});
  scheduler.run_until(at(1s));
  CHECK(order == std::vector<int>{-42, -42, -42, 1, 2, 3, 10});
}
