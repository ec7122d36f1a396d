#include "scenarios/spec/slice.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace chatsim::spec {
namespace {

constexpr int machines_kept = 12;
constexpr double load_tolerance = 0.01;
/// A resource that is at most half as utilised as the one that limits its machine may be off by more.
constexpr double spare_strictness = 0.2;

/// Something that a machine has a whole number of, and how much an error in it counts.
struct Resource {
  int of_machine = 0;
  double strictness = 1;
};

struct Cut {
  int machines = 1;
  int fewest_machines = 1;
  double machine_scale = 1;
  bool limited_by_cores = false;
  int threads = 1, cores = 1, disks = 1;
};

int at_least_one(double number) { return static_cast<int>(std::max(1.0, std::round(number))); }

/// Of machine counts near what the slice leaves, the nearest with which no resource is off by more than the
/// tolerance; where there is none, the one that is off least. Errors come from whole threads, cores and
/// disks.
int choose_machines(double left, int fewest, const std::array<Resource, 3>& resources) {
  const int wanted = std::max(fewest, at_least_one(left));
  const auto error_with = [&](int machines) {
    double worst = 0;
    for (const Resource& resource : resources) {
      if (resource.of_machine == 0) continue;
      const double exact = left * resource.of_machine / machines;
      worst = std::max(worst, std::abs(at_least_one(exact) / exact - 1) * resource.strictness);
    }
    return worst;
  };
  int best = wanted;
  double least = error_with(wanted);
  for (int distance = 1; distance <= 3 * wanted && least > load_tolerance; ++distance) {
    for (const int machines : {wanted + distance, wanted - distance}) {
      if (machines < fewest) continue;
      const double error = error_with(machines);
      if (error >= least) continue;
      least = error;
      best = machines;
      if (least <= load_tolerance) break;
    }
  }
  return best;
}

/// \param together machines that an object or row needs at once.
template <class AnyTier>
Cut cut_of(const AnyTier& tier, double part, int together, int disks = 0) {
  const double by_threads = 1.0 / tier.threads, by_cores = tier.cpu_share.value() / tier.cores;
  Cut cut;
  cut.limited_by_cores = by_cores > by_threads;
  const auto strictness = [&](double load) {
    return 2 * load > std::max(by_threads, by_cores) ? 1 : spare_strictness;
  };
  const double left = tier.machines * part;
  cut.fewest_machines = std::max(together, std::min(tier.machines, machines_kept));
  cut.machines =
      choose_machines(left, cut.fewest_machines,
                      {Resource{tier.threads, strictness(by_threads)},
                       Resource{tier.cores, strictness(by_cores)}, Resource{disks, spare_strictness}});
  cut.machine_scale = left / cut.machines;
  cut.threads = at_least_one(tier.threads * cut.machine_scale);
  cut.cores = at_least_one(tier.cores * cut.machine_scale);
  cut.disks = at_least_one(disks * cut.machine_scale);
  return cut;
}

int parts(const Blob& blob) {
  return blob.redundancy == Redundancy::replication ? blob.copies
                                                    : blob.data_fragments + blob.parity_fragments;
}

Cut cut_of(const Blob& blob, double part) {
  return cut_of(static_cast<const Tier&>(blob), part, parts(blob), blob.disks);
}
Cut cut_of(const Store& store, double part) { return cut_of(store, part, store.replication); }
Cut cut_of(const Tier& tier, double part) { return cut_of(tier, part, 1); }

/// Calls use(name, path, tier) for all that has machines.
template <class AnyScenario, class Use>
void for_each_tier(AnyScenario& scenario, const Use& use) {
  auto& services = scenario.services;
  auto& stores = scenario.stores;
  use("gateway", "services.gateway", services.gateway);
  use("messaging", "services.messaging", services.messaging);
  use("group", "services.group", services.group);
  use("profile", "services.profile", services.profile);
  use("blob", "services.blob", services.blob);
  use("message_store", "stores.message", stores.message);
  use("conversation_store", "stores.conversation", stores.conversation);
  use("group_store", "stores.group", stores.group);
  use("profile_store", "stores.profile", stores.profile);
}

int scaled(int limit, double scale) { return limit == 0 ? 0 : at_least_one(limit * scale); }

void cut_memory(Tier&, double) {}
// A store is as full as the whole: what its machines hold shrinks with what they keep, and so what they hand over.
void cut_memory(Store& store, double scale) {
  store.disk_capacity = store.disk_capacity * scale;
  store.growth.bandwidth = store.growth.bandwidth * scale;
  // What its disks move shrinks likewise, and takes the same time.
  Compaction& compaction = store.compaction;
  for (Bytes* size : {&compaction.flush, &compaction.chunk}) *size = *size * scale;
  compaction.disk_bandwidth = compaction.disk_bandwidth * scale;
  if (compaction.throttle) *compaction.throttle = *compaction.throttle * scale;
  store.repair.hints_max = scaled(store.repair.hints_max, scale);
  store.repair.handoff_rate = scale * store.repair.handoff_rate;
}
void cut_memory(Gateway& gateway, double scale) {
  gateway.connections_per_machine = scaled(gateway.connections_per_machine, scale);
  gateway.memory = gateway.memory * scale;
  gateway.outbound_limit = scaled(gateway.outbound_limit, scale);
  gateway.login_rate = scale * gateway.login_rate;
}
void cut_memory(Profile& profile, double scale) {
  profile.cache_per_machine = profile.cache_per_machine * scale;
}
void cut_memory(Blob& blob, double scale) { blob.cache_per_machine = blob.cache_per_machine * scale; }

void cut_disks(Blob& blob, const Cut& cut) {
  // What whole disks cannot say, their bandwidth and size do.
  const double rest = blob.disks * cut.machine_scale / cut.disks;
  blob.disks = cut.disks;
  blob.disk_bandwidth = blob.disk_bandwidth * rest;
  blob.disk_capacity = blob.disk_capacity * rest;
}

/// As many machines come or go, of those that there are, as in the whole.
void cut_growth(const Cut& cut, Store& store) {
  const double part = static_cast<double>(cut.machines) / store.machines;
  store.growth.machines = static_cast<int>(std::round(store.growth.machines * part));
  store.growth.bandwidth = store.growth.bandwidth * part;
}

/// As many of them stand by, of those that there are, as in the whole.
void cut_spare(const Cut& cut, Gateway& gateway) {
  const double part = static_cast<double>(cut.machines) / gateway.machines;
  gateway.spare = static_cast<int>(std::round(gateway.spare * part));
}

/// \param cut of this tier or one of as many machines, which may have other threads.
template <class AnyTier>
void apply(const Cut& cut, AnyTier& tier) {
  if constexpr (std::is_same_v<AnyTier, Store>) cut_growth(cut, tier);
  if constexpr (std::is_same_v<AnyTier, Gateway>) cut_spare(cut, tier);
  tier.machines = cut.machines;
  tier.threads = at_least_one(tier.threads * cut.machine_scale);
  tier.cores = cut.cores;
  tier.queue_limit = scaled(tier.queue_limit, cut.machine_scale);
  cut_memory(tier, cut.machine_scale);
  if constexpr (std::is_same_v<AnyTier, Blob>) cut_disks(tier, cut);
}

/// How many different domains of this kind some row or object needs.
int spread_over(const Scenario& scenario, FailureDomain domain) {
  int needed = 1;
  const auto need = [&](FailureDomain spread, int together) {
    if (spread == domain) needed = std::max(needed, together);
  };
  need(scenario.services.blob.spread, parts(scenario.services.blob));
  for_each_store(scenario.stores, [&](const char*, const Store& store) {
    need(store.spread, store.replication);
  });
  return needed;
}

int divided_up(double whole, double divisor) { return static_cast<int>(std::ceil(whole / divisor - 1e-9)); }

void cut_datacenter(Scenario& scenario, double part) {
  Datacenter& datacenter = scenario.datacenter;
  const double sites = 1.0 * datacenter.regions * datacenter.datacenters_per_region;
  const double hosts_wanted = std::max<double>(machines(scenario), hosts(datacenter) * part);
  const int racks = std::max({divided_up(hosts_wanted, sites * datacenter.hosts_per_rack),
                              divided_up(spread_over(scenario, FailureDomain::rack), sites),
                              divided_up(spread_over(scenario, FailureDomain::pod), sites)});
  const int racks_before = datacenter.racks_per_pod;
  datacenter.pods_per_datacenter = std::min(datacenter.pods_per_datacenter, racks);
  datacenter.racks_per_pod = divided_up(racks, datacenter.pods_per_datacenter);
  datacenter.pod_uplink.bandwidth =
      datacenter.pod_uplink.bandwidth * (1.0 * datacenter.racks_per_pod / racks_before);
  datacenter.datacenter_uplink.bandwidth = datacenter.datacenter_uplink.bandwidth * part;
  datacenter.wan.bandwidth = datacenter.wan.bandwidth * part;
}

}  // namespace

