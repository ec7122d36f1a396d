#include "planner/durability/availability.hpp"
#include "planner/durability/table_durability.hpp"
#include "scenarios/spec/slice.hpp"

namespace chatsim::planner {

std::vector<FailureCase> failure_cases(const spec::Scenario& scenario) {
  const spec::Scenario sliced = spec::slice(scenario);
  std::vector<FailureCase> cases;
  const auto machines_of = [&](const char* tier, int machines, const FailureRate& rate) {
    cases.push_back({.what = std::string("machine of ") + tier,
                     .rate = rate,
                     .elements = static_cast<std::uint64_t>(machines),
                     .fault = spec::FaultKind::crash,
                     .data = spec::FaultData::kept,
                     .target = tier});
  };
  const FailureRates rates = failure_rates(scenario, 1);
  const spec::Services& services = sliced.services;
  machines_of("gateway", services.gateway.machines, rates.machine);
  machines_of("messaging", services.messaging.machines, rates.machine);
  machines_of("group", services.group.machines, rates.machine);
  machines_of("profile", services.profile.machines, rates.machine);
  machines_of("blob", services.blob.machines, rates.machine);
  // How long a machine is filled is the whole table's, not the slice's.
  const std::vector<ReplicatedTable> tables = replicated_tables(scenario);
  const spec::Stores& stores = sliced.stores;
  const spec::Store* const of_tables[] = {&stores.message, &stores.conversation, &stores.group, &stores.profile};
  for (std::size_t i = 0; i < tables.size(); ++i) {
    const std::string tier = tables[i].name + "_store";
    machines_of(tier.c_str(), of_tables[i]->machines, rates.machine);
    FailureRate lost = failure_rates(scenario, of_tables[i]->disks).disk;
    lost.time_to_repair = repair_alone(tables[i]);
    cases.push_back({.what = "disks of " + tier,
                     .rate = lost,
                     .elements = static_cast<std::uint64_t>(of_tables[i]->machines),
                     .fault = spec::FaultKind::crash,
                     .data = spec::FaultData::lost,
                     .target = tier});
  }
  const spec::Datacenter& datacenter = sliced.datacenter;
  const auto pods = static_cast<std::uint64_t>(datacenter.regions) * datacenter.datacenters_per_region *
                    datacenter.pods_per_datacenter;
  const std::uint64_t racks = pods * datacenter.racks_per_pod;
  using spec::FaultData;
  using spec::FaultKind;
  cases.push_back({"rack", rates.rack, racks, FaultKind::unplug, FaultData::kept, "rack"});
  cases.push_back({"pod", rates.pod, pods, FaultKind::unplug, FaultData::kept, "pod"});
  cases.push_back({"power domain", rates.power,
                   std::min<std::uint64_t>(racks, static_cast<std::uint64_t>(sliced.faults.power_domains)),
                   FaultKind::crash, FaultData::kept, "power"});
  return cases;
}

}  // namespace chatsim::planner
