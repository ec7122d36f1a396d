#include "planner/plan/imbalance.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace chatsim::planner {

double ring_imbalance(double points, double replicas) { return 1 / std::sqrt(points * replicas); }

double bounded_imbalance(double points, double bound) {
  if (bound <= 1) return 0;
  const double deviation = ring_imbalance(points, 1);
  const auto density = [](double a) { return std::exp(-a * a / 2) / std::sqrt(2 * std::numbers::pi); };
  const auto below = [](double a) { return std::erfc(-a / std::numbers::sqrt2) / 2; };
  // Loads are min(X, bound), X normal with a mean that makes theirs 1: (bound - X)+ has the mean bound - 1.
  const auto mean_room = [&](double a) { return deviation * (a * below(a) + density(a)); };
  double low = -40, high = (bound - 1) / deviation;  // How far X's mean is from the bound.
  for (int step = 0; step < 100; ++step) {
    const double a = (low + high) / 2;
    (mean_room(a) < bound - 1 ? low : high) = a;
  }
  const double square_of_room = deviation * deviation * ((low * low + 1) * below(low) + low * density(low));
  return std::sqrt(std::max(0.0, square_of_room - (bound - 1) * (bound - 1)));
}

double imbalance_of(const spec::Store& store) {
  // With as many replicas as machines every machine has everything; copysets have equal shares.
  if (store.machines <= store.replication || store.placement.policy == spec::PlacementPolicy::copysets) return 0;
  const bool bounded = store.placement.load_bound > 0 && store.replication == 1;
  return bounded ? bounded_imbalance(store.virtual_nodes, store.placement.load_bound)
                 : ring_imbalance(store.virtual_nodes, store.replication);
}

}  // namespace chatsim::planner
