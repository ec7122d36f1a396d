#pragma once

#include "scenarios/spec/units.hpp"

namespace chatsim::planner {

/// The R machines that hold the same rows, as a Markov chain: each loses what it holds at a rate, and each that did is
/// filled again from the others, all of them at a time.
///
///     0 lost --R f--> 1 lost --(R-1) f--> 2 lost --> ... --f--> R lost: so are the rows
///            <--m---          <--2 m-----                       f = failure, m = 1 / repair
struct ReplicaChain {
  int replication = 3;      ///< R, at least 1.
  spec::PerSecond failure;  ///< Of one machine; above 0.
  spec::Seconds repair;     ///< Mean, above 0; exponential in the chain.
};

/// Mean time from all replicas there to none: exact. With m much larger than f it is close to m^(R-1) / (R f^R): the
/// chance that the others are away too when one is lost, in which the mean of the repair alone matters, not how it is
/// distributed (renewal theory: R f times the unavailability of R - 1 machines).
spec::Seconds time_to_data_loss(const ReplicaChain& chain);

/// The part of the time for which a machine is without what it should hold.
spec::Probability unavailability(const ReplicaChain& chain);

}  // namespace chatsim::planner
