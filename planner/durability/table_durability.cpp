#include "planner/durability/table_durability.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "planner/durability/data_loss.hpp"
#include "planner/durability/replica_chain.hpp"
#include "scenarios/spec/workload.hpp"

namespace chatsim::planner {
namespace {

double machines_of_region(const ReplicatedTable& table) { return static_cast<double>(table.machines) / table.regions; }

/// Of `drawn` draws of one of `all`, the different ones in the mean.
double different(double drawn, double all) { return all > 1 ? -all * std::expm1(drawn * std::log1p(-1 / all)) : all; }

double sets_of(const ReplicatedTable& table) {
  const double machines = machines_of_region(table);
  const MassLoss all{.machines = machines, .lost = 0, .replication = table.replication};
  switch (table.scattering) {
    case Scattering::ring:
      // A point's set is its own machine and those of the next points: as good as random.
      return table.regions * sets_of_random_chunks(all, machines * table.virtual_nodes);
    case Scattering::copysets:
      return table.regions * copysets(machines, table.replication, table.scatter_width);
    case Scattering::random:
      return table.regions * sets_of_random_chunks(all, table.chunks / table.regions);
  }
  return 0;
}

double scatter_width_of(const ReplicatedTable& table) {
  const double machines = machines_of_region(table), in_set = table.replication - 1;
  if (in_set < 1) return 0;
  switch (table.scattering) {
    case Scattering::ring:  // R - 1 points before each of a machine's, and as many behind it.
      return different(2 * in_set * table.virtual_nodes, machines - 1);
    case Scattering::copysets:
      return std::min(machines - 1, std::ceil(std::min<double>(table.scatter_width, machines - 1) / in_set) * in_set);
    case Scattering::random:
      return different(in_set * table.replication * table.chunks / table.machines, machines - 1);
  }
  return 0;
}

/// \param others machines that are filled at the same time, as a load of the throttle below 1.
spec::Seconds copying_of(const ReplicatedTable& table, double scatter_width, double others) {
  const spec::Bytes data = table.data_of_machine();
  return std::max(data / table.table_bandwidth / (1 - others),
                  data / (std::max(1.0, scatter_width) * table.machine_bandwidth));
}

/// Machines share the throttle: the mean time of processor sharing is service / (1 - load).
spec::Seconds copying_of(const ReplicatedTable& table, double scatter_width) {
  const double load = table.machines * (table.failure * (table.data_of_machine() / table.table_bandwidth));
  return load < 1 ? copying_of(table, scatter_width, load) : spec::Seconds{HUGE_VAL};
}

spec::Probability within(spec::PerSecond rate, spec::Seconds time) {
  return spec::Probability{-std::expm1(-(rate * time))};
}

/// Each machine of a domain that had no power stays away by itself with a probability: where there are hundreds, about
/// the share of them that MassLoss has. Only sets that lie in one domain can lose all of theirs.
void add_outages(const ReplicatedTable& table, TableDurability& found) {
  const double domains = table.outage_domains;
  if (table.outages_split_replicas && domains > 1 && table.replication > 1) return;
  const double in_this_domain = std::pow(domains, -table.replication);
  const double all_lost = std::pow(table.lost_in_outage.value(), table.replication);
  const spec::PerSecond rate = table.outages_per_year * domains / year;
  found.outage_losses = rate * -std::expm1(found.sets * in_this_domain * std::log1p(-all_lost));
  found.row_by_outages = rate * (all_lost * in_this_domain);
}

}  // namespace

const char* name_of(Scattering scattering) {
  switch (scattering) {
    case Scattering::ring:
      return "ring";
    case Scattering::copysets:
      return "copysets";
    case Scattering::random:
      return "random";
  }
  return "";
}

spec::Probability TableDurability::lost_by_failures(spec::Seconds time) const { return within(1 / to_loss, time); }
spec::Probability TableDurability::lost_by_outages(spec::Seconds time) const { return within(outage_losses, time); }
spec::Probability TableDurability::lost(spec::Seconds time) const { return within(1 / to_loss + outage_losses, time); }

double TableDurability::nines() const { return -std::log10(within(row_by_failures + row_by_outages, year).value()); }

spec::Seconds repair_alone(const ReplicatedTable& table) {
  return table.wait + copying_of(table, scatter_width_of(table), 0);
}

TableDurability durability(const ReplicatedTable& table) {
  TableDurability found;
  found.sets = sets_of(table);
  found.scatter_width = scatter_width_of(table);
  found.copying = copying_of(table, found.scatter_width);
  found.repair = table.wait + found.copying;
  if (std::isinf(found.repair.value())) {
    // No machine is ever filled again: the replicas of a row go one after the other.
    double failures = 0;
    for (int left = 1; left <= table.replication; ++left) failures += 1.0 / left;
    found.set_to_loss = failures / table.failure;
  } else {
    found.set_to_loss = time_to_data_loss({table.replication, table.failure, found.repair});
  }
  found.to_loss = found.set_to_loss / found.sets;
  found.row_by_failures = 1 / found.set_to_loss;
  add_outages(table, found);
  return found;
}

std::vector<ReplicatedTable> replicated_tables(const spec::Scenario& scenario) {
  const spec::StorageWorkload workload = spec::storage_workload(scenario);
  const spec::Datacenter& datacenter = scenario.datacenter;
  std::vector<ReplicatedTable> tables;
  const auto add = [&](const char* name, const spec::Store& store, const spec::TableWorkload& of_table) {
    const FailureRates rates = failure_rates(scenario, store.disks);
    ReplicatedTable& table = tables.emplace_back();
    table.name = name;
    table.machines = store.machines;
    table.replication = store.replication;
    table.scattering =
        store.placement.policy == spec::PlacementPolicy::copysets ? Scattering::copysets : Scattering::ring;
    table.virtual_nodes = store.virtual_nodes;
    table.scatter_width = store.placement.scatter_width;
    if (store.regions.rows == spec::RowRegions::home) table.regions = datacenter.regions;
    table.rows = of_table.kept / of_table.row;
    table.data = of_table.kept;
    table.failure = rates.disk.rate;
    table.wait = rates.disk.time_to_repair;
    table.table_bandwidth = store.growth.bandwidth;
    table.machine_bandwidth = card_share_of_repair * datacenter.host_link.bandwidth;
    // A power domain of the scenario, if these fail there; otherwise a datacenter.
    table.outage_domains = datacenter.regions * datacenter.datacenters_per_region;
    table.outages_split_replicas = store.spread == spec::FailureDomain::datacenter;
    if (scenario.faults.random.power.time_to_failure) {
      table.outage_domains = scenario.faults.power_domains;
      table.outages_split_replicas = false;
      table.outages_per_year = rates.power.per_year();
    }
  };
  const spec::Stores& stores = scenario.stores;
  add("message", stores.message, workload.message);
  add("conversation", stores.conversation, workload.conversation);
  add("group", stores.group, workload.group);
  add("profile", stores.profile, workload.profile);
  return tables;
}

std::vector<Alternative> alternatives(const ReplicatedTable& table) {
  std::vector<Alternative> found;
  const auto add = [&](std::string change, const auto& set) {
    Alternative one{std::move(change), table};
    set(one.table);
    found.push_back(std::move(one));
  };
  for (const int width : {2, 10, 100}) {
    if (width > 2 && width >= table.machines) continue;
    add("copysets, scatter width " + std::to_string(width), [&](ReplicatedTable& changed) {
      changed.scattering = Scattering::copysets;
      changed.scatter_width = width;
    });
  }
  if (table.scattering != Scattering::ring)
    add("ring", [](ReplicatedTable& changed) { changed.scattering = Scattering::ring; });
  for (const auto& [text, factor] :
       {std::pair{"repair bandwidth x 0.1", 0.1}, std::pair{"repair bandwidth x 10", 10.0}}) {
    add(text, [by = factor](ReplicatedTable& changed) {
      changed.table_bandwidth = by * changed.table_bandwidth;
      changed.machine_bandwidth = by * changed.machine_bandwidth;
    });
  }
  for (const int replication : {2, 3, 4}) {
    if (replication == table.replication || replication > table.machines / table.regions) continue;
    add(std::to_string(replication) + " replicas",
        [&](ReplicatedTable& changed) { changed.replication = replication; });
  }
  return found;
}

}  // namespace chatsim::planner
