#include "planner/plan/cost.hpp"

#include <numeric>

#include "scenarios/spec/workload.hpp"

namespace chatsim::planner {
namespace {

constexpr double hours_a_month = 730;
constexpr spec::Seconds month{hours_a_month * 3600};
/// Memory of a machine for which the scenario gives none: a common proportion to its cores.
constexpr spec::Bytes memory_per_core{4e9};

struct Hardware {
  spec::Bytes memory{};
  double disks = 0;
  spec::Bytes disk_capacity{};
};

Hardware hardware_of(const spec::Scenario& scenario, const TierOfScenario& tier) {
  Hardware found{.memory = tier.cores * memory_per_core};
  const spec::Stores& stores = scenario.stores;
  for (const auto& [name, store] :
       {std::pair{"message_store", &stores.message}, std::pair{"conversation_store", &stores.conversation},
        std::pair{"group_store", &stores.group}, std::pair{"profile_store", &stores.profile}}) {
    if (tier.name == name) found = {found.memory, 1.0 * store->disks, store->disk_capacity};
  }
  const spec::Services& services = scenario.services;
  if (tier.name == "gateway") found.memory = std::max(found.memory, services.gateway.memory);
  if (tier.name == "profile") found.memory = std::max(found.memory, services.profile.cache_per_machine);
  if (tier.name == "blob") {
    found = {std::max(found.memory, services.blob.cache_per_machine), 1.0 * services.blob.disks, services.blob.disk_capacity};
  }
  return found;
}

/// Bytes to clients: messages with their headers, receipts, and pictures.
double egress_per_s(const spec::Scenario& scenario) {
  const spec::Population& population = scenario.population;
  const double messages =
      spec::mean_message_rate(population).value() * spec::recipients_per_message(population) *
      (population.message_size + scenario.network.request_overhead).value();
  const double pictures = (spec::download_rate(population) / population.load_factor *
                           spec::mean_attachment_size(population.attachments)).value();
  return messages + pictures;
}

}  // namespace

double Cost::total() const {
  return std::accumulate(tiers.begin(), tiers.end(), egress_usd, [](double sum, const TierCost& t) { return sum + t.total(); });
}

double Cost::watts() const {
  return std::accumulate(tiers.begin(), tiers.end(), 0.0, [](double sum, const TierCost& t) { return sum + t.watts; });
}

Cost cost(const spec::Scenario& scenario, const std::vector<Station>& at_mean, const std::vector<int>& machines) {
  const spec::Prices& prices = scenario.prices;
  Cost found;
  for (std::size_t i = 0; i < at_mean.size(); ++i) {
    const Station& station = at_mean[i];
    const Hardware hardware = hardware_of(scenario, station.tier);
    const double count = machines[i];
    TierCost tier{.name = station.tier.name, .machines = machines[i]};
    tier.machines_usd = count * hours_a_month *
                        (station.tier.cores * prices.core_hour + hardware.memory.value() / 1e9 * prices.memory_gb_hour);
    tier.disks_usd = count * hardware.disks * hardware.disk_capacity.value() / 1e12 * prices.disk_tb_month;
    const double busy_cores = station.cores_utilised * station.tier.machines * station.tier.cores;
    tier.watts = prices.power_usage_effectiveness *
                 (count * (prices.watts_idle + hardware.disks * prices.watts_per_disk) + busy_cores * prices.watts_per_core);
    tier.power_usd = tier.watts / 1e3 * hours_a_month * prices.power_kwh;
    found.tiers.push_back(tier);
  }
  if (scenario.population.load_factor > 0) found.egress_bytes_per_month = egress_per_s(scenario) * month.value();
  found.egress_usd = found.egress_bytes_per_month / 1e9 * prices.egress_gb;
  return found;
}

}  // namespace chatsim::planner
