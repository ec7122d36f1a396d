#include "planner/search/recovery_map.hpp"

#include <algorithm>
#include <cmath>

namespace chatsim::planner {

const char* name_of(Fate fate) {
  switch (fate) {
    case Fate::recovers:
      return "recovers";
    case Fate::stays_down:
      return "stays down";
    case Fate::open:
      break;
  }
  return "open";
}

Fate fate_of(const std::vector<const spec::Result*>& results) {
  const auto recovers = [](const spec::Result* result) {
    return std::all_of(result->incidents.begin(), result->incidents.end(), [](const spec::IncidentReport& incident) {
      return std::isfinite(incident.fail_over_s) && std::isfinite(incident.drain_s);
    });
  };
  const auto count = static_cast<std::size_t>(std::count_if(results.begin(), results.end(), recovers));
  if (count == results.size()) return Fate::recovers;
  return count == 0 ? Fate::stays_down : Fate::open;
}

Fate MapBoundary::at(double load) const {
  if (recovers_at && load <= *recovers_at) return Fate::recovers;
  if (stays_down_at && load >= *stays_down_at) return Fate::stays_down;
  return Fate::open;
}

std::optional<double> MapBoundary::load() const {
  if (!recovers_at || !stays_down_at) return std::nullopt;
  return std::sqrt(*recovers_at * *stays_down_at);
}

const MapBoundary& RecoveryMap::boundary(std::size_t trigger, std::size_t variant) const {
  return *std::find_if(boundaries.begin(), boundaries.end(), [&](const MapBoundary& one) {
    return one.trigger == trigger && one.variant == variant;
  });
}

namespace {

class Mapper {
 public:
  Mapper(const MapPlan& plan, const FateAt& fate_at, const std::function<bool()>& stop, RecoveryMap& map)
      : plan_(plan), fate_at_(fate_at), stop_(stop), map_(map) {}

  /// \param smaller the boundary of the next smaller trigger, if there is one.
  MapBoundary find(std::size_t trigger, std::size_t variant, const MapBoundary* smaller) {
    MapBoundary boundary{.trigger = trigger, .variant = variant, .recovers_at = {}, .stays_down_at = {}};
    if (smaller != nullptr) boundary.stays_down_at = smaller->stays_down_at;
    double low = plan_.loads.front(), high = boundary.stays_down_at.value_or(plan_.loads.back());
    if (low >= high || !learn(boundary, low) || !boundary.recovers_at) return boundary;
    if (!boundary.stays_down_at && !learn(boundary, high)) return boundary;
    if (boundary.at(high) == Fate::recovers) return boundary;
    // What is open is no side: the two edges of it are found one after the other.
    while (high / *boundary.recovers_at - 1 > plan_.precision) {
      const double middle = std::sqrt(*boundary.recovers_at * high);
      if (!learn(boundary, middle)) return boundary;
      if (boundary.at(middle) != Fate::recovers) high = middle;
    }
    low = high;
    while (boundary.stays_down_at && *boundary.stays_down_at / low - 1 > plan_.precision) {
      const double middle = std::sqrt(low * *boundary.stays_down_at);
      if (!learn(boundary, middle)) return boundary;
      if (boundary.at(middle) != Fate::stays_down) low = middle;
    }
    return boundary;
  }

 private:
  /// \returns whether to go on.
  bool learn(MapBoundary& boundary, double load) {
    if (stop_()) return false;
    ++map_.probes;
    switch (fate_at_(load, boundary.trigger, boundary.variant)) {
      case Fate::recovers:
        boundary.recovers_at = std::max(load, boundary.recovers_at.value_or(load));
        break;
      case Fate::stays_down:
        boundary.stays_down_at = std::min(load, boundary.stays_down_at.value_or(load));
        break;
      case Fate::open:
        break;
    }
    return !stop_();
  }

  const MapPlan& plan_;
  const FateAt& fate_at_;
  const std::function<bool()>& stop_;
  RecoveryMap& map_;
};

}  // namespace

RecoveryMap map_recovery(const MapPlan& plan, const FateAt& fate_at, const std::function<bool()>& stop) {
  RecoveryMap map;
  Mapper mapper(plan, fate_at, stop, map);
  for (std::size_t variant = 0; variant < plan.variants; ++variant) {
    for (std::size_t trigger = 0; trigger < plan.triggers; ++trigger) {
      const MapBoundary* smaller = trigger > 0 ? &map.boundaries.back() : nullptr;
      map.boundaries.push_back(mapper.find(trigger, variant, smaller));
    }
  }
  return map;
}

}  // namespace chatsim::planner
