#pragma once

#include "scenarios/spec/units.hpp"

namespace chatsim::planner {

/// Machines that are lost at once for good, any of them: k of n. A row is lost with the last of its R replicas.
struct MassLoss {
  double machines = 1;  ///< n
  double lost = 0;      ///< k, at most n.
  int replication = 3;  ///< R, at most n.
};

/// That R given machines are all among the lost ones: C(k, R) / C(n, R).
spec::Probability all_lost(const MassLoss& loss);

/// That some row is lost when the rows lie on so many different sets of machines, of which each has rows: 1 - (1 -
/// C(k, R) / C(n, R))^sets, as if sets were lost independently of each other (Cidon et al., Copysets, ATC 2013). On
/// copysets there are as many as they have; on a ring, nearly as many as it has points; with chunks on random machines,
/// one for each chunk as long as few meet.
spec::Probability any_lost(const MassLoss& loss, double sets);

/// Chunks, each on R machines at random: some meet on the same ones, of all C(n, R) there are.
spec::Probability any_lost_at_random(const MassLoss& loss, double chunks);

/// Different sets that chunks at random lie on, in the mean.
double sets_of_random_chunks(const MassLoss& loss, double chunks);

/// Copysets of a scatter width S: ceil(S / (R - 1)) times n / R.
double copysets(double machines, int replication, int scatter_width);

}  // namespace chatsim::planner
