#pragma once

#include "sim/kernel/random/fast_math.hpp"
#include "sim/kernel/random/random.hpp"
#include "sim/kernel/time.hpp"

namespace chatsim::bench {

/// The standing pipeline: Poisson messages at 1.16 M/s over 40,000 gateways and 10,000 stores of 40 threads each, 70 us
/// between machines.
///
///     gateway --70 us--> 3 stores --70 us--> second answer --70 us--> store --70 us--> --70 us--> another gateway
///     exp 0.5 ms         exp 1 ms each                                exp 0.2 ms                   exp 0.5 ms
///
/// Mean: 0.5 + (0.14 + 1 x (1/3 + 1/2)) + (0.14 + 0.2) + 0.07 + 0.5 = 2.3833 ms; next to nobody waits. Smaller systems
/// have machines and rate divided alike.
namespace pipeline {

inline constexpr std::uint32_t gateways = 40'000, stores = 10'000, threads = 40;
inline constexpr double messages_per_s = 1.16e6;
inline constexpr double mean_ms = 2.3833;
inline constexpr sim::Duration one_way{70'000};

enum Stream : std::uint32_t { arrival, choice, service };

/// Where a message goes and how long it is served there: functions of its number, so that two ways to simulate the pipeline
/// compute with the same random numbers.
class Draws {
 public:
  Draws(sim::RandomKey key, std::uint64_t message)
      : where_(key, choice, message, 0),
        which_(key, choice, message, 1),
        how_long_(key, service, message, 0),
        how_long_stored_(key, service, message, 1) {}

  std::uint32_t gateway(std::uint32_t of) const { return below(where_.bits32(0), of); }
  std::uint32_t other_gateway(std::uint32_t of) const { return below(where_.bits32(1), of); }
  std::uint32_t replica(unsigned i, std::uint32_t of) const { return below(which_.bits32(i), of); }
  std::uint32_t store_read(std::uint32_t of) const { return below(where_.bits32(2), of); }

  sim::Duration at_gateway() const { return exponential(0.5e-3, how_long_.bits32(0)); }
  sim::Duration at_replica(unsigned i) const { return exponential(1e-3, how_long_stored_.bits32(i)); }
  sim::Duration at_store_read() const { return exponential(0.2e-3, how_long_.bits32(1)); }
  sim::Duration at_other_gateway() const { return exponential(0.5e-3, how_long_.bits32(2)); }

  /// gateway() alone, for less than all draws.
  static std::uint32_t gateway_of(sim::RandomKey key, std::uint64_t message, std::uint32_t of) {
    return below(sim::Draw(key, choice, message, 0).bits32(0), of);
  }

  static sim::Duration until_next(sim::RandomKey key, std::uint64_t message, double mean_gap_s) {
    const double gaps = sim::negative_log(sim::Draw(key, arrival, message).bits64(0));
    return sim::to_duration(spec::Seconds{gaps * mean_gap_s});
  }

 private:
  static std::uint32_t below(std::uint32_t bits, std::uint32_t n) {
    return static_cast<std::uint32_t>(std::uint64_t{bits} * n >> 32);
  }
  // By the kernel's own logarithm: that of the C library may differ in its last bit from one processor to the
  // next.
  static sim::Duration exponential(double mean_s, std::uint32_t bits) {
    const std::uint64_t middle_of_cell = std::uint64_t{bits} << 32 | std::uint64_t{1} << 31;
    return sim::to_duration(spec::Seconds{sim::negative_log(middle_of_cell) * mean_s});
  }

  sim::Draw where_, which_, how_long_, how_long_stored_;
};

}  // namespace pipeline

}  // namespace chatsim::bench
