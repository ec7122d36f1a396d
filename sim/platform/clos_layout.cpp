#include "sim/platform/clos_layout.hpp"

#include "sim/kernel/check.hpp"

namespace chatsim::sim {

ClosLayout::ClosLayout(const spec::Datacenter& datacenter, std::uint32_t throttles) : throttles_(throttles) {
  const std::array<int, levels> children{datacenter.hosts_per_rack, datacenter.racks_per_pod,
                                         datacenter.pods_per_datacenter, datacenter.datacenters_per_region};
  constexpr std::uint64_t most = 100'000'000;  // keeps every index of a link within 32 bits
  CHATSIM_CHECK(datacenter.regions > 0, "regions={}", datacenter.regions);
  count_[levels] = static_cast<std::uint32_t>(datacenter.regions);
  for (int level = levels; level-- > 0;) {
    CHATSIM_CHECK(children[level] > 0, "level={} children={}", level, children[level]);
    children_[level] = static_cast<std::uint32_t>(children[level]);
    const std::uint64_t elements = std::uint64_t{count_[level + 1]} * children_[level];
    CHATSIM_CHECK(elements <= most, "level={} elements={}", level, elements);
    count_[level] = static_cast<std::uint32_t>(elements);
  }
  LinkIndex next = 0;
  for (int level = 0; level < levels; ++level) {
    first_up_[level] = next;
    next += 2 * count_[level];
  }
  first_wan_ = next;
  loopback_ = first_wan_ + count_[levels] * (count_[levels] - 1);
}

FailureDomains ClosLayout::domain(HostIndex host) const {
  const auto rack = parent(0, host);
  const auto pod = parent(1, rack);
  const auto datacenter = parent(2, pod);
  return {host, rack, pod, datacenter, parent(3, datacenter)};
}

Route ClosLayout::route(HostIndex source, HostIndex destination) const {
  Route route;
  if (source == destination) {
    route.add(loopback_);
    return route;
  }
  std::array<LinkIndex, levels> descent{};
  int level = 0;
  while (level < levels && source != destination) {
    route.add(up(level, source));
    descent[level] = down(level, destination);
    source = parent(level, source);
    destination = parent(level, destination);
    ++level;
  }
  if (source != destination) route.add(wan(source, destination));
  while (level-- > 0) route.add(descent[level]);
  return route;
}

}  // namespace chatsim::sim
