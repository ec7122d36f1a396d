#include "sim/kernel/random/random.hpp"

#include <array>
#include <catch2/catch.hpp>
#include <set>

#include "tests/sim/kernel/random/chi_square.hpp"

using chatsim::sim::Draw;
using chatsim::sim::DrawSequence;
using chatsim::sim::RandomKey;

namespace {

std::array<std::uint32_t, 4> words(const Draw& draw) {
  return {draw.bits32(0), draw.bits32(1), draw.bits32(2), draw.bits32(3)};
}

}  // namespace

TEST_CASE("draws are Philox4x32-10: the known answers that Random123 publishes") {
  // kat_vectors of Random123, counter words (id low, id high, step, stream), key words (seed low, high).
  CHECK(words(Draw({0}, 0, 0, 0)) ==
        std::array<std::uint32_t, 4>{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8});
  CHECK(words(Draw({~0ull}, ~0u, ~0ull, ~0u)) ==
        std::array<std::uint32_t, 4>{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd});
  CHECK(words(Draw({0x299f31d0'a4093822}, 0x03707344, 0x85a308d3'243f6a88, 0x13198a2e)) ==
        std::array<std::uint32_t, 4>{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1});
}

TEST_CASE("the words of a draw") {
  const Draw draw({7}, 1, 2, 3);
  CHECK(draw.bits64(0) == (draw.bits32(0) | static_cast<std::uint64_t>(draw.bits32(1)) << 32));
  CHECK(draw.bits64(1) == (draw.bits32(2) | static_cast<std::uint64_t>(draw.bits32(3)) << 32));
  CHECK(draw.below(1, 0) == 0);
  CHECK(draw.below(1000, 1) < 1000);
}

TEST_CASE("every part of the address matters") {
  std::set<std::uint64_t> seen;
  for (std::uint64_t seed = 0; seed < 4; ++seed)
    for (std::uint32_t stream = 0; stream < 4; ++stream)
      for (const std::uint64_t id : {0ull, 1ull, 1ull << 32, 1ull << 63})
        for (const std::uint32_t step : {0u, 1u, chatsim::sim::step_of(1, 0), chatsim::sim::step_of(1, 1)})
          seen.insert(Draw({seed}, stream, id, step).bits64(0));
  CHECK(seen.size() == 256);
}

TEST_CASE("uniform numbers never reach 0 or 1") {
  using chatsim::sim::uniform_from;
  CHECK(uniform_from(std::uint64_t{0}) > 0);
  CHECK(uniform_from(~std::uint64_t{0}) < 1);
  CHECK(uniform_from(std::uint32_t{0}) > 0);
  CHECK(uniform_from(~std::uint32_t{0}) < 1);
}

TEST_CASE("neighbouring addresses are independent") {
  constexpr int draws = 200'000;
  const RandomKey key{42};
  struct Pair {
    const char* what;
    Draw (*first)(RandomKey, std::uint32_t);
    Draw (*second)(RandomKey, std::uint32_t);
  };
  const Pair pairs[] = {
      {"ids", [](RandomKey k, std::uint32_t i) { return Draw(k, 1, i); },
       [](RandomKey k, std::uint32_t i) { return Draw(k, 1, i + 1); }},
      {"streams", [](RandomKey k, std::uint32_t i) { return Draw(k, 1, i); },
       [](RandomKey k, std::uint32_t i) { return Draw(k, 2, i); }},
      {"steps", [](RandomKey k, std::uint32_t i) { return Draw(k, 1, 5, i); },
       [](RandomKey k, std::uint32_t i) { return Draw(k, 1, 5, i + 1); }},
      {"seeds", [](RandomKey k, std::uint32_t i) { return Draw(k, 1, i); },
       [](RandomKey k, std::uint32_t i) { return Draw({k.seed + 1}, 1, i); }},
      {"words", [](RandomKey k, std::uint32_t i) { return Draw(k, 1, i); },
       [](RandomKey k, std::uint32_t i) { return Draw(k, 1, i); }},
  };
  for (const Pair& pair : pairs) {
    std::vector<int> cells(32 * 32);
    for (std::uint32_t i = 0; i < draws; ++i) {
      const auto x = static_cast<unsigned>(pair.first(key, i).uniform(0) * 32);
      const auto y = static_cast<unsigned>(pair.second(key, i).uniform(3) * 32);
      ++cells[x * 32 + y];
    }
    INFO(pair.what);
    CHECK(std::abs(chi_square_deviation(cells)) < 4);
  }
}

TEST_CASE("a sequence is the draws of its steps in order") {
  const RandomKey key{9};
  DrawSequence sequence(key, 3, 4);
  for (std::uint32_t step = 0; step < 100; ++step) {
    const Draw draw(key, 3, 4, step);
    CHECK(sequence() == draw.bits64(0));
    CHECK(sequence() == draw.bits64(1));
  }
  std::vector<int> cells(1000);
  for (int i = 0; i < 1'000'000; ++i) ++cells[static_cast<unsigned>(sequence.uniform() * 1000)];
  CHECK(std::abs(chi_square_deviation(cells)) < 4);
}
