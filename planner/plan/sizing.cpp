#include "planner/plan/sizing.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include "scenarios/spec/workload.hpp"

namespace chatsim::planner {
namespace {

constexpr std::array<std::string_view, 8> resource_names{
    "threads", "cores", "connections", "memory", "storage bytes", "storage operations", "network", "latency"};

int round_up(double machines) { return std::max(1, static_cast<int>(std::ceil(machines - 1e-9))); }

const spec::Store* store_of(const spec::Scenario& scenario, const std::string& tier) {
  if (tier == "message_store") return &scenario.stores.message;
  if (tier == "conversation_store") return &scenario.stores.conversation;
  if (tier == "group_store") return &scenario.stores.group;
  if (tier == "profile_store") return &scenario.stores.profile;
  return nullptr;
}

spec::TableWorkload table_in(const spec::Scenario& scenario, const std::string& tier) {
  const spec::StorageWorkload workload = spec::storage_workload(scenario);
  if (tier == "message_store") return workload.message;
  if (tier == "conversation_store") return workload.conversation;
  if (tier == "group_store") return workload.group;
  if (tier == "profile_store") return workload.profile;
  return workload.blob;
}
spec::Bytes kept_in(const spec::Scenario& scenario, const std::string& tier) {
  return table_in(scenario, tier).kept_replicated;
}

/// The constraints of one tier under one load.
class Needs {
 public:
  Needs(const spec::Scenario& scenario, const Station& station) : scenario_(scenario), station_(station) {
    const spec::Planning& planning = scenario.planning;
    const double machines = station.tier.machines;
    const double allowed = planning.utilisation.value();
    add(Resource::threads, station.threads_utilised * machines, allowed);
    add(Resource::cores, station.cores_utilised * machines, allowed);
    if (station.tier.name == "gateway") gateway();
    if (station.tier.name == "profile") {
      // All rows in memory, as the document has it.
      const spec::Profile& profile = scenario.services.profile;
      const spec::Bytes rows = spec::bytes_of_rows(scenario.population.users, profile.row);
      if (profile.cache_per_machine > spec::Bytes{}) add(Resource::memory, rows / profile.cache_per_machine, 1);
    }
    if (const spec::Store* store = store_of(scenario, station.tier.name)) {
      add(Resource::storage_bytes, kept_in(scenario, station.tier.name) / (store->disks * store->disk_capacity),
          planning.disk_fill.value());
      if (store->compaction.policy != spec::CompactionPolicy::none) compaction(*store);
    }
    if (station.tier.name == "blob") blob();
    network();
  }

  std::vector<Constraint> found;