Scenario slice(const Scenario& whole) { return slice_like(whole, whole); }

Scenario slice_like(const Scenario& whole, const Scenario& other) {
  const double part = whole.simulation.slice;
  if (part == 1) return whole;
  Scenario scenario = whole;
  scenario.simulation.slice = 1;
  Population& population = scenario.population;
  population.users = std::floor(population.users * part);
  population.groups = std::floor(population.groups * part);
  population.messages_per_day *= part;
  population.group_changes_per_day *= part;
  population.profile_changes_per_day *= part;
  population.attachments.hot_objects = scaled(population.attachments.hot_objects, part);
  std::vector<Cut> cuts;
  for_each_tier(other, [&](const char*, const char*, const auto& tier) { cuts.push_back(cut_of(tier, part)); });
  auto cut = cuts.begin();
  for_each_tier(scenario, [&](const char*, const char*, auto& tier) {
    const int machines = tier.machines;
    apply(*cut++, tier);
    if constexpr (requires { tier.autoscaler; }) {
      const double scale = 1.0 * tier.machines / machines;
      tier.autoscaler.machines_at_start = scaled(tier.autoscaler.machines_at_start, scale);
      tier.autoscaler.machines_min = at_least_one(tier.autoscaler.machines_min * scale);
    }
  });
  // What one machine has under way goes with its size. One number is for the machines of all tiers: it follows those
  // that call the most others.
  Bulkhead& bulkhead = scenario.resilience.bulkhead;
  bulkhead.calls = scaled(bulkhead.calls, cut_of(whole.services.messaging, part).machine_scale);
  for (Store* store :
       {&scenario.stores.message, &scenario.stores.conversation, &scenario.stores.group, &scenario.stores.profile}) {
    store->repair.bandwidth = store->repair.bandwidth * part;
  }
  cut_datacenter(scenario, part);
  return scenario;
}

