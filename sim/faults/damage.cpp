#include "sim/faults/damage.hpp"

#include <algorithm>
#include <functional>
#include <numeric>
#include <simgrid/s4u/Host.hpp>
#include <simgrid/s4u/Link.hpp>

namespace chatsim::sim {

namespace {

double product(const std::vector<double>& factors) {
  return std::accumulate(factors.begin(), factors.end(), 1.0, std::multiplies<>{});
}

/// One that equals it.
void erase_one(std::vector<double>& values, double value) {
  const auto found = std::find(values.begin(), values.end(), value);
  CHATSIM_CHECK(found != values.end(), "{} is mended that was not broken", value);
  values.erase(found);
}

}  // namespace

void Damage::host_off(HostIndex host) {
  if (hosts_off_[host]++ == 0) world_.platform.host(host)->turn_off();
}

void Damage::host_on(HostIndex host) {
  CHATSIM_CHECK(hosts_off_[host] > 0, "host {} is not off", host);
  if (--hosts_off_[host] == 0) world_.platform.host(host)->turn_on();
}

void Damage::link_off(LinkIndex link) {
  if (links_off_[link]++ == 0) world_.platform.link(link)->turn_off();
}

void Damage::link_on(LinkIndex link) {
  CHATSIM_CHECK(links_off_[link] > 0, "link {} is not off", link);
  if (--links_off_[link] == 0) world_.platform.link(link)->turn_on();
}

void Damage::slow_host(HostIndex host, double factor) {
  slow_hosts_[host].push_back(factor);
  set_host(host);
}

void Damage::mend_host(HostIndex host, double factor) {
  erase_one(slow_hosts_[host], factor);
  set_host(host);
}

void Damage::set_host(HostIndex host) { world_.platform.slow_down(host, product(slow_hosts_[host])); }

void Damage::slow_disk(MachineIndex machine, double factor) {
  slow_disks_[machine].push_back(factor);
  set_disk(machine);
}

void Damage::mend_disk(MachineIndex machine, double factor) {
  erase_one(slow_disks_[machine], factor);
  set_disk(machine);
}

void Damage::set_disk(MachineIndex machine) { world_.fleet.slow_disk(machine, product(slow_disks_[machine])); }

void Damage::slow_link(LinkIndex link, Slowness slowness) {
  const simgrid::s4u::Link& simgrid_link = *world_.platform.link(link);
  healthy_.try_emplace(link, Healthy{simgrid_link.get_bandwidth(), simgrid_link.get_latency()});
  slow_links_[link].push_back(slowness);
  set_link(link);
}

void Damage::mend_link(LinkIndex link, Slowness slowness) {
  auto& suffered = slow_links_[link];
  const auto found = std::find_if(suffered.begin(), suffered.end(), [&](const Slowness& one) {
    return one.factor == slowness.factor && one.latency == slowness.latency;
  });
  CHATSIM_CHECK(found != suffered.end(), "link {} is mended that was not slow", link);
  suffered.erase(found);
  set_link(link);
}

void Damage::set_link(LinkIndex link) {
  auto [bandwidth, latency] = healthy_.at(link);
  for (const Slowness& slowness : slow_links_[link]) {
    bandwidth /= slowness.factor;
    latency += slowness.latency.value();
  }
  simgrid::s4u::Link& simgrid_link = *world_.platform.link(link);
  simgrid_link.set_bandwidth(bandwidth);
  simgrid_link.set_latency(latency);
}

void Damage::lose(LinkIndex link, spec::Probability loss) {
  losses_[link].push_back(loss.value());
  set_loss(link);
}

void Damage::stop_losing(LinkIndex link, spec::Probability loss) {
  erase_one(losses_[link], loss.value());
  set_loss(link);
}

void Damage::set_loss(LinkIndex link) {
  double arrives = 1;
  for (const double loss : losses_[link]) arrives *= 1 - loss;
  world_.platform.set_loss(link, 1 - arrives);
}

std::vector<Platform::PartitionId> Damage::part(const std::vector<HostIndex>& side, const std::vector<HostIndex>& other,
                                                spec::FaultDirection direction) {
  std::vector<Platform::PartitionId> partitions;
  if (direction != spec::FaultDirection::to_target) partitions.push_back(world_.platform.part(side, other));
  if (direction != spec::FaultDirection::from_target) partitions.push_back(world_.platform.part(other, side));
  world_.flows.end_cut_off();
  return partitions;
}

void Damage::join(const std::vector<Platform::PartitionId>& partitions) {
  for (const Platform::PartitionId partition : partitions) world_.platform.join(partition);
}

}  // namespace chatsim::sim
