#include "sim/kernel/timeouts.hpp"

#include <unistd.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <chrono>
#include <cstring>
#include <fstream>
#include <functional>
#include <ostream>
#include <random>
#include <string>
#include <vector>

#include "sim/kernel/scheduler.hpp"

using namespace chatsim::sim;
using namespace std::chrono_literals;

namespace {

Time at(Duration since_start) { return Time{since_start}; }

/// Records of the arena that tell when an event or a timeout woke them.
class Waiters {
 public:
  struct Woken {
    Duration at;
    int id;
    bool by_timeout;
    friend bool operator==(const Woken&, const Woken&) = default;
    friend std::ostream& operator<<(std::ostream& out, const Woken& woken) {
      return out << woken.at.count() << " ns " << woken.id << (woken.by_timeout ? " timeout" : " event");
    }
  };

  Waiters() {
    scheduler.set_dispatch(
        kind, [](void* self, BlockHeader* block) { static_cast<Waiters*>(self)->wake(block, false); },
        [](void* self, BlockHeader* block) { static_cast<Waiters*>(self)->wake(block, true); }, this);
  }
  ~Waiters() {
    arena.for_each_live(kind, [](BlockHeader* block) { arena.release(block); });
  }

  Handle add(int id) {
    BlockHeader* block = arena.allocate(64, kind, Arena::Use::record);
    std::memcpy(block + 1, &id, sizeof id);
    return arena.handle_of(block);
  }
  static void release(Handle handle) {
    if (arena.alive(handle)) arena.release(arena.at(handle.block));
  }

  Scheduler scheduler;
  std::vector<Woken> woken;
  std::function<void(int id, bool by_timeout)> then = [](int, bool) {};

 private:
  static constexpr BlockKind kind = BlockKind::first_of_resources;

  void wake(BlockHeader* block, bool by_timeout) {
    int id = 0;
    std::memcpy(&id, block + 1, sizeof id);
    woken.push_back({scheduler.now().time_since_epoch(), id, by_timeout});
    then(id, by_timeout);
  }
};

using Woken = Waiters::Woken;

std::size_t resident_bytes() {
  std::size_t total = 0, resident = 0;
  std::ifstream("/proc/self/statm") >> total >> resident;
  return resident * static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
}

}  // namespace