std::vector<SlicedTier> sliced_tiers(const Scenario& whole) {
  const double part = whole.simulation.slice;
  std::vector<SlicedTier> tiers;
  for_each_tier(whole, [&](const char* name, const char* path, const auto& tier) {
    const Cut cut = cut_of(tier, part);
    tiers.push_back(
        {.name = name,
         .path = path,
         .limited_by = cut.limited_by_cores ? "cores" : "threads",
         .units_wanted = 1.0 * tier.machines * (cut.limited_by_cores ? tier.cores : tier.threads) * part,
         .units = cut.machines * (cut.limited_by_cores ? cut.cores : cut.threads),
         .machines = cut.machines,
         .fewest_machines = cut.fewest_machines,
         .machine_scale = cut.machine_scale});
  });
  return tiers;
}

std::vector<std::string> size_dependent(const Scenario& whole) {
  if (whole.simulation.slice == 1) return {};
  std::vector<std::string> figures{"machines",
                                   "hosts",
                                   "events",
                                   "events_per_message.*",
                                   "latency.*.max_ms",
                                   "tiers.*.utilisation_max",
                                   "tiers.*.queue_max",
                                   "network.host_link_utilisation_max",
                                   "network.busiest_tier",
                                   "sessions.connections_max",
                                   "sessions.connection_memory_bytes",
                                   "sessions.outbound_max",
                                   "blobs.disk_utilisation_max",
                                   "disk_fill.*.fill_max",
                                   "disk_fill.*.days_until_full",
                                   "disk_fill.*.writes_refused_full",
                                   "compaction.*.disk_utilisation_max",
                                   "compaction.*.debt_bytes_max"};
  for (const SlicedTier& tier : sliced_tiers(whole)) {
    const std::string path = "tiers." + tier.name + ".";
    if (std::abs(tier.load_error()) > load_tolerance) {
      figures.push_back(path + "*");
    } else if (std::abs(tier.machine_scale - 1) > load_tolerance) {
      for (const char* figure : {"machines", "threads", "cores", "queue_mean", "wait_mean_ms"})
        figures.push_back(path + figure);
      if (tier.name == "gateway") figures.push_back("sessions.connection_limit");
    }
  }
  if (whole.resilience.bulkhead.calls > 0) figures.push_back("resilience.tiers.*.refused_by_bulkhead");
  if (whole.resilience.breaker.failures.value() > 0) {
    // A machine that calls less often takes longer until its window is full.
    for (const char* figure : {"refused_by_breaker", "breaker_openings"}) {
      figures.push_back(std::string("resilience.tiers.*.") + figure);
    }
  }
  if (whole.services.group.fanout == Fanout::batched) {
    for (const char* figure : {"tiers.messaging.*", "tiers.gateway.*", "latency.group_fanout.*",
                               "latency.send_to_deliver.*", "network.bytes_per_s"})
      figures.push_back(figure);
  }
  return figures;
}

bool is_listed(const std::vector<std::string>& patterns, std::string_view path) {
  const auto matches = [path](std::string_view pattern) {
    std::string_view rest = path;
    while (true) {
      const auto pattern_dot = pattern.find('.'), dot = rest.find('.');
      const std::string_view wanted = pattern.substr(0, pattern_dot);
      if (wanted != "*" && wanted != rest.substr(0, dot)) return false;
      if (pattern_dot == std::string_view::npos || dot == std::string_view::npos)
        return pattern_dot == std::string_view::npos && dot == std::string_view::npos;
      pattern.remove_prefix(pattern_dot + 1);
      rest.remove_prefix(dot + 1);
    }
  };
  return std::any_of(patterns.begin(), patterns.end(), matches);
}

}  // namespace chatsim::spec
