#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>

namespace chatsim::sim {

/// Logarithm, exponential and inverse normal of random bits for the hot path: table and short polynomial, no
/// branch. Errors: 1e-12 absolute for the logarithm, 1e-12 relative for the exponential, 1e-9 absolute for
/// the normal.

struct FastMathTables {
  struct Logarithm {
    double reciprocal;
    double value;
  };
  static constexpr int logarithm_bits = 7;
  static constexpr int exponential_bits = 6;
  static constexpr int normal_bits = 3;  ///< Segments of each octave of the tail probability.
  static constexpr int normal_degree = 5;

  FastMathTables();

  std::array<Logarithm, 1 << logarithm_bits> logarithm;   ///< At the middle of each segment of [1, 2).
  std::array<double, 1 << exponential_bits> exponential;  ///< 2^(i / size).
  std::array<std::array<double, normal_degree + 1>, 64 << normal_bits> normal;
};

/// Built before main; a Sampler must not draw during static initialisation.
extern const FastMathTables fast_math_tables;

/// A number in [1, 2) whose fraction is the bits below the leading one of `bits` (not 0).
inline double mantissa_of(std::uint64_t bits, int leading_zeros) {
  const std::uint64_t fraction = bits << leading_zeros << 1 >> 12;
  return std::bit_cast<double>(fraction | std::uint64_t{0x3ff} << 52);
}

/// -ln(bits / 2^64): from 0 to 44.4; bits 0 counts as 1.
inline double negative_log(std::uint64_t bits) {
  constexpr double ln2 = 0.693147180559945309417;
  bits |= static_cast<std::uint64_t>(bits == 0);
  const int leading_zeros = std::countl_zero(bits);
  const auto& entry =
      fast_math_tables.logarithm[bits << leading_zeros << 1 >> (64 - FastMathTables::logarithm_bits)];
  const double r = mantissa_of(bits, leading_zeros) * entry.reciprocal - 1;
  const double log1p = r + r * r * (-0.5 + r * (1.0 / 3 - 0.25 * r));
  return std::max(0.0, (leading_zeros + 1) * ln2 - entry.value - log1p);
}

/// e^x, for x cut to -700..700.
inline double fast_exp(double x) {
  constexpr double steps = 1 << FastMathTables::exponential_bits;
  constexpr double ln2 = 0.693147180559945309417;
  constexpr double shift = 0x1.8p52;  // adding it leaves the nearest integer in the low bits
  x = std::min(700.0, std::max(-700.0, x));
  const double shifted = x * (steps / ln2) + shift;
  const auto k = static_cast<std::int64_t>(std::bit_cast<std::uint64_t>(shifted) << 12) >> 12;
  const double r = x - (shifted - shift) * (ln2 / steps);
  const std::int64_t whole = k >> FastMathTables::exponential_bits;
  const double base =
      fast_math_tables
          .exponential[static_cast<std::uint64_t>(k) & ((1 << FastMathTables::exponential_bits) - 1)];
  const double scaled =
      std::bit_cast<double>(std::bit_cast<std::uint64_t>(base) + (static_cast<std::uint64_t>(whole) << 52));
  return scaled + scaled * r * (1 + r * (0.5 + r * (1.0 / 6 + r * (1.0 / 24))));
}

/// The standard normal quantile of (bits + 1/2) / 2^64, from -9.1 to 9.1, monotone but for its error.
inline double normal_from(std::uint64_t bits) {
  // Folded at the median: both tails keep the full precision of 63 bits.
  const std::uint64_t upper = bits >> 63;
  const std::uint64_t tail = (bits ^ (0 - upper)) | 1;
  const int leading_zeros = std::countl_zero(tail);
  const std::uint64_t fraction = tail << leading_zeros << 1;
  constexpr int bits_of_segment = FastMathTables::normal_bits;
  const auto& c = fast_math_tables.normal[(static_cast<std::uint64_t>(leading_zeros) << bits_of_segment) |
                                          fraction >> (64 - bits_of_segment)];
  // From 0 to 1 within the segment.
  const double x = std::bit_cast<double>(fraction << bits_of_segment >> 12 | std::uint64_t{0x3ff} << 52) - 1;
  const double z = c[0] + x * (c[1] + x * (c[2] + x * (c[3] + x * (c[4] + x * c[5]))));
  return std::bit_cast<double>(std::bit_cast<std::uint64_t>(z) ^ upper << 63);
}

}  // namespace chatsim::sim
