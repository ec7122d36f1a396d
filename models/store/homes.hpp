#pragma once

#include <optional>
#include <vector>

#include "models/service/context.hpp"
#include "models/store/hash_ring.hpp"
#include "models/store/ranges.hpp"
#include "scenarios/spec/stores.hpp"

namespace chatsim::models {

/// Rows that live in the region of whom they belong to: a ring for each region over its machines. Which region that is the
/// last bits of a row's place on the ring say, so that a row's key tells all of its replicas, there and in the regions that
/// have copies of it.
class Homes {
 public:
  /// \param first machine of the store's tier.
  Homes(Context& context, const spec::Store& store, std::uint32_t number, sim::MachineIndex first);

  static constexpr std::uint32_t region_bits = 7;
  static constexpr std::uint64_t region_mask = ((std::uint64_t{1} << region_bits) - 1) << 32;
  static std::uint64_t with_region(std::uint64_t row, std::uint32_t region) {
    return (row & ~region_mask) | std::uint64_t{region} << 32;
  }
  static std::uint32_t region_of(std::uint64_t row) { return static_cast<std::uint32_t>((row & region_mask) >> 32); }

  // As a placement of rows: a position tells the region, as the upper half of a row's key.
  HashRing::Replicas replicas_at(std::uint32_t position) const { return replicas(std::uint64_t{position} << 32); }
  const void* hint_at(std::uint32_t position) const { return rings_[0].hint_at(position); }
  std::uint32_t replication() const { return rings_[0].replication(); }
  /// That have numbers.
  std::uint32_t machines() const { return machines_count_; }
  std::uint32_t domain(std::uint32_t machine) const { return domain_[machine]; }
  template <class Accept>
  std::optional<std::uint32_t> find_along(std::uint32_t position, std::uint32_t most, Accept accept) const {
    const std::uint32_t region = region_of(std::uint64_t{position} << 32);
    const auto found = rings_[region].find_along(position, most, [&](std::uint32_t number) {
      return accept(machines_.number(region, number));
    });
    if (!found) return std::nullopt;
    return machines_.number(region, *found);
  }
  /// What has the same replicas, region after region, by its share of all rows.
  std::vector<Range> ranges() const;

  std::uint32_t regions() const { return machines_.regions(); }
  const MachinesByRegion& by_region() const { return machines_; }
  /// A row's replicas in a region, as numbers in the store's tier.
  HashRing::Replicas replicas_in(std::uint32_t region, std::uint64_t row) const {
    HashRing::Replicas found = rings_[region].replicas_at(position_of_row(row));
    for (std::uint32_t i = 0; i < rings_[region].replication(); ++i) found[i] = machines_.number(region, found[i]);
    return found;
  }
  HashRing::Replicas replicas(std::uint64_t row) const { return replicas_in(region_of(row), row); }

 private:
  MachinesByRegion machines_;
  std::uint32_t machines_count_;
  std::vector<HashRing> rings_;
  std::vector<std::uint32_t> domain_;  // By machine.
  std::vector<double> shares_;         // Of all rows, by region: as users are.
};

}  // namespace chatsim::models
