#pragma once

#include <cstdint>
#include <ctime>
#include <nlohmann/json.hpp>
#include <string>

namespace chatsim::bench {

/// What a benchmark found, in the order in which it is shown; names of figures end in their unit. Times are
/// processor time unless they say `wall`: other programs on the machine disturb it least. A `hash` depends on
/// what was computed and on nothing else, so that a speed-up that changes results is seen.
using Row = nlohmann::ordered_json;

// Each needs a process of its own: SimGrid's engine is one per process, and peak memory is.

/// The event queue alone, under the hold model: one event is taken, one is put back at now + a random delay,
/// so that as many stay pending. Delays are exponential; bimodal ones are a tenth as long, or in one case of
/// ten 9.1 times as long. Their mean follows the number pending, so that the rate is always 60 million events
/// a simulated second.
Row measure_event_queue(std::uint64_t pending);

/// The standing benchmark: a pipeline on the bare kernel, for one simulated second (see pipeline.cpp).
Row measure_pipeline(std::uint64_t machines);

/// The whole service on scenarios/chat_2b.yaml, every tier and the population divided alike, after its
/// warm-up.
Row measure_service(std::uint64_t machines);

/// Building SimGrid's platform for that many hosts.
Row measure_platform(std::uint64_t hosts);

/// Processor time of this process.
inline double processor_s() { return static_cast<double>(std::clock()) / CLOCKS_PER_SEC; }

/// Memory of this process now, in bytes.
std::uint64_t resident_bytes();

/// FNV-1a, word by word.
class Hash {
 public:
  void add(std::uint64_t word) { value_ = (value_ ^ word) * 0x100000001b3; }
  std::string text() const;

 private:
  std::uint64_t value_ = 0xcbf29ce484222325;
};

}  // namespace chatsim::bench
