#include "planner/durability/accelerated.hpp"

#include "planner/durability/replica_chain.hpp"
#include "planner/experiment/statistics.hpp"

namespace chatsim::planner {
namespace {

/// Failures of a machine within its time of repair.
constexpr double rates[] = {0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2};
constexpr double losses_wanted = 1000;
constexpr std::size_t most_rates = 3;

}  // namespace

std::vector<AcceleratedLoss> accelerate(const ReplicatedTable& table, const AccelerateOptions& options,
                                        const LossTrial& trial) {
  const spec::Seconds repair = repair_alone(table);
  if (repair <= spec::Seconds{}) return {};
  const double sets = durability(table).sets;
  std::vector<AcceleratedLoss> found;
  for (const double within_repair : rates) {
    ReplicatedTable faster = table;
    faster.failure = within_repair / repair;
    const double factor = faster.failure.value() / table.failure.value();
    const ReplicaChain chain{table.replication, faster.failure, repair};
    const spec::PerSecond rate = 1 / time_to_data_loss(chain);
    const spec::Seconds time = static_cast<double>(options.failures) / (table.machines * faster.failure);
    if (factor < 1 || sets * (rate * time) < losses_wanted || found.size() == most_rates) continue;
    AcceleratedLoss& one = found.emplace_back();
    one.factor = factor;
    one.unavailability = unavailability(chain);
    one.per_set_year = rate * year;
    std::vector<double> per_set_year;
    for (const LossBatch& batch : trial(faster, options.failures, options.seed)) {
      one.losses += batch.losses;
      one.times += batch.times;
      per_set_year.push_back(static_cast<double>(batch.losses) / batch.set_s * year.value());
    }
    one.simulated_per_set_year = t_interval(per_set_year);
  }
  return found;
}

}  // namespace chatsim::planner
