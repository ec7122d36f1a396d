#include "planner/durability/replica_chain.hpp"

#include <Eigen/Dense>

namespace chatsim::planner {

/// The unknowns are the times h(i) from i lost replicas to i + 1 for the first time: h(i) = 1 / up + down / up h(i -
/// 1), a lower bidiagonal system of which no term cancels another. The same question for the times from i to R has a
/// matrix whose condition grows as (m / f)^R: with three replicas that is all the digits there are.
spec::Seconds time_to_data_loss(const ReplicaChain& chain) {
  const int states = chain.replication;
  const double failure = chain.failure.value(), repair = 1 / chain.repair.value();
  Eigen::MatrixXd system = Eigen::MatrixXd::Zero(states, states);
  for (int lost = 0; lost < states; ++lost) {
    system(lost, lost) = (states - lost) * failure;
    if (lost > 0) system(lost, lost - 1) = -lost * repair;
  }
  const Eigen::VectorXd times = system.triangularView<Eigen::Lower>().solve(Eigen::VectorXd::Ones(states).eval());
  return spec::Seconds{times.sum()};
}

spec::Probability unavailability(const ReplicaChain& chain) {
  const double away = chain.failure * chain.repair;
  return spec::Probability{away / (1 + away)};
}

}  // namespace chatsim::planner
