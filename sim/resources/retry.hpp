#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "scenarios/spec/units.hpp"
#include "sim/kernel/random/random.hpp"
#include "sim/kernel/time.hpp"

namespace chatsim::sim {

/// How long to wait before trying again.
struct RetryPolicy {
  spec::Seconds first{1};  ///< Pause before the first retry.
  double multiplier = 2;   ///< Each further pause over the one before.
  std::optional<spec::Seconds> longest = {};
  /// Full jitter: the pause is uniform between 0 and that, so that those who failed together do not come back together
  /// (Brooker, "Exponential backoff and jitter", AWS architecture blog, 2015).
  bool jitter = false;

  /// \param number of the retry, from 0.
  Duration pause(std::uint32_t number, const Draw& draw) const;
};

/// Retries as a share of first attempts, for each client on its own: a token bucket. So they cannot multiply the load
/// of a tier that fails (Google, "Site reliability engineering", 2016, chapter 21).
class RetryBudget {
 public:
  /// Retries in a row, after a quiet time.
  static constexpr float tokens_max = 10;

  /// Any number of retries.
  RetryBudget() = default;
  /// \param share each first attempt allows so much of a retry.
  RetryBudget(double share, std::uint32_t clients) : share_(static_cast<float>(share)), tokens_(clients, 0) {}

  /// Another share, or none: then any number of retries. What was saved is gone if it is another one.
  void reconfigure(std::optional<double> share, std::uint32_t clients);

  void note_first(std::uint32_t client);
  /// \returns whether one more retry is allowed, and counts it.
  bool take(std::uint32_t client);

  std::uint64_t retries = 0, denied = 0;

 private:
  float share_ = 0;
  std::vector<float> tokens_;  // By client; empty: no limit.
};

}  // namespace chatsim::sim