TEST_CASE("timeouts fire exactly at their deadline, each duration in the order in which they were set") {
  Waiters waiters;
  const std::vector<Duration> durations = {1ms, 250us, 1s};
  std::mt19937_64 random(1);
  std::vector<std::vector<Woken>> expected(durations.size());
  // Timeouts are set while the clock runs: an event of a waiter sets that of the next.
  int set = 0;
  const Handle clock = waiters.add(-1);
  waiters.then = [&](int id, bool) {
    if (id >= 0 || set == 30'000) return;
    const std::size_t which = random() % durations.size();
    waiters.scheduler.schedule_timeout(durations[which], waiters.add(set));
    expected[which].push_back({waiters.scheduler.now().time_since_epoch() + durations[which], set++, true});
    waiters.scheduler.schedule(waiters.scheduler.now() + Duration{random() % 50'000}, clock);
  };
  waiters.scheduler.schedule(at(0s), clock);
  waiters.scheduler.run_until(at(10s));

  std::vector<std::vector<Woken>> actual(durations.size());
  std::vector<std::size_t> duration_of(30'000);
  for (std::size_t which = 0; which < durations.size(); ++which) {
    for (const Woken& waiter : expected[which]) duration_of[static_cast<std::size_t>(waiter.id)] = which;
  }
  for (const Woken& waiter : waiters.woken) {
    if (waiter.id >= 0) actual[duration_of[static_cast<std::size_t>(waiter.id)]].push_back(waiter);
  }
  CHECK(set == 30'000);
  for (std::size_t which = 0; which < durations.size(); ++which) CHECK((actual[which] == expected[which]));
}

TEST_CASE("what died before its deadline is not woken") {
  Waiters waiters;
  std::vector<Handle> handles;
  std::vector<Woken> expected;
  for (int id = 0; id < 5'000; ++id) {
    handles.push_back(waiters.add(id));
    waiters.scheduler.schedule_timeout(1ms, handles.back());
  }
  for (int id = 0; id < 5'000; ++id) {
    if (id % 7 == 3) {
      expected.push_back({1ms, id, true});
    } else {
      Waiters::release(handles[static_cast<std::size_t>(id)]);
    }
  }
  for (int id = 0; id < 5'000; ++id) waiters.add(-2);  // In the blocks of the dead.
  waiters.scheduler.run_until(at(1s));
  CHECK(waiters.woken == expected);
  CHECK(waiters.scheduler.pending() == 0);
}

TEST_CASE("one that ends another of the same deadline spares it the timeout") {
  Waiters waiters;
  const Handle first = waiters.add(1), second = waiters.add(2), third = waiters.add(3);
  for (const Handle handle : {first, second, third}) waiters.scheduler.schedule_timeout(1ms, handle);
  waiters.then = [&](int id, bool) {
    if (id == 1) Waiters::release(second);
  };
  waiters.scheduler.run_until(at(1s));
  CHECK(waiters.woken == std::vector<Woken>{{1ms, 1, true}, {1ms, 3, true}});
}

TEST_CASE("a timeout set from within a timeout does not delay those that were set before") {
  Waiters waiters;
  // A is due at 10, B at 12; at 10 A sets one more, due at 20. B must not wait for it.
  const Handle a = waiters.add(1), b = waiters.add(2), clock = waiters.add(0);
  waiters.scheduler.schedule_timeout(10ms, a);
  waiters.scheduler.schedule(at(2ms), clock);
  waiters.then = [&](int id, bool) {
    if (id == 0) waiters.scheduler.schedule_timeout(10ms, b);
    if (id == 1 && waiters.woken.size() < 4) waiters.scheduler.schedule_timeout(10ms, a);
  };
  waiters.scheduler.run_until(at(1s));
  CHECK(waiters.woken ==
        std::vector<Woken>{{2ms, 0, false}, {10ms, 1, true}, {12ms, 2, true}, {20ms, 1, true}});
}

TEST_CASE("a timeout of another duration can be set from within a timeout") {
  Waiters waiters;
  const Handle a = waiters.add(1), b = waiters.add(2);
  waiters.scheduler.schedule_timeout(10ms, a);
  waiters.scheduler.schedule_timeout(10ms, b);
  waiters.then = [&](int id, bool) {
    if (waiters.woken.size() <= 2) waiters.scheduler.schedule_timeout(id * 1ms, id == 1 ? a : b);
  };
  waiters.scheduler.run_until(at(1s));
  CHECK(waiters.woken ==
        std::vector<Woken>{{10ms, 1, true}, {10ms, 2, true}, {11ms, 1, true}, {12ms, 2, true}});
}

TEST_CASE("what arrives at the very deadline is in time") {
  Waiters waiters;
  const Handle request = waiters.add(1), control = waiters.add(2), answer = waiters.add(3);
  waiters.scheduler.schedule_timeout(1ms, request);
  waiters.scheduler.schedule(at(1ms), control, EventClass::control);
  waiters.scheduler.schedule(at(1ms), answer);  // Last set, yet first of its instant.
  waiters.scheduler.run_until(at(1s));
  CHECK(waiters.woken == std::vector<Woken>{{1ms, 3, false}, {1ms, 1, true}, {1ms, 2, false}});

  waiters.woken.clear();
  waiters.then = [&](int id, bool) {
    if (id == 3) Waiters::release(request);
  };
  waiters.scheduler.schedule_timeout(1ms, request);
  waiters.scheduler.schedule(waiters.scheduler.now() + 1ms, answer);
  waiters.scheduler.run_until(at(2s));
  CHECK(waiters.woken == std::vector<Woken>{{1s + 1ms, 3, false}});
}

TEST_CASE("the ring grows around its end and keeps the order") {
  TimeoutList list(1s);
  BlockHeader* block = arena.allocate(64, BlockKind::first_of_resources, Arena::Use::record);
  const Handle handle = arena.handle_of(block);
  std::int64_t pushed = 0, popped = 0;
  std::int64_t out_of_order = 0;
  Handle due;
  // Two in, one out, so that the start of the ring is anywhere when it is full.
  for (int round = 0; round < 100'000; ++round) {
    list.push(Time{Duration{pushed++}}, handle);
    list.push(Time{Duration{pushed++}}, handle);
    if (list.next_deadline() != Time{Duration{popped}}) ++out_of_order;
    if (!list.pop_due(Time{Duration{popped++}}, due)) ++out_of_order;
  }
  CHECK_FALSE(list.pop_due(Time{Duration{popped - 1}}, due));
  for (; popped < pushed; ++popped) {
    if (list.next_deadline() != Time{Duration{popped}} || !list.pop_due(Time{Duration{popped}}, due))
      ++out_of_order;
  }
  CHECK(out_of_order == 0);
  CHECK(list.next_deadline() == time_never);
  arena.release(block);
}

TEST_CASE("memory follows the oldest that is open, not the length of the timeout") {
  TimeoutList list(1h);
  const std::size_t before = resident_bytes();
  for (std::int64_t i = 0; i < 5'000'000; ++i) {
    BlockHeader* block = arena.allocate(64, BlockKind::first_of_resources, Arena::Use::record);
    list.push(Time{Duration{i}}, arena.handle_of(block));
    arena.release(block);
  }
  const std::size_t grown = resident_bytes() - std::min(before, resident_bytes());
  // 16 bytes each would be 80 MB if the dead were kept.
  CAPTURE(grown);
  CHECK(grown < 8'000'000);
  CHECK(list.next_deadline() == time_never);
}
