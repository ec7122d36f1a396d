#include "sim/faults/places.hpp"

#include <algorithm>
#include <cmath>

namespace chatsim::sim {

using Kind = spec::FaultTarget::Kind;

namespace {

std::vector<spec::FaultTarget> parsed(const std::string& text) {
  std::string error;
  auto targets = spec::parse_fault_targets(text, error);
  CHATSIM_CHECK(targets.has_value(), "the target of a fault: {}", error);
  return *std::move(targets);
}

template <class Value>
void sort_each_once(std::vector<Value>& values) {
  std::sort(values.begin(), values.end());
  values.erase(std::unique(values.begin(), values.end()), values.end());
}

/// ClosLayout's level of a failure domain; those of regions are above it.
int level_of(Kind kind) {
  switch (kind) {
    case Kind::rack:
      return 1;
    case Kind::pod:
      return 2;
    case Kind::datacenter:
      return 3;
    default:
      return 4;
  }
}

}  // namespace

TierIndex Places::tier(const std::string& name) const {
  for (std::uint32_t tier = 0; tier < world_.fleet.tiers(); ++tier) {
    if (world_.fleet.options(static_cast<TierIndex>(tier)).name == name) return static_cast<TierIndex>(tier);
  }
  CHATSIM_CHECK(false, "there is no tier {}", name);
}

void Places::add_hosts(const spec::FaultTarget& target, std::vector<HostIndex>& hosts) const {
  const Fleet& fleet = world_.fleet;
  if (target.kind == Kind::replicas) {
    for (const MachineIndex machine : replicas_of_(target.name, target.row)) hosts.push_back(fleet[machine].host);
    return;
  }
  if (target.kind == Kind::tier) {
    const TierIndex index = tier(target.name);
    const MachineIndex first = fleet.first(index);
    const double machines = fleet.options(index).machines;
    const auto add = [&](double number) { hosts.push_back(fleet[first + static_cast<MachineIndex>(number)].host); };
    if (!target.share) {
      for (std::uint64_t number = target.first; number <= target.last; ++number) add(static_cast<double>(number));
      return;
    }
    const double count = std::round(target.share->value() * machines);
    for (double i = 0; i < count; ++i) add(std::floor((i + 0.5) * machines / count));
    return;
  }
  for (HostIndex host = 0; host < world_.platform.hosts(); ++host) {
    const FailureDomains domain = world_.platform.domain(host);
    const std::uint32_t element = target.kind == Kind::power        ? domain.rack % power_domains_
                                  : target.kind == Kind::rack       ? domain.rack
                                  : target.kind == Kind::pod        ? domain.pod
                                  : target.kind == Kind::datacenter ? domain.datacenter
                                                                    : domain.region;
    if (element >= target.first && element <= target.last) hosts.push_back(host);
  }
}

std::vector<HostIndex> Places::hosts(const std::string& text) const {
  std::vector<HostIndex> hosts;
  for (const spec::FaultTarget& target : parsed(text)) add_hosts(target, hosts);
  sort_each_once(hosts);
  return hosts;
}

std::vector<MachineIndex> Places::machines(const std::string& text) const {
  std::vector<MachineIndex> machines;
  for (const HostIndex host : hosts(text)) {
    if (const MachineIndex machine = world_.fleet.on_host(host); machine != no_machine) machines.push_back(machine);
  }
  std::sort(machines.begin(), machines.end());
  return machines;
}

std::vector<HostIndex> Places::others(const std::vector<HostIndex>& hosts) const {
  std::vector<HostIndex> others;
  for (HostIndex host = 0; host < world_.platform.hosts(); ++host) {
    if (!std::binary_search(hosts.begin(), hosts.end(), host)) others.push_back(host);
  }
  return others;
}

void Places::add_links(const spec::FaultTarget& target, Links& links) const {
  const ClosLayout& layout = world_.platform.layout();
  const int level = level_of(target.kind);
  if (target.kind == Kind::region) {
    const std::uint32_t regions = world_.platform.regions();
    for (auto region = static_cast<std::uint32_t>(target.first); region <= target.last; ++region) {
      for (std::uint32_t other = 0; other < regions; ++other) {
        if (other == region) continue;
        links.up.push_back(layout.wan(region, other));
        links.down.push_back(layout.wan(other, region));
      }
    }
  } else if (level < ClosLayout::levels) {
    for (auto element = static_cast<std::uint32_t>(target.first); element <= target.last; ++element) {
      links.up.push_back(layout.up(level, element));
      links.down.push_back(layout.down(level, element));
    }
  } else {
    std::vector<HostIndex> hosts;
    add_hosts(target, hosts);
    for (const HostIndex host : hosts) {
      links.up.push_back(layout.up(0, host));
      links.down.push_back(layout.down(0, host));
    }
  }
}

Places::Links Places::links(const std::string& text) const {
  Links links;
  for (const spec::FaultTarget& target : parsed(text)) add_links(target, links);
  sort_each_once(links.up);
  sort_each_once(links.down);
  return links;
}

}  // namespace chatsim::sim
