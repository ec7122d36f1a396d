#pragma once

#include <optional>
#include <span>
#include <string>

#include "scenarios/spec/result.hpp"

namespace chatsim::planner {

/// Where a time series has settled, by MSER-5.
struct Truncation {
  std::size_t observations = 0;  ///< To be left out at the beginning; a multiple of 5.
  bool conclusive = false;  ///< Or the minimum is in the second half: the series has perhaps never settled.
};

/// The truncation that leaves the mean of the rest with the smallest marginal standard error: over batches of
/// five observations, the d that minimises sum over i > d of (batch i - mean of these)^2 / (n - d)^2. White,
/// An Effective Truncation Heuristic for Bias Reduction in Simulation Output, SIMULATION 69(6), 1997; White,
/// Cobb and Spratt, WSC 2000. Of equal minima the earliest. Nothing with fewer than ten batches, fifty
/// observations, all finite: too few to see anything in.
std::optional<Truncation> mser_5(std::span<const double> series);

/// How long a scenario takes to settle, beside what it says.
struct Warmup {
  std::optional<spec::Seconds> detected;  ///< Nothing: too few windows, or not settled by half the time.
  spec::Seconds configured;
  bool too_short = false;
  std::string reason;  ///< Of there being no detection, or of its being too short: a sentence.
};

inline constexpr const char* warmup_method =
    "MSER-5 on the windows of acknowledged_per_s, send_to_ack_p99_ms and send_to_deliver_p99_ms, averaged over "
    "replications; the longest of the three";

/// `series` begins with the simulation. On a series without a transient MSER-5 points anywhere in the first part,
/// since some stretch of noise is always the quietest; so `too_short` needs more than a later point: what lies
/// between the configured end and that point must differ from what follows, with 99 % confidence.
Warmup detect_warmup(const spec::TimeSeries& series, spec::Seconds configured);

}  // namespace chatsim::planner
