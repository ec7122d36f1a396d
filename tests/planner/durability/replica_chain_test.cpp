#include "planner/durability/replica_chain.hpp"

#include <Eigen/Dense>

#include "tests/figure.hpp"

using namespace chatsim;
using planner::time_to_data_loss;
using tests::figure;

namespace {

/// The mean times to absorption of the whole chain by a general solver: -Q t = 1.
double by_general_solver(int replication, double failure, double repair_rate) {
  Eigen::MatrixXd system = Eigen::MatrixXd::Zero(replication, replication);
  for (int lost = 0; lost < replication; ++lost) {
    const double up = (replication - lost) * failure, down = lost * repair_rate;
    system(lost, lost) = up + down;
    if (lost + 1 < replication) system(lost, lost + 1) = -up;
    if (lost > 0) system(lost, lost - 1) = -down;
  }
  return system.partialPivLu().solve(Eigen::VectorXd::Ones(replication).eval())(0);
}

}  // namespace

TEST_CASE("the time to data loss is that of the textbooks") {
  CHECK(
      figure("one replica: 1 / f", 50, time_to_data_loss({1, spec::PerSecond{0.02}, spec::Seconds{3}}).value(), 1e-9));
  const double f = 0.01, m = 2;
  CHECK(figure("a mirror: (3 f + m) / (2 f^2), of Patterson, Gibson, Katz, SIGMOD 1988", (3 * f + m) / (2 * f * f),
               time_to_data_loss({2, spec::PerSecond{f}, spec::Seconds{1 / m}}).value(), 1e-6));
  for (const int replication : {1, 2, 3, 4, 5}) {
    const double expected = by_general_solver(replication, f, m);
    CHECK(figure(std::to_string(replication) + " replicas, by LU decomposition", expected,
                 time_to_data_loss({replication, spec::PerSecond{f}, spec::Seconds{1 / m}}).value(), 1e-6 * expected));
  }
}

TEST_CASE("rare losses keep their digits: m^(R-1) / (R f^R)") {
  const double f = 1e-9, m = 1e-3;
  for (const int replication : {2, 3, 5, 8}) {
    const double expected = std::pow(m, replication - 1) / (replication * std::pow(f, replication));
    CHECK(figure(std::to_string(replication) + " replicas", expected,
                 time_to_data_loss({replication, spec::PerSecond{f}, spec::Seconds{1 / m}}).value(), 1e-4 * expected));
  }
}

TEST_CASE("the part of the time without data is f / (f + m)") {
  CHECK(figure("f 1, m 4", 0.2, planner::unavailability({3, spec::PerSecond{1}, spec::Seconds{0.25}}).value(), 1e-12));
}
