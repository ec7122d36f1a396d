#pragma once

#include <cmath>
#include <cstdint>
#include <stdexcept>
#include <string>

#include "sim/kernel/random/random.hpp"

namespace chatsim::sim {

/// A keyed permutation of [0, n) that can be inverted and stores nothing: who is in which group, who is how
/// popular. A Feistel network over an a x b grid with a, b about sqrt(n) (Black and Rogaway, "Ciphers with
/// arbitrary finite domains", 2002, the generalised Feistel cipher): x = left * b + right, and each round
/// adds a pseudorandom function of one coordinate to the other. The grid has at most a - 1 cells too many;
/// who lands there walks on until inside. Good enough to shuffle, not for secrets.
class Permutation {
 public:
  static constexpr std::uint64_t size_max = std::uint64_t{1} << 40;

  /// Different streams give independent permutations. Throws std::invalid_argument unless 1 <= n <= size_max.
  Permutation(RandomKey key, std::uint32_t stream, std::uint64_t n) : size_(n) {
    if (n < 1 || n > size_max)
      throw std::invalid_argument("Permutation: size " + std::to_string(n) + " is not from 1 to 2^40");
    left_size_ = static_cast<std::uint64_t>(std::ceil(std::sqrt(static_cast<double>(n))));
    if (left_size_ < 2) left_size_ = 2;
    right_size_ = (n + left_size_ - 1) / left_size_;
    if (right_size_ < 2) right_size_ = 2;
    reciprocal_ = ~std::uint64_t{0} / right_size_ + 1;
    // Four rounds leave a small grid visibly uneven (pairs of images over all keys); there, twice as many are
    // cheap.
    round_count_ = n < 65536 ? round_count_max : 4;
    DrawSequence draws(key, stream);
    for (Round& round : rounds_) round = {draws(), draws() | 1};
  }

  std::uint64_t size() const { return size_; }

  /// x < size().
  std::uint64_t forward(std::uint64_t x) const {
    do {
      auto [left, right] = split(x);
      for (unsigned i = 0; i < round_count_; i += 2) {
        left = add(left, offset(rounds_[i], right, left_size_), left_size_);
        right = add(right, offset(rounds_[i + 1], left, right_size_), right_size_);
      }
      x = left * right_size_ + right;
    } while (x >= size_);
    return x;
  }

  /// inverse(forward(x)) == x.
  std::uint64_t inverse(std::uint64_t y) const {
    do {
      auto [left, right] = split(y);
      for (unsigned i = round_count_; i > 0; i -= 2) {
        right = subtract(right, offset(rounds_[i - 1], left, right_size_), right_size_);
        left = subtract(left, offset(rounds_[i - 2], right, left_size_), left_size_);
      }
      y = left * right_size_ + right;
    } while (y >= size_);
    return y;
  }

 private:
  __extension__ using Wide = unsigned __int128;

  struct Round {
    std::uint64_t added;
    std::uint64_t factor;
  };
  struct Cell {
    std::uint64_t left;
    std::uint64_t right;
  };

  static constexpr unsigned round_count_max = 8;

  static std::uint64_t multiply_high(std::uint64_t a, std::uint64_t b) {
    return static_cast<std::uint64_t>(static_cast<Wide>(a) * b >> 64);
  }

  // reciprocal is 2^64 / right_size rounded up, off by less than right_size <= 2^20; with x <= 2^41 the
  // quotient is exact.
  Cell split(std::uint64_t x) const {
    const std::uint64_t left = multiply_high(x, reciprocal_);
    return {left, x - left * right_size_};
  }

  // A keyed quadratic: with a linear function neighbours would keep their distance through all four rounds.
  // Both halves of the product folded together depend on every bit of the coordinate; scaling by a
  // multiplication needs no division.
  static std::uint64_t offset(const Round& round, std::uint64_t coordinate, std::uint64_t size) {
    const Wide product =
        static_cast<Wide>(coordinate + round.added) * (coordinate * round.factor + round.added);
    return multiply_high(static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64),
                         size);
  }

  // Masks, because g++ turns the conditional form into a branch that goes wrong every other time.
  static std::uint64_t add(std::uint64_t a, std::uint64_t b, std::uint64_t modulus) {
    const std::uint64_t sum = a + b;
    return sum - (modulus & -static_cast<std::uint64_t>(sum >= modulus));
  }
  static std::uint64_t subtract(std::uint64_t a, std::uint64_t b, std::uint64_t modulus) {
    return a - b + (modulus & -static_cast<std::uint64_t>(a < b));
  }

  std::uint64_t size_;
  std::uint64_t left_size_;
  std::uint64_t right_size_;
  std::uint64_t reciprocal_;
  unsigned round_count_;
  Round rounds_[round_count_max];
};

}  // namespace chatsim::sim
