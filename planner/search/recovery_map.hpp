#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "scenarios/spec/result.hpp"

namespace chatsim::planner {

/// What becomes of a service after a trigger is gone.
enum class Fate {
  recovers,
  stays_down,  ///< A metastable failure (Bronson et al., HotOS 2021): what the trigger left behind keeps itself up.
  open,        ///< Some runs recover and some do not.
};
const char* name_of(Fate fate);

/// Of runs with faults: recovers if after each incident queues and failures were as before, for good.
Fate fate_of(const std::vector<const spec::Result*>& results);

/// Loads, triggers by size, and variants (of a retry budget, say) that a map is about.
struct MapPlan {
  std::vector<double> loads;  ///< Ascending, above 0.
  std::size_t triggers = 1;   ///< In the order of their size, the smallest first.
  std::size_t variants = 1;
  double precision = 0.02;    ///< Of a boundary, the higher load over the lower, less 1.
};

/// Up to which load a service recovers from a trigger.
struct MapBoundary {
  std::size_t trigger = 0, variant = 0;
  std::optional<double> recovers_at;    ///< The largest load that was seen, or follows, to recover.
  std::optional<double> stays_down_at;  ///< The smallest that does not.

  Fate at(double load) const;
  /// The middle between the two; nothing where one is missing.
  std::optional<double> load() const;
};

struct RecoveryMap {
  std::vector<MapBoundary> boundaries;  ///< By variant, then trigger.
  std::size_t probes = 0;

  const MapBoundary& boundary(std::size_t trigger, std::size_t variant) const;
};

/// What becomes of the service at a load, by simulation.
using FateAt = std::function<Fate(double load, std::size_t trigger, std::size_t variant)>;

/// The boundary for each trigger and variant between the least and the largest of the loads, by bisection. More load and a
/// larger trigger are taken never to help: where a smaller trigger has brought it down, a larger one does too, and is not
/// simulated. \param stop asked between two probes: true ends early, with what is known.
RecoveryMap map_recovery(const MapPlan& plan, const FateAt& fate_at, const std::function<bool()>& stop);

}  // namespace chatsim::planner
