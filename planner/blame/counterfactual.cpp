#include "planner/blame/counterfactual.hpp"

#include <algorithm>

namespace chatsim::planner {

namespace {

using Kind = Hop::Kind;
using PartKind = spec::WayPart::Kind;

}  // namespace

Counterfactual::Counterfactual(const spec::Traces& traces, Waits& waits, const Hop& hop, double part)
    : traces_(traces), waits_(waits), hop_(hop), factor_(1 - part) {
  for (const spec::Station& station : traces.stations) {
    StationChange& change = changes_.emplace_back();
    if (hop.kind == Kind::place) change.together = 1 + station.for_members * (1 / factor_ - 1);
    if (station.name != hop.tier) continue;
    if (hop.kind == Kind::queue) change.servers = 1 / factor_;
    if (hop.kind != Kind::service) continue;
    // Of a mixture of services only some are faster.
    const auto use = static_cast<std::size_t>(hop.use);
    const double share = station.share_of_use[use];
    change.load = 1 - share + share * factor_;
    change.residual = (1 - share + share * factor_ * factor_) / change.load;
    const auto& bursts = station.share_of_bursts;
    const bool any = std::any_of(bursts.begin(), bursts.end(), [](double part_of_it) { return part_of_it > 0; });
    change.burst = any ? 1 - bursts[use] * (1 - factor_) : change.load;
  }
}

double Counterfactual::on_the_wire(double ns, double crossings) const {
  const double between = std::min(ns, crossings * static_cast<double>(traces_.wan_ns));
  if (hop_.kind == Kind::wan) return ns - (1 - factor_) * between;
  return hop_.kind == Kind::wire ? between + factor_ * (ns - between) : ns;
}

double Counterfactual::leg_ns(const spec::WayPart& part, const spec::WayLeg& leg) const {
  const auto ns = [](std::int64_t time) { return static_cast<double>(time); };
  double service = ns(leg.service_ns), thread_wait = ns(leg.thread_wait_ns), core_wait = ns(leg.core_wait_ns);
  if (const StationChange& change = changes_[part.station]; change != StationChange{}) {
    thread_wait = waits_.changed({part.station, part.step, Waits::Kind::thread, leg.machine}, thread_wait, change);
    core_wait = waits_.changed({part.station, part.step, Waits::Kind::core, leg.machine}, core_wait, change);
  }
  const bool is_served_there = hop_.kind == Kind::service && traces_.stations[part.station].name == hop_.tier;
  if (is_served_there && part.use == hop_.use) service *= factor_;
  return ns(leg.offset_ns) + on_the_wire(ns(leg.there_ns), leg.crosses) + thread_wait + core_wait + service +
         on_the_wire(ns(leg.back_ns), leg.crosses);
}

double Counterfactual::part_ns(const spec::WayPart& part) const {
  const auto ns = static_cast<double>(part.ns);
  const auto if_hop = [&](Kind kind) { return hop_.kind == kind ? factor_ * ns : ns; };
  switch (part.kind) {
    case PartKind::call: {
      if (part.legs == 1) return leg_ns(part, traces_.legs[part.first_leg]);
      std::vector<double> totals;
      for (unsigned i = 0; i < part.legs; ++i) totals.push_back(leg_ns(part, traces_.legs[part.first_leg + i]));
      return totals[deciding_leg(totals, part.needed)];
    }
    case PartKind::back:
      return on_the_wire(ns, part.crosses ? 1 : 0);
    case PartKind::retry_pause:
      return if_hop(Kind::retry_pause);
    case PartKind::lease_pause:
      return if_hop(Kind::lease);
    default:
      return ns;
  }
}

double Counterfactual::latency_ns(const spec::Way& way) const {
  const auto* first = &traces_.parts[way.first_part];
  const bool waits_for_a_place = std::any_of(first, first + way.parts, [](const auto& part) { return part.for_a_place; });
  if (hop_.kind == Kind::place && !waits_for_a_place) return static_cast<double>(way.ns);
  double sum = 0, for_a_place = 0, calls_before = 0;
  for (std::uint32_t i = way.first_part; i < way.first_part + way.parts; ++i) {
    const spec::WayPart& part = traces_.parts[i];
    (part.for_a_place ? for_a_place : sum) += part_ns(part);
    // Calls one after the other until there was room, each found by the front that it begins with.
    calls_before += part.for_a_place && part.kind == PartKind::call && traces_.steps[part.step] == "to_member";
  }
  if (hop_.kind == Kind::place) {
    // Of L places the k-th member waits for k / L - 1 calls.
    for_a_place *= std::max(0.0, factor_ - (1 - factor_) / std::max(1.0, calls_before));
  }
  return sum + for_a_place;
}

}  // namespace chatsim::planner