 private:
  void add(Resource resource, double machines_full_of_it, double allowed) {
    found.push_back({resource, round_up(machines_full_of_it / allowed), machines_full_of_it / station_.tier.machines, allowed});
  }
  void gateway() {
    const spec::Gateway& gateway = scenario_.services.gateway;
    // The peak is one of connections, too.
    const double connected = spec::connected_users(scenario_.population);
    add(Resource::connections, connected / gateway.connections_per_machine, 1);
    if (gateway.memory_per_connection > spec::Bytes{}) {
      add(Resource::memory, connected * gateway.memory_per_connection / gateway.memory, 1);
    }
  }
  /// Where it does not keep up, its debt grows.
  void compaction(const spec::Store& store) {
    const spec::Compaction& compaction = store.compaction;
    const spec::TableWorkload table = table_in(scenario_, station_.tier.name);
    const double writes = table.inserts_per_message + table.updates_per_message;
    const spec::BytesPerSecond moved = spec::message_rate(scenario_.population) * (store.replication * writes) * table.row *
                                       compaction.write_amplification;
    add(Resource::storage_operations, moved / spec::fastest(compaction), scenario_.planning.utilisation.value());
  }
  void blob() {
    const spec::Blob& blob = scenario_.services.blob;
    const spec::Population& population = scenario_.population;
    const double allowed = scenario_.planning.utilisation.value();
    add(Resource::storage_bytes, kept_in(scenario_, "blob") / (blob.disks * blob.disk_capacity),
        scenario_.planning.disk_fill.value());
    const spec::Bytes size = spec::mean_attachment_size(population.attachments);
    const bool coded = blob.redundancy == spec::Redundancy::reed_solomon;
    const spec::BytesPerSecond moved = spec::upload_rate(population) * (spec::copies_on_disk(blob) * size) + spec::download_rate(population) * size;
    const double accesses = (spec::upload_rate(population) * (coded ? blob.data_fragments + blob.parity_fragments : blob.copies) +
                             spec::download_rate(population) * (coded ? blob.data_fragments : 1.0)) *
                            blob.disk_access_time;
    add(Resource::storage_operations, (moved / blob.disk_bandwidth + accesses) / blob.disks, allowed);
  }
  /// What its machines send: answers, and what the tier sends on.
  void network() {
    const spec::Population& population = scenario_.population;
    const spec::Bytes size = spec::mean_attachment_size(population.attachments);
    spec::BytesPerSecond sent = station_.offered * (scenario_.network.request_overhead + population.message_size);
    if (station_.tier.name == "blob") {
      const spec::Blob& blob = scenario_.services.blob;
      const bool coded = blob.redundancy == spec::Redundancy::reed_solomon;
      // The first machine keeps a part itself.
      const double passed_on = spec::copies_on_disk(blob) - (coded ? 1.0 / blob.data_fragments : 1.0);
      sent += spec::upload_rate(population) * (passed_on * size) + spec::download_rate(population) * ((coded ? 2.0 : 1.0) * size);
    }
    if (station_.tier.name == "gateway") {
      sent += (spec::upload_rate(population) + spec::download_rate(population)) * size;
    }
    add(Resource::network, sent / scenario_.datacenter.host_link.bandwidth, scenario_.planning.utilisation.value());
  }

