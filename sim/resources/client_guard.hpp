#pragma once

#include <cstdint>
#include <vector>

#include "sim/kernel/time.hpp"

namespace chatsim::sim {

/// What keeps callers away from a tier that fails them, for each machine and each tier that it calls: a bulkhead bounds
/// the calls that are under way, a circuit breaker stops them for a while once too many have failed (Nygard, "Release
/// it!", 2007).
class ClientGuard {
 public:
  static constexpr std::uint32_t window_max = 64;

  struct Options {
    std::uint32_t calls = 0;    ///< Under way at most; 0: any number.
    double failures = 0;        ///< Share of failures at which a breaker opens; 0: never.
    std::uint32_t window = 20;  ///< Of so many calls, the last ones; at most window_max.
    Duration open_for = std::chrono::seconds{5};
  };
  ClientGuard(const Options& options, std::uint32_t machines, std::uint32_t tiers);

  enum class Verdict : std::uint8_t { go, full, open };
  /// Whether one more call may be sent; if so, it is under way until ended() is called.
  Verdict ask(std::uint32_t client, std::uint32_t tier, Time now);
  /// \returns whether that opened the breaker.
  bool ended(std::uint32_t client, std::uint32_t tier, bool failed, Time now);

 private:
  enum State : std::uint8_t { closed, open, probing };
  struct Circuit {
    std::uint64_t failed = 0;  ///< A bit a call, the last one lowest.
    Time open_until{};
    std::uint32_t under_way = 0;
    std::uint8_t seen = 0;  ///< Calls in the window.
    State state = closed;
  };
  Circuit& circuit(std::uint32_t client, std::uint32_t tier) {
    return circuits_[std::size_t{client} * tiers_ + tier];
  }

  Options options_;
  std::uint32_t tiers_;
  std::vector<Circuit> circuits_;
};

}  // namespace chatsim::sim
