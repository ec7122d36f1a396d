#include "sim/kernel/event_queue.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "sim/kernel/random/fast_math.hpp"
#include "tests/bench/benchmark.hpp"

namespace chatsim::bench {

namespace {

constexpr double events_per_ns = 0.06;
constexpr unsigned class_bits = 2;

/// Delays in nanoseconds, drawn beforehand: the queue is to be measured, not the logarithm.
using Delays = std::array<std::uint64_t, 4096>;

class Hold {
 public:
  Hold(const Delays& delays, std::uint64_t pending) : delays_(delays) {
    for (std::uint64_t i = 0; i < pending; ++i) push();
  }

  void turn(std::uint64_t times) {
    for (std::uint64_t i = 0; i < times; ++i) {
      sim::EventQueue::Entry entry{};
      queue_.pop(~std::uint64_t{0}, entry);
      now_ = entry.key >> class_bits;
      hash_.add(now_ ^ entry.handle.block);
      push();
    }
  }

  const Hash& hash() const { return hash_; }

 private:
  void push() {
    // A linear congruential generator (Knuth's MMIX) chooses well enough among the delays, and costs a
    // nanosecond.
    random_ = random_ * 6364136223846793005 + 1442695040888963407;
    queue_.push((now_ + delays_[random_ >> 52]) << class_bits,
                {static_cast<std::uint32_t>(random_ >> 32), 0});
  }

  const Delays& delays_;
  sim::EventQueue queue_;
  std::uint64_t now_ = 0;
  std::uint64_t random_ = 1;
  Hash hash_;
};

/// Of mean 1 / rate for the pending events, `scale` times that in every `every`-th case, at equal distances
/// of the cumulative probability.
Delays delays(std::uint64_t pending, std::uint64_t every, double scale, double otherwise) {
  Delays delays;
  for (std::uint64_t i = 0; i < delays.size(); ++i) {
    const std::uint64_t probability = (2 * i + 1) << 51;  // (i + 1/2) / 4096 of 2^64
    const double mean_ns =
        static_cast<double>(pending) / events_per_ns * (i % every == 0 ? scale : otherwise);
    delays[i] = static_cast<std::uint64_t>(mean_ns * sim::negative_log(probability) + 0.5);
  }
  return delays;
}

double ns_per_event(const Delays& delays, std::uint64_t pending, Hash& hash) {
  const std::uint64_t turns = std::max<std::uint64_t>(3'000'000, pending);
  Hold hold(delays, pending);
  hold.turn(std::max<std::uint64_t>(200'000, pending));  // Until the widths of the buckets fit.
  const double begin = processor_s();
  hold.turn(turns);
  const double took = processor_s() - begin;
  hash = hold.hash();
  return took * 1e9 / static_cast<double>(turns);
}

}  // namespace

Row measure_event_queue(std::uint64_t pending) {
  Hash exponential, bimodal;
  const double exponential_ns = ns_per_event(delays(pending, 1, 1, 1), pending, exponential);
  const double bimodal_ns = ns_per_event(delays(pending, 10, 9.1, 0.1), pending, bimodal);
  return {{"pending", pending},
          {"events_per_s", 1e9 / exponential_ns},
          {"ns_per_event", exponential_ns},
          {"ns_per_event_bimodal", bimodal_ns},
          {"hash", exponential.text() + bimodal.text()}};
}

}  // namespace chatsim::bench
