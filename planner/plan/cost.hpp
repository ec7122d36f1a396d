#pragma once

#include <string>
#include <vector>

#include "planner/plan/sizing.hpp"

namespace chatsim::planner {

/// What a fleet costs in US dollars a month of 730 hours, by the scenario's prices, at the mean load: that is what is
/// paid for traffic and power over a year.
struct TierCost {
  std::string name;
  int machines = 0;
  double machines_usd = 0;  ///< Cores and memory.
  double disks_usd = 0;
  double power_usd = 0;
  double watts = 0;  ///< Of all machines of the tier, the building's share included.
  double total() const { return machines_usd + disks_usd + power_usd; }
};

struct Cost {
  std::vector<TierCost> tiers;
  double egress_bytes_per_month = 0;
  double egress_usd = 0;
  double total() const;
  double watts() const;
};

/// Of so many machines a tier, in the order of the stations.
Cost cost(const spec::Scenario& scenario, const std::vector<Station>& at_mean, const std::vector<int>& machines);

}  // namespace chatsim::planner
