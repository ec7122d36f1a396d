#pragma once

#include <optional>
#include <variant>

#include "models/store/copysets.hpp"
#include "models/store/hash_ring.hpp"
#include "models/store/homes.hpp"
#include "models/store/ranges.hpp"

namespace chatsim::models {

/// Where the rows of a table lie: on a ring, or on copysets. Both tell by a position, which is the upper half of a
/// row's key.
class RowPlacement {
 public:
  using Replicas = HashRing::Replicas;

  // Either is a placement as it is.
  RowPlacement(HashRing ring) : replication_(ring.replication()), where_(std::move(ring)) {}
  RowPlacement(Homes homes) : replication_(homes.replication()), where_(std::move(homes)) {}
  RowPlacement(Copysets copysets) : replication_(copysets.replication()), where_(std::move(copysets)) {}

  Replicas replicas_at(std::uint32_t position) const {
    if (const HashRing* on = ring()) [[likely]]
      return on->replicas_at(position);
    if (const Homes* in = homes()) return in->replicas_at(position);
    return std::get_if<Copysets>(&where_)->replicas_at(position);
  }
  Replicas replicas(std::uint64_t key) const { return replicas_at(HashRing::position_of(key)); }
  std::uint32_t first_replica(std::uint64_t key) const { return replicas(key)[0]; }
  /// The memory that replicas() will read, to be fetched ahead.
  const void* hint(std::uint64_t key) const {
    if (const HashRing* on = ring()) [[likely]]
      return on->hint(key);
    if (const Homes* in = homes()) return in->hint_at(HashRing::position_of(key));
    return std::get_if<Copysets>(&where_)->hint_at(HashRing::position_of(key));
  }

  std::uint32_t replication() const { return replication_; }
  /// Which replica of a position a machine is; none if it is not.
  std::optional<std::uint32_t> place_of(std::uint32_t position, std::uint32_t machine) const {
    const Replicas all = replicas_at(position);
    for (std::uint32_t i = 0; i < replication_; ++i) {
      if (all[i] == machine) return i;
    }
    return std::nullopt;
  }
  /// The failure domain of a machine.
  std::uint32_t domain(std::uint32_t machine) const {
    return std::visit([machine](const auto& where) { return where.domain(machine); }, where_);
  }
  /// Looks at the machines that come after a position, at most so many, until one is accepted; some come more than once.
  template <class Accept>
  std::optional<std::uint32_t> find_along(std::uint32_t position, std::uint32_t most, Accept accept) const {
    return std::visit([&](const auto& where) { return where.find_along(position, most, accept); }, where_);
  }
  std::uint32_t machines() const {
    return std::visit([](const auto& where) { return where.machines(); }, where_);
  }
  /// Where ranges begin, in order: all positions from one to the next have the same replicas (see ranges.hpp). Not of
  /// homes, whose ranges lie in one another.
  std::vector<std::uint32_t> boundaries() const {
    if (const HashRing* on = ring()) return on->boundaries();
    CHATSIM_CHECK(homes() == nullptr, "boundaries of {} regions", homes()->regions());
    return std::get_if<Copysets>(&where_)->boundaries();
  }
  std::vector<Range> ranges() const {
    return std::visit([](const auto& where) { return ranges_of(where); }, where_);
  }
  /// If rows live in the region of whom they belong to.
  const Homes* homes() const { return std::get_if<Homes>(&where_); }

 private:
  const HashRing* ring() const { return std::get_if<HashRing>(&where_); }

  std::uint32_t replication_;
  std::variant<HashRing, Copysets, Homes> where_;
};

}  // namespace chatsim::models