  const spec::Scenario& scenario_;
  const Station& station_;
};

int machines_in(const std::vector<Station>& stations) {
  return std::accumulate(stations.begin(), stations.end(), 0, [](int sum, const Station& s) { return sum + s.tier.machines; });
}

/// Adds machines to whichever tier shortens the waits of a way most, until its budget holds. \returns what it takes
/// without any waiting, if that is too long.
std::optional<spec::Seconds> hold(const spec::Scenario& scenario, std::vector<Station>& tiers, const Way BudgetedWays::*way,
                                  spec::Seconds budget) {
  if ((budgeted_ways(scenario, tiers).*way).p99 <= budget) return std::nullopt;
  std::vector<Station> idle = tiers;
  for (Station& station : idle) station = station.with_machines(std::max(station.tier.machines, 1) * 64);
  const spec::Seconds at_best = (budgeted_ways(scenario, idle).*way).p99;
  if (at_best > budget) return at_best;
  constexpr int most_rounds = 64;
  for (int round = 0; round < most_rounds; ++round) {
    if ((budgeted_ways(scenario, tiers).*way).p99 <= budget) break;
    Station* best = nullptr;
    double gain = 0;
    for (Station& station : tiers) {
      const int more = station.tier.machines + std::max(1, station.tier.machines / 20);
      const double saved = (station.wait() - station.with_machines(more).wait()).value();
      if (saved > gain) {
        gain = saved;
        best = &station;
      }
    }
    if (best == nullptr) break;
    *best = best->with_machines(best->tier.machines + std::max(1, best->tier.machines / 20));
  }
  return std::nullopt;
}

/// How many even domains of a kind the machines of a tier are strewn over.
int domains(const spec::Scenario& scenario) {
  const spec::Datacenter& datacenter = scenario.datacenter;
  const double pods = 1.0 * datacenter.regions * datacenter.datacenters_per_region * datacenter.pods_per_datacenter;
  switch (scenario.planning.survive) {
    case spec::Survive::nothing:
      return 0;
    case spec::Survive::host:
      return static_cast<int>(std::min(2e9, pods * datacenter.racks_per_pod * datacenter.hosts_per_rack));
    case spec::Survive::rack:
      return static_cast<int>(std::min(2e9, pods * datacenter.racks_per_pod));
    case spec::Survive::pod:
      return static_cast<int>(pods);
  }
  return 0;
}

}  // namespace

std::string_view resource_name(Resource resource) { return resource_names[static_cast<std::size_t>(resource)]; }

int Fleet::machines_at_mean() const {
  return std::accumulate(tiers.begin(), tiers.end(), 0, [](int sum, const TierSize& t) { return sum + t.at_mean; });
}
int Fleet::machines_at_peak() const {
  return std::accumulate(tiers.begin(), tiers.end(), 0, [](int sum, const TierSize& t) { return sum + t.at_peak; });
}
int Fleet::machines_with_spares() const {
  return std::accumulate(tiers.begin(), tiers.end(), 0, [](int sum, const TierSize& t) { return sum + t.with_spares; });
}

spec::Scenario at_load(const spec::Scenario& scenario, double load_factor) {
  spec::Scenario other = scenario;
  other.population.load_factor = load_factor;
  return other;
}

std::vector<Station> stations(const spec::Scenario& scenario) {
  const ServiceGraph graph = service_graph(scenario);
  return stations(scenario, graph, rates(graph));
}

int machines_for(const Station& station, double utilisation) {
  return round_up(station.utilisation() * station.tier.machines / utilisation);
}

int with_spares(int needed, int domains) {
  if (domains == 0) return needed;
  int machines = needed;
  while (machines - (machines + domains - 1) / domains < needed) {
    if (domains == 1) return needed;  // Nothing survives the only one.
    ++machines;
  }
  return machines;
}

Fleet size_fleet(const spec::Scenario& scenario) {
  Fleet fleet;
  const spec::Planning& planning = scenario.planning;
  for (const double load : {1.0, planning.peak}) {
    const spec::Scenario loaded = at_load(scenario, load);
    const std::vector<Station> given = stations(loaded);
    std::vector<Station> sized;
    std::vector<TierSize> sizes;
    for (const Station& station : given) {
      TierSize size;
      size.name = station.tier.name;
      size.machines = station.tier.machines;
      size.constraints = Needs(loaded, station).found;
      std::stable_sort(size.constraints.begin(), size.constraints.end(),
                       [](const Constraint& a, const Constraint& b) { return a.machines > b.machines; });
      int needed = size.constraints.front().machines;
      // A quorum needs its replicas.
      if (const spec::Store* store = store_of(scenario, station.tier.name)) needed = std::max(needed, store->replication);
      if (station.tier.name == "blob") {
        const spec::Blob& blob = scenario.services.blob;
        needed = std::max(needed, blob.redundancy == spec::Redundancy::replication
                                      ? blob.copies
                                      : blob.data_fragments + blob.parity_fragments);
      }
      size.binding = size.constraints.front().resource;
      size.at_peak = needed;
      sizes.push_back(size);
      sized.push_back(station.with_machines(needed));
    }
    fleet.out_of_reach.clear();
    const auto budget = [&](const char* name, const Way BudgetedWays::*way, spec::Seconds limit) {
      if (const auto at_best = hold(loaded, sized, way, limit)) fleet.out_of_reach.push_back({name, limit, *at_best});
    };
    const bool steady = std::all_of(sized.begin(), sized.end(), [](const Station& s) { return s.stable(); });
    if (steady && machines_in(sized) > 0) {
      budget("send_to_ack", &BudgetedWays::send_to_ack, planning.send_to_ack_p99);
      budget("send_to_deliver", &BudgetedWays::send_to_deliver, planning.send_to_deliver_p99);
    }
    for (std::size_t i = 0; i < sizes.size(); ++i) {
      if (sized[i].tier.machines > sizes[i].at_peak) {
        sizes[i].binding = Resource::latency;
        sizes[i].at_peak = sized[i].tier.machines;
      }
      // The first round was for the mean.
      sizes[i].at_mean = fleet.tiers.empty() ? sizes[i].at_peak : fleet.tiers[i].at_mean;
      sizes[i].with_spares = with_spares(sizes[i].at_peak, domains(scenario));
    }
    fleet.tiers = std::move(sizes);
  }
  return fleet;
}

}  // namespace chatsim::planner
