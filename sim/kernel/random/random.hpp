#pragma once

#include <Random123/philox.h>

#include <cstdint>

namespace chatsim::sim {

/// Seed of all random streams of a run.
struct RandomKey {
  std::uint64_t seed = 0;
};

/// The middle of one of 2^52 (or 2^32) equal cells of (0, 1): never 0 and never 1.
inline double uniform_from(std::uint64_t bits) { return (static_cast<double>(bits >> 12) + 0.5) * 0x1p-52; }
inline double uniform_from(std::uint32_t bits) { return (static_cast<double>(bits) + 0.5) * 0x1p-32; }

/// 128 random bits that are a pure function of (seed, stream, id, step): nothing is stored, nobody's draws
/// depend on who drew before, and fleets of different sizes see the same numbers. A stream is a purpose
/// (arrivals, service times, ...), an id what it is about (a message, a user), a step the use within that
/// (hop and attempt). Philox4x32-10 of Salmon et al., "Parallel random numbers: as easy as 1, 2, 3" (SC
/// 2011): the seed is its key and the rest its 128-bit counter, so that two different addresses never give
/// the same block by construction.
class Draw {
 public:
  Draw(RandomKey key, std::uint32_t stream, std::uint64_t id, std::uint32_t step = 0) {
    const philox4x32_ctr_t counter{
        {static_cast<std::uint32_t>(id), static_cast<std::uint32_t>(id >> 32), step, stream}};
    const philox4x32_key_t philox_key{
        {static_cast<std::uint32_t>(key.seed), static_cast<std::uint32_t>(key.seed >> 32)}};
    const philox4x32_ctr_t block = philox4x32_R(10, counter, philox_key);
    low_ = block.v[0] | static_cast<std::uint64_t>(block.v[1]) << 32;
    high_ = block.v[2] | static_cast<std::uint64_t>(block.v[3]) << 32;
  }

  /// i in 0..3.
  std::uint32_t bits32(unsigned i) const { return static_cast<std::uint32_t>(bits64(i / 2) >> (i % 2 * 32)); }
  /// i in 0..1; the first shares its bits with bits32(0) and (1), the second with (2) and (3).
  std::uint64_t bits64(unsigned i) const { return i == 0 ? low_ : high_; }
  /// In (0, 1), never 0 or 1, from bits32(i): at least 2^-33, which is fine for a choice but cuts off tails.
  double uniform(unsigned i) const { return uniform_from(bits32(i)); }
  /// In (0, 1), never 0 or 1, from bits64(i).
  double uniform64(unsigned i) const { return uniform_from(bits64(i)); }
  /// Uniform in [0, n) from bits64(i); n > 0. The bias is below n / 2^64.
  std::uint64_t below(std::uint64_t n, unsigned i) const {
    __extension__ using Wide = unsigned __int128;
    return static_cast<std::uint64_t>(static_cast<Wide>(bits64(i)) * n >> 64);
  }

 private:
  // Two words instead of Random123's array of four: g++ keeps them in registers.
  std::uint64_t low_;
  std::uint64_t high_;
};

/// A step from a hop and an attempt, for requests that are retried.
constexpr std::uint32_t step_of(std::uint16_t hop, std::uint16_t attempt) {
  return static_cast<std::uint32_t>(hop) << 16 | attempt;
}

/// The draws of one (stream, id) in sequence, for consumers that need many; a standard uniform random bit
/// generator. It has the steps from 0 on for itself, so nobody else may draw from the same stream and id.
class DrawSequence {
 public:
  using result_type = std::uint64_t;
  static constexpr result_type min() { return 0; }
  static constexpr result_type max() { return ~result_type{0}; }

  DrawSequence(RandomKey key, std::uint32_t stream, std::uint64_t id = 0)
      : key_(key), id_(id), stream_(stream), current_(key, stream, id) {}

  std::uint64_t operator()() {
    if (!half_used_) {
      half_used_ = true;
      return current_.bits64(0);
    }
    const std::uint64_t bits = current_.bits64(1);
    half_used_ = false;
    // After 2^32 blocks the stream moves on to an id that small ids never reach, instead of repeating itself.
    if (++step_ == 0) id_ += std::uint64_t{1} << 40;
    current_ = Draw(key_, stream_, id_, step_);
    return bits;
  }
  /// In (0, 1), never 0 or 1.
  double uniform() { return uniform_from((*this)()); }

 private:
  RandomKey key_;
  std::uint64_t id_;
  std::uint32_t stream_;
  std::uint32_t step_ = 0;
  Draw current_;
  bool half_used_ = false;
};

}  // namespace chatsim::sim
