#include "planner/durability/data_loss.hpp"

#include <algorithm>
#include <cmath>

namespace chatsim::planner {

spec::Probability all_lost(const MassLoss& loss) {
  double probability = 1;
  for (int i = 0; i < loss.replication; ++i) probability *= std::max(0.0, loss.lost - i) / (loss.machines - i);
  return spec::Probability{std::min(1.0, probability)};
}

spec::Probability any_lost(const MassLoss& loss, double sets) {
  const double one = all_lost(loss).value();
  if (one >= 1) return spec::Probability{sets > 0 ? 1.0 : 0.0};
  return spec::Probability{-std::expm1(sets * std::log1p(-one))};
}

double sets_of_random_chunks(const MassLoss& loss, double chunks) {
  double all = 1;
  for (int i = 0; i < loss.replication; ++i) all *= (loss.machines - i) / (i + 1);
  return all > 1 ? -all * std::expm1(chunks * std::log1p(-1 / all)) : std::min(1.0, chunks);
}

spec::Probability any_lost_at_random(const MassLoss& loss, double chunks) {
  return any_lost(loss, sets_of_random_chunks(loss, chunks));
}

double copysets(double machines, int replication, int scatter_width) {
  const double others = replication - 1;
  const double orders =
      others < 1 ? 1 : std::max(1.0, std::ceil(std::min<double>(scatter_width, machines - 1) / others));
  return orders * machines / replication;
}

}  // namespace chatsim::planner
