#pragma once

#include <cstdint>
#include <ctime>
#include <nlohmann/json.hpp>
#include <string>

namespace chatsim::bench {

/// What a benchmark found, in the order in which it is shown; names of figures end in their unit. Times are
/// processor time unless they say `wall`: other programs on the machine disturb it least. A `hash` depends on
/// what was computed and on nothing else, so that a speed-up that changes results is seen.
///
/// Where they make sense all have events_per_s, ns_per_event, messages_per_s and `machines`; bytes_per_machine and
/// peak_rss_bytes are added by whoever runs it.
using Row = nlohmann::ordered_json;

// Each needs a process of its own: SimGrid's engine is one per process, and peak memory is.

/// The event queue alone, under the hold model: one event is taken, one is put back at now + a random delay,
/// so that as many stay pending. Delays are exponential; bimodal ones are a tenth as long, or in one case of
/// ten 9.1 times as long. Their mean follows the number pending, so that the rate is always 60 million events
/// a simulated second.
Row measure_event_queue(std::uint64_t pending);

/// The bare kernel: so many coroutines that only sleep (see kernel.cpp).
Row measure_kernel(std::uint64_t coroutines);

/// The pipeline of pipeline_draws.hpp as a plain event loop, without the kernel and without any library: the yardstick
/// (see bare_loop.cpp).
Row measure_bare_loop(std::uint64_t machines);

/// The same loop cut into two partitions of machines, a thread each, that exchange messages at the ends of windows of so many
/// us; against the loop in one piece, in the same process (see parallel_loop.cpp). Wall time, of two cores.
template <unsigned window_us>
Row measure_parallel_loop(std::uint64_t machines);

/// The standing benchmark: the same pipeline on the kernel, with SimGrid's platform below (see pipeline.cpp).
Row measure_pipeline(std::uint64_t machines);

/// The whole service on scenarios/chat_2b.yaml after its warm-up; every tier, the datacenter and the population divided or
/// multiplied alike, so that the load of each machine is the same.
Row measure_service(std::uint64_t machines);

/// The service at 5,000 machines under so many percent of its mean rate of messages; who comes and goes stays the same.
Row measure_load(std::uint64_t percent);

/// The service at 5,000 machines with groups of so many members in the mean. Messages are the fewer, so that as many are
/// delivered a second whatever the size: the stores could not keep up with groups of 100 otherwise.
Row measure_group_size(std::uint64_t members);

/// The service while many users log in at once (see login_storm.cpp).
Row measure_login_storm(std::uint64_t machines);

/// Reading a scenario: scenarios/chat_2b.yaml, and so many files that each set everything (see loader.cpp).
Row measure_loading_chat_2b(std::uint64_t times);
Row measure_loader(std::uint64_t files);

/// Building SimGrid's platform for that many hosts.
Row measure_platform(std::uint64_t hosts);

/// Processor time of this process.
inline double processor_s() { return static_cast<double>(std::clock()) / CLOCKS_PER_SEC; }

/// Memory of this process now, in bytes.
std::uint64_t resident_bytes();

/// The rates that all event-driven benchmarks have in common; `seconds` of processor time.
Row rates(std::uint64_t events, double seconds);
Row rates(std::uint64_t events, std::uint64_t messages, double seconds);

/// FNV-1a, word by word.
class Hash {
 public:
  void add(std::uint64_t word) { value_ = (value_ ^ word) * 0x100000001b3; }
  void add(const std::string& text) {
    for (const char character : text) add(static_cast<unsigned char>(character));
  }
  std::uint64_t value() const { return value_; }
  std::string text() const;

 private:
  std::uint64_t value_ = 0xcbf29ce484222325;
};

/// Of many hashes, whatever their order.
class HashSum {
 public:
  void add(const Hash& hash) { value_ += hash.value(); }
  void add(const HashSum& others) { value_ += others.value_; }
  std::string text() const;

 private:
  std::uint64_t value_ = 0;
};

}  // namespace chatsim::bench
