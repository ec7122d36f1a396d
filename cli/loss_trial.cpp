#include "cli/loss_trial.hpp"

#include "models/durability/loss_simulation.hpp"

namespace chatsim::cli {
namespace {

constexpr std::uint32_t stream_of_placement = 8;  // Another one than those of the failures.

models::MachineSets sets_of(const planner::ReplicatedTable& table, sim::RandomKey random) {
  const auto machines = static_cast<std::uint32_t>(table.machines / table.regions);
  const auto replication = static_cast<std::uint32_t>(table.replication);
  const auto domain_of = [](std::uint32_t machine) { return machine; };
  switch (table.scattering) {
    case planner::Scattering::ring:
      return models::MachineSets(models::HashRing({.machines = machines,
                                                   .virtual_nodes = static_cast<std::uint32_t>(table.virtual_nodes),
                                                   .replication = replication,
                                                   .random = random,
                                                   .stream = stream_of_placement},
                                                  domain_of));
    case planner::Scattering::copysets:
      return models::MachineSets(models::Copysets({.machines = machines,
                                                   .replication = replication,
                                                   .scatter_width = static_cast<std::uint32_t>(table.scatter_width),
                                                   .random = random,
                                                   .stream = stream_of_placement},
                                                  domain_of));
    case planner::Scattering::random:
      break;
  }
  return models::MachineSets(models::RandomChunks{.machines = machines,
                                                  .replication = replication,
                                                  .chunks = static_cast<std::uint64_t>(table.chunks / table.regions),
                                                  .random = random,
                                                  .stream = stream_of_placement});
}

}  // namespace

planner::LossTrial loss_trial() {
  return [](const planner::ReplicatedTable& table, std::uint64_t failures, std::uint64_t seed) {
    const models::MachineSets sets = sets_of(table, {seed});
    const auto batches = models::simulate_losses(sets, {.failure = table.failure,
                                                        .wait = table.wait,
                                                        .data = table.data / table.regions,
                                                        .table_bandwidth = table.table_bandwidth,
                                                        .machine_bandwidth = table.machine_bandwidth,
                                                        .failures = failures,
                                                        .random = {seed}});
    std::vector<planner::LossBatch> found;
    for (const models::LossCounts& batch : batches) found.push_back({batch.losses, batch.times, batch.set_s});
    return found;
  };
}

}  // namespace chatsim::cli
