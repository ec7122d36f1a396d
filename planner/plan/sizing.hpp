#pragma once

#include <optional>
#include <string>
#include <vector>

#include "planner/plan/station.hpp"
#include "planner/plan/ways.hpp"

namespace chatsim::planner {

/// What a tier's machines can run out of.
enum class Resource { threads, cores, connections, memory, storage_bytes, storage_operations, network, latency };
std::string_view resource_name(Resource resource);

/// How many machines one resource asks for, and how much of it the scenario's machines would use at the peak.
struct Constraint {
  Resource resource = Resource::threads;
  int machines = 0;
  double used = 0;     ///< Of what the tier's machines have of it, at the peak; above 1 is not enough.
  double allowed = 1;  ///< Of that, what a plan may use.
  double headroom() const { return used > 0 ? allowed / used - 1 : 1e9; }
};

struct TierSize {
  std::string name;
  int machines = 0;          ///< Of the scenario.
  int at_mean = 0, at_peak = 0;
  int with_spares = 0;       ///< At the peak, with the largest failure domain that is to be survived down.
  Resource binding = Resource::threads;
  std::vector<Constraint> constraints;  ///< The one that binds first.
};

/// A budget that no number of machines would hold, since the hops without any waiting take longer.
struct OutOfReach {
  std::string way;
  spec::Seconds budget, at_best;
};

struct Fleet {
  std::vector<TierSize> tiers;
  std::vector<OutOfReach> out_of_reach;
  int machines_at_mean() const;
  int machines_at_peak() const;
  int machines_with_spares() const;
};

/// The machines that hold the scenario's planning budgets at the mean load and at the peak.
Fleet size_fleet(const spec::Scenario& scenario);

/// The scenario at another load than its own.
spec::Scenario at_load(const spec::Scenario& scenario, double load_factor);
std::vector<Station> stations(const spec::Scenario& scenario);

/// The smallest number of machines of this tier that may serve its load: stable, and within the utilisation allowed.
int machines_for(const Station& station, double utilisation);

/// Machines that must be bought so that `needed` are up while the largest of `domains` even ones is down.
int with_spares(int needed, int domains);

}  // namespace chatsim::planner
