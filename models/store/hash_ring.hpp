#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "models/service/spread.hpp"
#include "sim/kernel/huge_pages.hpp"
#include "sim/kernel/random/random.hpp"

namespace chatsim::models {

/// Consistent hashing (Karger et al., STOC 1997) with virtual nodes: every machine has V points on a ring of 2^32
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

  static constexpr unsigned most_replicas = 8;
  using Replicas = std::array<std::uint32_t, most_replicas>;

  /// The machines (0 to machines - 1) that hold a key, the first one first: `replication` of them.
  Replicas replicas(std::uint64_t key) const {
    Replicas found;
    const Point* point = owner(key);
    found[0] = point->machine;
    for (std::uint32_t count = 1; count < replication_;) {
      if (++point == end()) point = points_.data();
      found[count] = point->machine;
      count += is_elsewhere(found.data(), count);
    }
    return found;
  }
  /// The same for any number of machines, as many as there is room for; not more than there are failure domains.
  void replicas(std::uint64_t key, std::span<std::uint32_t> found) const;
  std::uint32_t first_replica(std::uint64_t key) const { return owner(key)->machine; }
  std::uint32_t replication() const { return replication_; }

  /// The memory that replicas() will read, to be fetched ahead.
  const void* hint(std::uint64_t key) const { return &points_[first_point_[position_of(key) >> shift_]]; }

  /// The share of all keys whose first replica each machine is.
  std::vector<double> shares() const;

 private:
  // Eight bytes, and replicas found by walking on: half a million points have to stay in the cache.
  struct Point {
    std::uint32_t position;
    std::uint32_t machine;
  };

  static std::uint32_t position_of(std::uint64_t key) { return static_cast<std::uint32_t>(spread(key) >> 32); }
  const Point* end() const { return points_.data() + points_.size(); }
  const Point* owner(std::uint64_t key) const {
    const std::uint32_t position = position_of(key);
    const Point* point = &points_[first_point_[position >> shift_]];
    while (point != end() && point->position < position) ++point;
    return point != end() ? point : points_.data();
  }
  bool is_elsewhere(const std::uint32_t* found, std::uint32_t count) const {
    for (std::uint32_t i = 0; i < count; ++i) {
      if (domain_[found[i]] == domain_[found[count]]) return false;
    }
    return true;
  }

  std::uint32_t replication_;
  std::size_t domains_;
  std::vector<std::uint32_t> domain_;           // By machine.
  unsigned shift_;
  sim::HugeVector<Point> points_;               // In order of position.
  sim::HugeVector<std::uint32_t> first_point_;  // By the leading bits of a position: where to start looking.
};

}  // namespace chatsim::models
