#pragma once

#include "scenarios/spec/result.hpp"

namespace chatsim::planner {

struct BlameOptions {
  double faster = 0.2;      ///< By which part of its time a hop is made faster, in (0, 1).
  std::size_t slowest = 10; ///< Exemplars of each latency.
};

/// From the messages that were followed: for each latency and p50, p99 and p99.9 what each hop has to do with it, and what
/// the quantile would be if the hop were faster (Counterfactual), by recalculating every way and taking the quantile anew.
///
/// The share of a hop is that of its time in the ways near the quantile, since the quantile is a message's latency and no
/// sum of quantiles of hops. Near are those whose rank is within a quarter of the distance to the nearer end of all ranks,
/// but at least 25 on each side: of fewer, a share would be chance. Where fewer than 25 are slower, all of them are.
spec::BlameReport blame(const spec::Traces& traces, std::uint64_t seed, const BlameOptions& options = {});

/// Fills in the blame of a result that has traces, of which it keeps only the requests of some messages.
void tell_blame(spec::Result& result, const BlameOptions& options = {});

}  // namespace chatsim::planner
