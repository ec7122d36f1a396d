#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "sim/resources/fleet.hpp"

namespace chatsim::models {

/// The regions of the datacenter as services see them: where a machine is, and how often one region had to ask another
/// because none of its own machines were believed to be up.
class Regions {
 public:
  Regions(const sim::Fleet& fleet, std::uint32_t count) : fleet_(fleet), failovers_(count, 0) {}

  std::uint32_t count() const { return static_cast<std::uint32_t>(failovers_.size()); }
  bool one() const { return failovers_.size() == 1; }
  std::uint32_t of(sim::MachineIndex machine) const { return fleet_.region(machine); }

  void note_failover(std::uint32_t region) { ++failovers_[region]; }
  std::uint64_t failovers(std::uint32_t region) const { return failovers_[region]; }
  void begin_measuring() { std::fill(failovers_.begin(), failovers_.end(), 0); }

 private:
  const sim::Fleet& fleet_;
  std::vector<std::uint64_t> failovers_;  // By the region that asked.
};

/// The machines of a tier by region: every so many-th machine, since a fleet strews a tier over the regions one machine
/// after the other.
class MachinesByRegion {
 public:
  MachinesByRegion(const Regions& regions, sim::MachineIndex first, std::uint32_t machines)
      : step_(regions.count()), machines_(machines), first_of_(step_, machines) {
    for (std::uint32_t number = 0; number < machines; ++number) {
      const std::uint32_t region = regions.of(first + number);
      if (first_of_[region] == machines) first_of_[region] = number;
      CHATSIM_CHECK((number - first_of_[region]) % step_ == 0, "machine {} of a tier is in region {}, like number {}", number,
                    region, first_of_[region]);
    }
  }

  std::uint32_t regions() const { return step_; }
  std::uint32_t size(std::uint32_t region) const {
    return first_of_[region] == machines_ ? 0 : (machines_ - first_of_[region] + step_ - 1) / step_;
  }
  /// The number in the tier of the i-th machine of a region.
  std::uint32_t number(std::uint32_t region, std::uint32_t i) const { return first_of_[region] + i * step_; }

 private:
  std::uint32_t step_;
  std::uint32_t machines_;
  std::vector<std::uint32_t> first_of_;
};

}  // namespace chatsim::models
