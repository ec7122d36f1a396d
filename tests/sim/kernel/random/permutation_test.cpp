#include "sim/kernel/random/permutation.hpp"

#include <catch2/catch.hpp>
#include <stdexcept>

#include "tests/sim/kernel/random/chi_square.hpp"

using chatsim::sim::Permutation;

TEST_CASE("a permutation reaches everything once and can be inverted") {
  for (const std::uint64_t n : {1ull, 2ull, 3ull, 4ull, 5ull, 7ull, 16ull, 17ull, 100ull, 1000ull, 1023ull,
                                65535ull, 65536ull, 65537ull, 999983ull}) {
    for (const std::uint64_t seed : {1ull, 2ull, 0xffffffffffffffffull}) {
      const Permutation permutation({seed}, 7, n);
      std::vector<bool> reached(n);
      bool inverted = true;
      std::uint64_t images = 0;
      for (std::uint64_t x = 0; x < n; ++x) {
        const std::uint64_t y = permutation.forward(x);
        REQUIRE(y < n);
        images += reached[y] ? 0 : 1;
        reached[y] = true;
        inverted = inverted && permutation.inverse(y) == x;
      }
      INFO("n " << n << ", seed " << seed);
      CHECK(images == n);
      CHECK(inverted);
    }
  }
}

TEST_CASE("large permutations can be inverted from the first element to the last") {
  for (const std::uint64_t n : {2'000'000'000ull, (1ull << 32) + 15, (1ull << 40) - 87, 1ull << 40}) {
    const Permutation permutation({5}, 1, n);
    for (std::uint64_t i = 0; i < 100'000; ++i) {
      for (const std::uint64_t x : {i, n - 1 - i, i * (n / 100'000)}) {
        const std::uint64_t y = permutation.forward(x);
        if (y >= n || permutation.inverse(y) != x) FAIL("n " << n << ", x " << x << ", y " << y);
      }
    }
  }
}

TEST_CASE("neighbours land independently of each other") {
  for (const std::uint64_t n : {1'000'003ull, 2'000'000'000ull, 1ull << 40}) {
    for (const std::uint64_t stride : {1ull, 2ull, 1000ull}) {
      const Permutation permutation({3}, 2, n);
      std::vector<int> pairs(64 * 64);
      std::vector<int> distances(1000);
      std::uint64_t previous = permutation.forward(n - 1);
      const std::uint64_t count = std::min<std::uint64_t>(200'000, (n - 1) / stride);
      for (std::uint64_t i = 0; i < count; ++i) {
        const std::uint64_t y = permutation.forward(i * stride);
        const auto fraction = [n](std::uint64_t x) {
          return static_cast<double>(x) / static_cast<double>(n);
        };
        ++pairs[static_cast<unsigned>(fraction(previous) * 64) * 64 +
                static_cast<unsigned>(fraction(y) * 64)];
        ++distances[static_cast<unsigned>(fraction(y >= previous ? y - previous : y + n - previous) * 1000)];
        previous = y;
      }
      INFO("n " << n << ", stride " << stride);
      // Below only: drawing without replacement is a little more even than independent draws.
      CHECK(chi_square_deviation(pairs) < 4);
      CHECK(chi_square_deviation(distances) < 4);
    }
  }
}

TEST_CASE("over all keys every pair of images is about equally likely") {
  for (const std::uint64_t n : {2ull, 3ull, 7ull, 30ull}) {
    std::vector<int> pairs(n * (n - 1));
    for (std::uint64_t seed = 0; seed < 300 * n * n; ++seed) {
      const Permutation permutation({seed}, 4, n);
      const std::uint64_t first = permutation.forward(0);
      const std::uint64_t second = permutation.forward(1);
      ++pairs[first * (n - 1) + second - (second > first ? 1 : 0)];
    }
    INFO("n " << n);
    CHECK(std::abs(chi_square_deviation(pairs)) < 4);
  }
}

TEST_CASE("keys and streams give different permutations") {
  const Permutation a({1}, 1, 1'000'000);
  const Permutation b({2}, 1, 1'000'000);
  const Permutation c({1}, 2, 1'000'000);
  int equal = 0;
  for (std::uint64_t x = 0; x < 10'000; ++x)
    equal += (a.forward(x) == b.forward(x)) + (a.forward(x) == c.forward(x));
  CHECK(equal < 5);
}

TEST_CASE("a size that no permutation has is refused") {
  CHECK_THROWS_AS(Permutation({1}, 1, 0), std::invalid_argument);
  CHECK_THROWS_AS(Permutation({1}, 1, (1ull << 40) + 1), std::invalid_argument);
}
