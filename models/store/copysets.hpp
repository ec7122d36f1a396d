#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "models/store/hash_ring.hpp"

namespace chatsim::models {

/// Copysets (Cidon et al., ATC 2013): all replicas of a row are on one of few sets of machines, so that machines that
/// are lost at once seldom are all of a set. Rows that lose a machine are restored from the others of its sets, S of
/// them: the scatter width.
///
/// The machines are put in random order and cut into sets of R in different failure domains, ceil(S / (R - 1)) times.
/// The ring of positions has one equal part for each set, which R machines lead in turns: so all machines have the same
/// share, but for the few that fill up the sets of those who were left out by n / R.
class Copysets {
 public:
  struct Options {
    std::uint32_t machines = 1;
    std::uint32_t replication = 3;
    std::uint32_t scatter_width = 4;  ///< All other machines at most.
    sim::RandomKey random{};
    std::uint32_t stream = 0;                                   ///< Of the orders.
    std::uint64_t store = 0;                                    ///< Tells tables with the same stream apart.
    std::function<bool(std::uint32_t machine)> is_member = {};  ///< Others keep their numbers and are in no set.
  };
  /// \param domain_of the failure domain of a machine; members must be in at least `replication` different ones.
  Copysets(const Options& options, const std::function<std::uint32_t(std::uint32_t machine)>& domain_of);

  HashRing::Replicas replicas_at(std::uint32_t position) const {
    const std::uint64_t place = std::uint64_t{position} * count();
    const std::uint32_t* copyset = &sets_[(place >> 32) * replication_];
    auto turn = static_cast<std::uint32_t>((place & 0xffffffff) * replication_ >> 32);
    HashRing::Replicas found;
    for (std::uint32_t i = 0; i < replication_; ++i) {
      found[i] = copyset[turn];
      turn = turn + 1 == replication_ ? 0 : turn + 1;
    }
    return found;
  }
  std::uint32_t replication() const { return replication_; }
  /// That have numbers, members or not.
  std::uint32_t machines() const { return machines_; }
  /// The memory that replicas_at() will read, to be fetched ahead.
  const void* hint_at(std::uint32_t position) const {
    return &sets_[(std::uint64_t{position} * count() >> 32) * replication_];
  }
  /// Where ranges begin, in order: all positions from one to the next have the same replicas.
  std::vector<std::uint32_t> boundaries() const;

  std::uint32_t domain(std::uint32_t machine) const { return domain_[machine]; }
  /// Goes through the sets that follow that of a position, over so many machines at most, until one is accepted.
  template <class Accept>
  std::optional<std::uint32_t> find_along(std::uint32_t position, std::uint32_t most, Accept accept) const {
    const std::size_t first = (std::uint64_t{position} * count() >> 32) * replication_;
    for (std::uint32_t i = 0; i < most; ++i) {
      if (const std::uint32_t machine = sets_[(first + i) % sets_.size()]; accept(machine)) return machine;
    }
    return std::nullopt;
  }

  std::size_t count() const { return sets_.size() / replication_; }
  std::span<const std::uint32_t> copyset(std::size_t i) const { return {&sets_[i * replication_], replication_}; }

 private:
  void cut(const std::vector<std::uint32_t>& order, std::vector<std::uint32_t>& used);
  void add_with_least_used(std::uint32_t machine, const std::vector<std::uint32_t>& order,
                           std::vector<std::uint32_t>& used);

  std::uint32_t machines_, replication_;
  std::vector<std::uint32_t> domain_;  // By machine, from 0 on.
  std::uint32_t domains_ = 0;
  std::vector<std::uint32_t> sets_;  // One after the other.
};

}  // namespace chatsim::models
