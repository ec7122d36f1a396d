#include "sim/kernel/event_queue.hpp"

#include <fmt/format.h>

#include <catch2/catch.hpp>
#include <cmath>
#include <functional>
#include <random>
#include <string>

#include "tests/sim/kernel/checked_queue.hpp"

using namespace chatsim::sim;
using chatsim::tests::CheckedQueue;

namespace {

using Random = std::mt19937_64;

constexpr std::uint64_t us = 1'000;
constexpr std::uint64_t ms = 1'000'000;
constexpr std::uint64_t second = 1'000'000'000;

using Delay = std::function<std::uint64_t(Random&)>;

Delay exponential(double mean_ns) {
  return [mean_ns](Random& random) {
    return static_cast<std::uint64_t>(std::exponential_distribution<double>(1 / mean_ns)(random));
  };
}
/// Every order of magnitude from 1 ns alike, and a fair share of zeros: most buckets and the far heap at
/// once.
Delay any_scale(double largest_ns) {
  return [largest_ns](Random& random) -> std::uint64_t {
    if (random() % 8 == 0) return 0;
    const double exponent = std::uniform_real_distribution<double>(0, std::log(largest_ns))(random);
    return static_cast<std::uint64_t>(std::exp(exponent));
  };
}
std::uint64_t bimodal(Random& random) {
  return random() % 2 == 0 ? random() % 50 : second + random() % (5 * second);
}

/// The classic hold model: as many stay pending, each pop is followed by a push.
void hold(CheckedQueue& queue, Random& random, std::size_t pending, std::size_t pops, const Delay& delay) {
  while (queue.size() < pending) queue.push(queue.now() + delay(random), random() % 3);
  for (std::size_t i = 0; i < pops && queue.difference().empty(); ++i) {
    queue.pop();
    queue.push(queue.now() + delay(random), random() % 3);
  }
}

}  // namespace

TEST_CASE("pending events of every number leave in order") {
  for (const std::size_t pending : {1, 2, 10, 100, 1'000, 30'000, 1'000'000}) {
    for (const double mean_ns : {20., 1e3, 1e6, 1e10}) {
      if (pending == 1'000'000 && mean_ns != 1e6) continue;
      CheckedQueue queue;
      Random random(pending);
      hold(queue, random, pending, std::min<std::size_t>(2 * pending + 1'000, 300'000), exponential(mean_ns));
      queue.drain();
      CAPTURE(pending, mean_ns);
      CHECK(queue.difference() == "");
    }
  }
}

TEST_CASE("delays from nothing to far beyond the horizon") {
  for (unsigned seed = 0; seed < 200; ++seed) {
    CheckedQueue queue;
    Random random(seed);
    // 8,192 coarse buckets of 64 x 256 ns reach 0.13 s ahead; the largest delay here is two weeks.
    const Delay delay = seed % 4 == 0 ? Delay(bimodal) : any_scale(std::pow(10., 3 + seed % 13));
    hold(queue, random, 1 + random() % 3'000, 5'000, delay);
    queue.drain();
    CAPTURE(seed);
    CHECK(queue.difference() == "");
  }
}

TEST_CASE("pushes and pops in random turns, also of an empty queue") {
  for (unsigned seed = 0; seed < 300; ++seed) {
    CheckedQueue queue;
    Random random(seed);
    const Delay delay = any_scale(std::pow(10., 1 + seed % 14));
    for (int turn = 0; turn < 300; ++turn) {
      for (std::uint64_t i = random() % 30; i > 0; --i) queue.push(queue.now() + delay(random), random() % 4);
      for (std::uint64_t i = random() % 32; i > 0; --i) queue.pop();
    }
    queue.drain();
    CAPTURE(seed);
    CHECK(queue.difference() == "");
  }
}

TEST_CASE("a limit holds back, and what is pushed between it and the next entry comes first") {
  for (unsigned seed = 0; seed < 300; ++seed) {
    CheckedQueue queue;
    Random random(seed);
    const Delay delay = any_scale(std::pow(10., 4 + seed % 9));
    const Delay step = any_scale(std::pow(10., 2 + seed % 10));
    for (int turn = 0; turn < 500; ++turn) {
      for (std::uint64_t i = random() % 6; i > 0; --i) queue.push(queue.now() + delay(random), random() % 3);
      const std::uint64_t limit = queue.now() + step(random);
      while (queue.pop(limit)) {
        if (random() % 4 == 0) queue.push(queue.now() + delay(random) / 16);
      }
      REQUIRE(queue.now() >= limit);
    }
    queue.drain();
    CAPTURE(seed);
    CHECK(queue.difference() == "");
  }
}

