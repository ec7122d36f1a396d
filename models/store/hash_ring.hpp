#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "models/service/spread.hpp"
#include "models/store/bounded_loads.hpp"
#include "sim/kernel/huge_pages.hpp"
#include "sim/kernel/random/random.hpp"

namespace chatsim::models {

/// Where on a ring a row lies: the upper half of its key in the table (Store::Shard).
constexpr std::uint32_t position_of_row(std::uint64_t row) { return static_cast<std::uint32_t>(row >> 32); }

/// Consistent hashing (Karger et al., STOC 1997) with virtual nodes: every machine has V points on a ring of 2^32
/// positions. A key belongs to the first point after its position and to the next ones on machines in other failure
/// domains. A machine's share of the keys deviates from the mean by 1 / sqrt(V). What a machine's points are does not
/// depend on which others there are, so that a machine more or less moves its own share of the keys.
class HashRing {
 public:
  struct Options {
    std::uint32_t machines = 1;
    std::uint32_t virtual_nodes = 128;
    std::uint32_t replication = 3;
    sim::RandomKey random{};
    std::uint32_t stream = 0;  ///< Of the points.
    std::uint64_t store = 0;   ///< Tells rings with the same stream apart.
    double load_bound = 0;     ///< No machine is the first one of more than that times the mean of them; 0: of any share.
    std::function<bool(std::uint32_t machine)> is_member = {};  ///< Others keep their numbers and have no points.
  };
  /// \param domain_of the failure domain of a machine; members must be in at least `replication` different ones.
  HashRing(const Options& options, const std::function<std::uint32_t(std::uint32_t machine)>& domain_of);

  static constexpr unsigned most_replicas = 8;
  using Replicas = std::array<std::uint32_t, most_replicas>;

  /// Where on the ring a key lies.
  static std::uint32_t position_of(std::uint64_t key) { return static_cast<std::uint32_t>(spread(key) >> 32); }

  /// The machines (0 to machines - 1) that hold a key, the first one first: `replication` of them.
  Replicas replicas(std::uint64_t key) const { return replicas_at(position_of(key)); }
  Replicas replicas_at(std::uint32_t position) const {
    Replicas found;
    std::size_t slot = owner(position);
    found[0] = machine_at(slot);
    for (std::uint32_t count = 1; count < replication_;) {
      slot = after(slot);
      found[count] = machine_at(slot);
      count += is_elsewhere(found.data(), count);
    }
    return found;
  }
  /// The same for any number of machines, as many as there is room for; not more than there are failure domains.
  void replicas(std::uint64_t key, std::span<std::uint32_t> found) const;
  /// Goes along the ring from a position, over so many points at most, until a machine is accepted; some come more than
  /// once.
  template <class Accept>
  std::optional<std::uint32_t> find_along(std::uint32_t position, std::uint32_t points, Accept accept) const {
    for (std::size_t slot = owner(position); points > 0; slot = after(slot), --points) {
      if (const std::uint32_t machine = machine_at(slot); accept(machine)) return machine;
    }
    return std::nullopt;
  }
  /// The failure domain of a machine.
  std::uint32_t domain(std::uint32_t machine) const { return domain_[machine]; }
  std::uint32_t first_replica(std::uint64_t key) const { return machine_at(owner(position_of(key))); }
  std::uint32_t replication() const { return replication_; }
  /// That have numbers, members or not.
  std::uint32_t machines() const { return static_cast<std::uint32_t>(domain_.size()); }

  /// The memory that replicas() will read, to be fetched ahead.
  const void* hint(std::uint64_t key) const { return hint_at(position_of(key)); }
  const void* hint_at(std::uint32_t position) const { return &slots_[(position >> shift_) * slots_per_bucket]; }

  /// Where ranges begin, in order: all positions from one to the next have the same replicas.
  std::vector<std::uint32_t> boundaries() const;
  /// The share of all keys whose first replica each machine is.
  std::vector<double> shares() const;

 private:
  // The points in order of position, in buckets of one cache line: half a million points have to be found without
  // waiting for memory, so their place follows from the key alone, and a line holds several. A slot is a point's
  // position, in 1/2048 of a bucket and from the beginning of the bucket before, and its machine. What does not fit
  // into its bucket is at the beginning of the next one: so the order is that of the positions everywhere.
  using Slot = std::int32_t;  // Signed, though never below 0: SSE2 compares no others.
  static constexpr unsigned slots_per_bucket = 16;
  static constexpr unsigned fraction_bits = 11;
  static constexpr unsigned machine_bits = 19;
  static constexpr Slot empty = 0x7fffffff;
  static constexpr double most_in_bucket = 12;  // In the mean.

  struct Point {
    std::uint32_t position;
    std::uint32_t machine;
  };
  void fill(const std::vector<Point>& points);
  bool fill(const std::vector<Point>& points, unsigned bits);
  std::vector<Arc> arcs() const;
  void bound(double load_bound, std::uint32_t members);

  std::uint32_t machine_at(std::size_t slot) const {
    return static_cast<std::uint32_t>(slots_[slot]) & ((1U << machine_bits) - 1);
  }
  /// The first slot of a bucket whose point is not before a position; the one behind the bucket if there is none.
  std::size_t not_before(std::size_t bucket, std::uint32_t fractions) const {
    const auto wanted = static_cast<Slot>(fractions << machine_bits);
    const Slot* slots = &slots_[bucket * slots_per_bucket];
    std::int32_t before = 0;  // Without a branch, which would be predicted half of the time.
    for (unsigned i = 0; i < slots_per_bucket; ++i) before += slots[i] < wanted;
    return bucket * slots_per_bucket + static_cast<std::size_t>(before);
  }
  std::size_t owner(std::uint32_t position) const {
    const std::size_t bucket = position >> shift_;
    const std::uint32_t fraction = position >> (shift_ - fraction_bits) & ((1U << fraction_bits) - 1);
    std::size_t slot = not_before(bucket, (1U << fraction_bits) + fraction);
    if (slot == (bucket + 1) * slots_per_bucket) slot = not_before(bucket + 1, fraction);
    return first_from(slot);
  }
  std::size_t after(std::size_t slot) const { return first_from(slot + 1); }
  std::size_t first_from(std::size_t slot) const {
    while (slots_[slot] == empty) {
      slot = (slot / slots_per_bucket + 1) * slots_per_bucket;
      if (slot >= slots_.size() - 1) slot = 0;
    }
    return slot;
  }
  bool is_elsewhere(const std::uint32_t* found, std::uint32_t count) const {
    for (std::uint32_t i = 0; i < count; ++i) {
      if (domain_[found[i]] == domain_[found[count]]) return false;
    }
    return true;
  }

  std::uint32_t replication_;
  std::size_t domains_;
  std::vector<std::uint32_t> domain_;  // By machine.
  unsigned shift_ = 31;                // Of a position: what is left is its bucket.
  sim::HugeVector<Slot> slots_;        // One bucket more than there are, for what does not fit into the last, and an end.
};

}  // namespace chatsim::models
