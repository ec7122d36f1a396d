#pragma once

#include <cstdint>
#include <vector>

#include "scenarios/spec/units.hpp"
#include "sim/kernel/time.hpp"

namespace chatsim::models {

/// How many logins a gateway takes: a token bucket that holds those of one second, as the instant when it will be full
/// again (the generic cell rate algorithm, ITU-T I.371).
class Admission {
 public:
  /// \param rate of one gateway; 0 is unlimited.
  Admission(spec::PerSecond rate, std::uint32_t gateways);

  /// Another rate from now on; with full buckets if there was none.
  void reconfigure(spec::PerSecond rate);

  /// \returns false if the bucket is empty. Instants must not decrease from call to call.
  bool try_admit(std::uint32_t gateway, sim::Time now) {
    if (full_at_.empty()) [[likely]] return true;
    return try_take(gateway, now);
  }

 private:
  bool try_take(std::uint32_t gateway, sim::Time now);

  std::uint32_t gateways_;
  sim::Duration interval_{};       // Between two tokens.
  std::vector<sim::Time> full_at_;  // By gateway; none if unlimited.
};

}  // namespace chatsim::models
