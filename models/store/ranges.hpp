#pragma once

#include <algorithm>
#include <cstdint>
#include <tuple>
#include <vector>

#include "models/store/hash_ring.hpp"

namespace chatsim::models {

/// Positions with the same replicas: from `begin` up to where the next range begins. The last one goes on at 0.
struct Range {
  std::uint32_t begin;
  double share;  ///< Of all positions, exact.
};

/// What lies between places in order, of which there is at least one.
inline std::vector<Range> ranges_between(const std::vector<std::uint32_t>& begins) {
  constexpr double all = 0x1p32;
  std::vector<Range> ranges(begins.size());
  for (std::size_t i = 0; i < begins.size(); ++i) {
    const double end = i + 1 < begins.size() ? begins[i + 1] : begins.front() + all;
    ranges[i] = {begins[i], (end - begins[i]) / all};
  }
  return ranges;
}

/// The places of both, in order, each once.
inline std::vector<std::uint32_t> merged(std::vector<std::uint32_t> begins, const std::vector<std::uint32_t>& more) {
  begins.insert(begins.end(), more.begin(), more.end());
  std::sort(begins.begin(), begins.end());
  begins.erase(std::unique(begins.begin(), begins.end()), begins.end());
  return begins;
}

// A placement below is whatever tells where positions lie: a ring, copysets, the placement of a table.

/// All of a placement's.
template <class Placement>
std::vector<Range> ranges_of(const Placement& placement) {
  if constexpr (requires { placement.ranges(); }) {
    return placement.ranges();
  } else {
    return ranges_between(placement.boundaries());
  }
}

/// Calls visit(range, replicas) for all ranges, in order.
template <class Placement, class Visit>
void for_each_range(const Placement& placement, const Visit& visit) {
  for (const Range& range : ranges_of(placement)) visit(range, placement.replicas_at(range.begin));
}

/// Those whose first replica the machine is, in order.
template <class Placement>
std::vector<Range> ranges_led_by(const Placement& placement, std::uint32_t machine) {
  std::vector<Range> led;
  for_each_range(placement, [&](const Range& range, const HashRing::Replicas& replicas) {
    if (replicas[0] == machine) led.push_back(range);
  });
  return led;
}

/// The share of all positions that each machine holds as any of the N replicas: N together.
template <class Placement>
std::vector<double> held_shares(const Placement& placement) {
  std::vector<double> shares(placement.machines(), 0.0);
  for_each_range(placement, [&](const Range& range, const HashRing::Replicas& replicas) {
    for (std::uint32_t i = 0; i < placement.replication(); ++i) shares[replicas[i]] += range.share;
  });
  return shares;
}

/// What one machine copies from another one when rows are to lie elsewhere.
struct Move {
  std::uint32_t source;  ///< Held the rows before: of those that did, each takes its turn.
  std::uint32_t destination;
  double share;  ///< Of all pairs of a position and a replica.
};

/// In the order of source and destination, one for each pair. Both placements have as many replicas.
template <class Placement>
std::vector<Move> moved(const Placement& before, const Placement& after) {
  const std::uint32_t n = before.replication();
  std::vector<Move> parts;
  for (const Range& range : ranges_between(merged(before.boundaries(), after.boundaries()))) {
    const HashRing::Replicas old = before.replicas_at(range.begin), fresh = after.replicas_at(range.begin);
    for (std::uint32_t i = 0; i < n; ++i) {
      if (std::find(old.begin(), old.begin() + n, fresh[i]) != old.begin() + n) continue;
      parts.push_back({old[(i + parts.size()) % n], fresh[i], range.share / n});
    }
  }
  const auto pair_of = [](const Move& move) { return std::tuple{move.source, move.destination}; };
  std::stable_sort(parts.begin(), parts.end(), [&](const Move& a, const Move& b) { return pair_of(a) < pair_of(b); });
  std::vector<Move> moves;
  for (const Move& part : parts) {
    if (moves.empty() || pair_of(moves.back()) != pair_of(part)) {
      moves.push_back(part);
    } else {
      moves.back().share += part.share;
    }
  }
  return moves;
}

}  // namespace chatsim::models
