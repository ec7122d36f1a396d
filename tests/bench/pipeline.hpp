#pragma once

#include <cstdint>

namespace chatsim::bench {

/// What a benchmark run cost, and a hash of what it computed: a speed-up that changes results is seen.
struct Measurement {
  double seconds = 0;  ///< Of processor time, which other programs on the machine disturb least.
  std::uint64_t events = 0;
  std::uint64_t messages = 0;
  double mean_ms = 0;  ///< Of a message's way through the pipeline.
  std::uint64_t hash = 0;
};

/// The standing benchmark: Poisson messages at 1.16 M/s for one simulated second over 40,000 gateways and 10,000
/// stores of 40 threads each, 70 us between machines. A message is served at a random gateway (exponential, 0.5 ms),
/// goes to three stores in parallel (1 ms) and on with the second answer, reads a random store (0.2 ms) and is
/// served at another gateway (0.5 ms). Its mean is 2.3833 ms by theory. `scale` divides machines and rate alike.
Measurement run_pipeline(unsigned scale);

}  // namespace chatsim::bench