TEST_CASE("a million events of one instant keep their order, within each class") {
  for (const std::uint64_t instant : {std::uint64_t{0}, 10 * ms, 100 * second}) {
    CheckedQueue queue;
    for (unsigned i = 0; i < 1'000'000; ++i) queue.push(instant, i % 3);
    // Half of them out, then as many again at the very same instant: behind those of their class.
    for (unsigned i = 0; i < 500'000; ++i) queue.pop();
    for (unsigned i = 0; i < 100'000; ++i) queue.push(instant, 2);
    queue.push(instant, 3);
    queue.drain();
    CAPTURE(instant);
    CHECK(queue.difference() == "");
    CHECK(queue.size() == 0);
  }
}

TEST_CASE("one class after the other, in order of insertion") {
  EventQueue queue;
  for (std::uint32_t i = 0; i < 9; ++i) queue.push(std::uint64_t{7 * ms} << 2 | (2 - i % 3), Handle{i, 0});
  std::string order;
  for (EventQueue::Entry entry; queue.pop(~std::uint64_t{0}, entry);)
    order += fmt::format("{} ", entry.handle.block);
  CHECK(order == "2 5 8 1 4 7 0 3 6 ");
}

TEST_CASE("rates that change by ten thousand, both ways, with far entries waiting") {
  for (unsigned seed = 0; seed < 4; ++seed) {
    CheckedQueue queue;
    Random random(seed);
    // The width of a bucket is chosen anew after 32,768 events: each phase is two or three times as long.
    for (const double mean_ns : {1e4, 1e8, 1e4, 1e0, 1e4, 1e9, 1e5, 1e1}) {
      for (int i = 0; i < 300; ++i) {
        const std::uint64_t at = queue.now() + random() % (1'000'000 * second);
        queue.push(at);
        queue.push(at, 1);
        queue.push(at, 1);
      }
      hold(queue, random, queue.size() + 500, 100'000, exponential(mean_ns));
      for (int i = 0; i < 900; ++i) queue.pop();
    }
    queue.drain();
    CAPTURE(seed);
    CHECK(queue.difference() == "");
  }
}

TEST_CASE("equal instants reached from near and from far keep the order of insertion") {
  for (const std::uint64_t grid : {us, std::uint64_t{16'384}, 100 * us, 10 * ms}) {
    for (const double span_ns : {3e6, 3e8, 3e10}) {
      CheckedQueue queue;
      Random random(grid);
      // On a grid of instants, so that most keys are pushed many times, from ever nearer.
      for (int i = 0; i < 60'000; ++i) {
        const std::uint64_t delay = random() % static_cast<std::uint64_t>(span_ns);
        queue.push((queue.now() + delay + grid - 1) / grid * grid);
        if (i % 5 != 0 || queue.size() > 10'000) queue.pop();
      }
      queue.drain();
      CAPTURE(grid, span_ns);
      CHECK(queue.difference() == "");
    }
  }
}

TEST_CASE("a horizon full of events when the width of the buckets changes") {
  // 100,000 over 0.3 s: the first width, 256 ns, is far too fine and its horizon of 0.13 s too short.
  CheckedQueue queue;
  Random random(7);
  const Delay uniform = [](Random& source) { return source() % (300 * ms); };
  hold(queue, random, 100'000, 100'000, uniform);
  queue.drain();
  CHECK(queue.difference() == "");
}

TEST_CASE("what a wider bucket draws into the present is not overlooked") {
  // 40,000 events after 100 s of silence: the mean rate then seen makes a bucket tens of milliseconds wide,
  // so that the one that is left, in a later bucket of the first width, is due in the current one of the
  // second.
  for (const std::uint64_t behind : {20 * us, 100 * us, 1 * ms}) {
    CheckedQueue queue;
    for (int i = 0; i < 40'000; ++i) queue.push(100 * second);
    queue.push(100 * second + behind);
    for (int i = 0; i < 40'001; ++i) queue.pop();
    CAPTURE(behind);
    CHECK(queue.difference() == "");
    CHECK(queue.size() == 0);
  }
}

TEST_CASE("rates that change while a limit holds back") {
  for (unsigned seed = 0; seed < 4; ++seed) {
    CheckedQueue queue;
    Random random(seed);
    for (const double mean_ns : {1e3, 1e7, 1e2, 1e6, 1e9, 1e4}) {
      const Delay delay = exponential(mean_ns);
      const Delay step = exponential(mean_ns / 20);
      for (int i = 0; i < 200; ++i) queue.push(queue.now() + random() % (100 * second), 2);
      for (int turn = 0; turn < 4'000; ++turn) {
        while (queue.size() < 1'000) queue.push(queue.now() + delay(random), random() % 3);
        const std::uint64_t limit = queue.now() + step(random);
        while (queue.pop(limit))
          queue.push(queue.now() + (random() % 4 == 0 ? 0 : delay(random)), random() % 3);
      }
    }
    queue.drain();
    CAPTURE(seed);
    CHECK(queue.difference() == "");
  }
}

TEST_CASE("bursts at regular instants over a background") {
  CheckedQueue queue;
  Random random(3);
  for (std::uint64_t round = 1; round <= 40; ++round) {
    for (int i = 0; i < 5'000; ++i) queue.push(round * 100 * ms, i % 3);
    for (int i = 0; i < 2'000; ++i) queue.push(queue.now() + random() % (200 * ms));
    while (queue.pop(round * 100 * ms - 1)) {
    }
    for (int i = 0; i < 100; ++i) queue.push(round * 100 * ms - random() % 2);
  }
  queue.drain();
  CHECK(queue.difference() == "");
}

TEST_CASE("memory follows what is pending, not what has passed") {
  CheckedQueue queue;
  Random random(5);
  hold(queue, random, 10'000, 200'000, exponential(1e6));
  const std::size_t early = queue.bytes();
  hold(queue, random, 10'000, 800'000, exponential(1e6));
  fmt::print("10,000 pending: {} bytes after 200,000 events, {} after 1,000,000\n", early, queue.bytes());
  CHECK(queue.difference() == "");
  CHECK(queue.bytes() <= 2 * early);
}
