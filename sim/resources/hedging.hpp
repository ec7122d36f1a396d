#pragma once

#include <algorithm>
#include <cstdint>

#include "sim/kernel/time.hpp"

namespace chatsim::sim {

/// A request that has no answer for a while is sent to somebody else too, and the first answer counts: Dean and
/// Barroso, "The tail at scale" (CACM 56(2), 2013).
struct HedgeOptions {
  Duration after{};  ///< More than 0.
  /// As soon as as many as are needed have begun to be served, those that still wait in a queue when the news comes,
  /// one latency later, are skipped when their turn comes.
  bool tied = false;
  double most = 1;  ///< Share of the calls that may be hedged.
};

/// Which calls of a kind are hedged: a token bucket.
class Hedging {
 public:
  /// Hedges in a row, after a quiet time. A burst is a hundred thousandth of an hour's calls or less.
  static constexpr double tokens_max = 10;

  explicit Hedging(const HedgeOptions& options) : options_(options) {}

  const HedgeOptions& options() const { return options_; }
  void note_call() { tokens_ = std::min(tokens_max, tokens_ + options_.most); }
  /// \returns whether one more may be hedged, and counts it.
  bool take() {
    // A share like 0.1 has no exact sum.
    constexpr double rounding = 1e-9;
    if (tokens_ < 1 - rounding) return false;
    --tokens_;
    return true;
  }

 private:
  HedgeOptions options_;
  double tokens_ = 0;
};

}  // namespace chatsim::sim
