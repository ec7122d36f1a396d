#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "models/store/copysets.hpp"
#include "models/store/hash_ring.hpp"

namespace chatsim::models {

/// Chunks, each on R machines at random: what the other placements are measured by.
struct RandomChunks {
  std::uint32_t machines = 1;
  std::uint32_t replication = 3;
  std::uint64_t chunks = 1;
  sim::RandomKey random{};
  std::uint32_t stream = 0;
};

/// The different sets of machines that hold the same rows, as a placement makes them. What has all its replicas on one
/// set is lost with it.
class MachineSets {
 public:
  explicit MachineSets(const HashRing& ring);
  explicit MachineSets(const Copysets& copysets);
  explicit MachineSets(const RandomChunks& chunks);

  std::uint32_t machines() const { return machines_; }
  std::uint32_t replication() const { return replication_; }
  std::size_t count() const { return shares_.size(); }
  /// In ascending order.
  std::span<const std::uint32_t> set(std::size_t number) const {
    return {&members_[number * replication_], replication_};
  }
  /// Of all rows, those that lie on a set.
  double share(std::size_t number) const { return shares_[number]; }
  /// The sets that a machine is in.
  std::span<const std::uint32_t> of_machine(std::uint32_t machine) const {
    return {of_machines_.data() + begins_[machine], begins_[machine + 1] - begins_[machine]};
  }
  /// Of all rows, those that a machine has a replica of.
  double held(std::uint32_t machine) const;
  /// Machines that hold other replicas of what a machine holds.
  std::uint32_t scatter_width(std::uint32_t machine) const;

 private:
  struct Piece {
    HashRing::Replicas replicas;
    double share;
  };
  MachineSets(std::uint32_t machines, std::uint32_t replication, std::vector<Piece> pieces);
  template <class Placement>
  static std::vector<Piece> pieces_of(const Placement& placement);
  static std::vector<Piece> pieces_of(const RandomChunks& chunks);

  std::uint32_t machines_, replication_;
  std::vector<std::uint32_t> members_;      // Set after set.
  std::vector<double> shares_;              // By set.
  std::vector<std::uint32_t> of_machines_;  // Machine after machine: its sets.
  std::vector<std::size_t> begins_;         // Of a machine's there.
};

}  // namespace chatsim::models
