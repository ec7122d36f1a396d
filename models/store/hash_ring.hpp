#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "sim/kernel/random/random.hpp"

namespace chatsim::models {

/// Spreads keys that may be sequential: the finaliser of SplitMix64 (Steele, Lea, Flood, OOPSLA 2014), a bijection.
constexpr std::uint64_t spread(std::uint64_t key) {
  key += 0x9e3779b97f4a7c15;
  key = (key ^ (key >> 30)) * 0xbf58476d1ce4e5b9;
  key = (key ^ (key >> 27)) * 0x94d049bb133111eb;
  return key ^ (key >> 31);
}

/// Consistent hashing (Karger et al., STOC 1997) with virtual nodes: every machine has V points on a ring of 2^64
/// positions. A key belongs to the first point after its position and to the next ones on machines in other failure
/// domains. A machine's share of the keys deviates from the mean by 1 / sqrt(V).
class HashRing {
 public:
  struct Options {
    std::uint32_t machines = 1;
    std::uint32_t virtual_nodes = 128;
    std::uint32_t replication = 3;
    sim::RandomKey random{};
    std::uint32_t stream = 0;  ///< Of the points.
    std::uint64_t store = 0;   ///< Tells rings with the same stream apart.
  };
  /// \param domain_of the failure domain of a machine; at least `replication` different ones must exist.
  HashRing(const Options& options, const std::function<std::uint32_t(std::uint32_t machine)>& domain_of);

  /// The machines (0 to machines - 1) that hold a key, the first one first: `replication` of them.
  std::span<const std::uint32_t> replicas(std::uint64_t key) const {
    const std::uint64_t position = spread(key);
    std::uint32_t point = first_point_[position >> shift_];
    while (point < points_.size() && points_[point] < position) ++point;
    if (point == points_.size()) point = 0;
    return {&replicas_[std::size_t{point} * replication_], replication_};
  }

  /// The share of all keys whose first replica each machine is.
  std::vector<double> shares() const;

 private:
  std::uint32_t replication_;
  unsigned shift_;
  std::vector<std::uint64_t> points_;       // Sorted positions.
  std::vector<std::uint32_t> replicas_;     // By point.
  std::vector<std::uint32_t> first_point_;  // By the leading bits of a position: where to start looking.
  std::uint32_t machines_;
};

}  // namespace chatsim::models
