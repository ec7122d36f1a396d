#pragma once

#include "planner/blame/hop.hpp"
#include "planner/blame/waits.hpp"

namespace chatsim::planner {

/// How long ways would have taken if one hop had been faster by a part of its time, everything else the same: legs are added
/// up anew, of a quorum the answer that then decides counts, and what waits behind the hop waits less (Waits).
///
///     service     its time times 1 - part; the load falls with it
///     wire        the same of latencies
///     queue       threads and cores of the tier over 1 - part: waits themselves are nobody's to change
///     place       the places of the fan-out over 1 - part; as many more come at a time to those who serve the members of
///                 groups that do not fit into them
///     pauses      times 1 - part
///
/// What nobody can change by itself (calls that failed, messages that are held) stays.
class Counterfactual {
 public:
  Counterfactual(const spec::Traces& traces, Waits& waits, const Hop& hop, double part);

  double latency_ns(const spec::Way& way) const;

 private:
  double part_ns(const spec::WayPart& part) const;
  double leg_ns(const spec::WayPart& part, const spec::WayLeg& leg) const;
  double on_the_wire(double ns, double crossings) const;

  const spec::Traces& traces_;
  Waits& waits_;
  const Hop& hop_;
  double factor_;
  std::vector<StationChange> changes_;  // By station.
};

}  // namespace chatsim::planner
