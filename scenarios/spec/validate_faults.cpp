#include "scenarios/spec/validate_faults.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "scenarios/spec/fault_target.hpp"
#include "scenarios/spec/quantity_text.hpp"

namespace chatsim::spec {
namespace {

using Kind = FaultTarget::Kind;

/// Elements of a kind, and the field that says so.
struct Extent {
  std::uint64_t count;
  const char* what;
  std::string path;
};

struct Tier {
  std::string_view name;  ///< As in results.
  int machines;
  const char* path;
};

std::vector<Tier> tiers_of(const Scenario& scenario) {
  const Services& services = scenario.services;
  const Stores& stores = scenario.stores;
  return {{"gateway", services.gateway.machines, "services.gateway.machines"},
          {"messaging", services.messaging.machines, "services.messaging.machines"},
          {"group", services.group.machines, "services.group.machines"},
          {"profile", services.profile.machines, "services.profile.machines"},
          {"blob", services.blob.machines, "services.blob.machines"},
          {"message_store", machines_at_most(stores.message), "stores.message.machines"},
          {"conversation_store", machines_at_most(stores.conversation), "stores.conversation.machines"},
          {"group_store", machines_at_most(stores.group), "stores.group.machines"},
          {"profile_store", machines_at_most(stores.profile), "stores.profile.machines"},
          {"coordination", scenario.control.coordination.machines, "control.coordination.machines"}};
}

std::string no_such_tier(const std::string& name, const Scenario& scenario) {
  std::string allowed;
  for (const Tier& tier : tiers_of(scenario)) allowed += std::string(tier.name) + ", ";
  return fmt::format("{} is no tier and no failure domain; there are {}rack, pod, datacenter, region, power and replicas",
                     quoted(name), allowed);
}

Extent extent_of(const FaultTarget& target, const Scenario& scenario) {
  const Datacenter& datacenter = scenario.datacenter;
  const auto of = [](std::int64_t count, const char* what, std::string path) {
    return Extent{static_cast<std::uint64_t>(count), what, std::move(path)};
  };
  const std::int64_t datacenters = std::int64_t{datacenter.regions} * datacenter.datacenters_per_region;
  const std::int64_t pods = datacenters * datacenter.pods_per_datacenter;
  switch (target.kind) {
    case Kind::rack:
      return of(pods * datacenter.racks_per_pod, "racks", "datacenter.racks_per_pod");
    case Kind::pod:
      return of(pods, "pods", "datacenter.pods_per_datacenter");
    case Kind::datacenter:
      return of(datacenters, "datacenters", "datacenter.datacenters_per_region");
    case Kind::region:
      return of(datacenter.regions, "regions", "datacenter.regions");
    case Kind::power:
      return of(scenario.faults.power_domains, "power domains", "faults.power_domains");
    case Kind::tier:
    case Kind::replicas:
      break;
  }
  for (const Tier& tier : tiers_of(scenario)) {
    if (tier.name == target.name) return of(tier.machines, "machines", tier.path);
  }
  return of(0, "machines", "");
}

void check_target(const std::string& text, const std::string& path, const Scenario& scenario,
                  std::vector<Issue>& issues) {
  std::string error;
  const auto targets = parse_fault_targets(text, error);
  if (!targets) {
    issues.push_back({path, error, {}});
    return;
  }
  for (const FaultTarget& target : *targets) {
    if (target.kind == Kind::replicas) continue;
    const Extent extent = extent_of(target, scenario);
    if (extent.path.empty()) {
      issues.push_back({path, no_such_tier(target.name, scenario), {}});
      continue;
    }
    if (target.share) continue;
    if (target.last < extent.count) continue;
    issues.push_back({path,
                      fmt::format("{} {} does not exist: there are {} {} ({}), numbered from 0", target.name, target.last,
                                  extent.count, extent.what, extent.path),
                      {extent.path}});
  }
}

bool needs_target(FaultKind kind) {
  return kind != FaultKind::load_spike && kind != FaultKind::cache_flush && kind != FaultKind::stuck_control;
}

void check_fault(const Fault& fault, const std::string& path, const Scenario& scenario, std::vector<Issue>& issues) {
  const std::string kind(enum_name(fault.kind));
  if (needs_target(fault.kind) && fault.target.empty()) {
    issues.push_back({path + ".target", fmt::format("a {} needs to be told what it befalls, for example 'gateway 0-3'", kind),
                      {path}});
  } else if (!needs_target(fault.kind) && !fault.target.empty()) {
    issues.push_back({path + ".target", fmt::format("a {} befalls the whole service, not {}", kind, quoted(fault.target)),
                      {path}});
  } else if (!fault.target.empty()) {
    check_target(fault.target, path + ".target", scenario, issues);
  }
  if (!fault.against.empty()) {
    if (fault.kind != FaultKind::partition) {
      issues.push_back({path + ".against", fmt::format("only a partition has two sides, this is: {}", kind), {path}});
    } else {
      check_target(fault.against, path + ".against", scenario, issues);
    }
  }
  if (fault.at > scenario.simulation.duration) {
    issues.push_back({path + ".at",
                      fmt::format("{} is after the end of the run, simulation.duration is {}", to_text(fault.at),
                                  to_text(scenario.simulation.duration)),
                      {"simulation.duration"}});
  }
}

/// More would be no incident, but another scenario; each is known before the run begins.
constexpr double random_faults_max = 100'000;

void check_random(const Scenario& scenario, std::vector<Issue>& issues) {
  const RandomFaults& random = scenario.faults.random;
  const std::pair<const char*, std::pair<const FailureProcess*, double>> processes[] = {
      {"machine", {&random.machine, machines(scenario)}},
      {"disk", {&random.disk, machines(scenario)}},
      {"rack", {&random.rack, hosts(scenario.datacenter) / scenario.datacenter.hosts_per_rack}},
      {"pod", {&random.pod, 1.0 * hosts(scenario.datacenter) / scenario.datacenter.hosts_per_rack /
                                scenario.datacenter.racks_per_pod}},
      {"power", {&random.power, scenario.faults.power_domains}}};
  for (const auto& [name, process] : processes) {
    const auto& [spec, elements] = process;
    if (!spec->time_to_failure) continue;
    const double expected = elements * (scenario.simulation.duration / *spec->time_to_failure) *
                            (1 + random.burst.probability.value() * random.burst.machines);
    if (expected <= random_faults_max) continue;
    issues.push_back({std::string("faults.random.") + name + ".time_to_failure",
                      fmt::format("{} is too short: it makes about {:.3g} failures in {}, at most {:.0f}",
                                  to_text(*spec->time_to_failure),
                                  expected, to_text(scenario.simulation.duration), random_faults_max),
                      {"simulation.duration"}});
  }
}

}  // namespace

void check_faults(const Scenario& scenario, std::vector<Issue>& issues) {
  const std::vector<Fault>& timetable = scenario.faults.timetable;
  for (std::size_t i = 0; i < timetable.size(); ++i) {
    check_fault(timetable[i], fmt::format("faults.timetable[{}]", i), scenario, issues);
  }
  check_random(scenario, issues);
}

}  // namespace chatsim::spec
