#include "sim/platform/clos_zone.hpp"

#include <algorithm>
#include <simgrid/kernel/resource/NetworkModelIntf.hpp>
#include <simgrid/kernel/routing/NetPoint.hpp>
#include <simgrid/s4u/Host.hpp>
#include <simgrid/s4u/Link.hpp>
#include <utility>

#include "sim/kernel/check.hpp"
#include "sim/platform/host_speed.hpp"

namespace chatsim::sim {
namespace {

/// Names of a kind sort as their numbers, so that SimGrid's maps of names grow at one end, where the cache is warm: all
/// have as many digits as the last one. Up to 15 characters, those of 100 million hosts, they need no allocation.
class Names {
 public:
  Names(std::string prefix, std::uint32_t count)
      : prefix_(std::move(prefix)), digits_(std::max<std::size_t>(5, std::to_string(count - 1).size())) {}

  std::string operator[](std::uint32_t number) const {
    const auto text = std::to_string(number);
    return prefix_ + std::string(digits_ - text.size(), '0') + text;
  }

 private:
  std::string prefix_;
  std::size_t digits_;
};

double latency_factor(double, const simgrid::s4u::Host*, const simgrid::s4u::Host*,
                      const std::vector<simgrid::s4u::Link*>& links,
                      const std::unordered_set<simgrid::s4u::NetZone*>&) {
  double latency = 0;
  for (const auto* link : links) latency += link->get_latency();
  // A flow without latency would get SimGrid's default weight instead of ours.
  return std::max(latency, 1e-9) / ClosZone::nominal_latency;
}

/// A host to itself: through the kernel, not the network.
const spec::Link loopback_link{spec::BytesPerSecond{10e9}, spec::Seconds{10e-6}};
/// A throttle that nobody has set yet: never the bottleneck.
const spec::Link open_throttle{spec::BytesPerSecond{1e15}, spec::Seconds{0}};

}  // namespace

ClosZone::ClosZone(const spec::Datacenter& datacenter, const ClosLayout& layout)
    : NetZoneImpl("fabric"), layout_(layout) {
  get_iface()->get_network_model()->set_lat_factor_cb(latency_factor);
  add_hosts(datacenter.host_speed);

  links_.reserve(layout.links());
  link_impls_.reserve(layout.links());
  const std::array<const char*, ClosLayout::levels> names{"h", "rack", "pod", "dc"};
  const std::array<const spec::Link*, ClosLayout::levels> kinds{
      &datacenter.host_link, &datacenter.rack_uplink, &datacenter.pod_uplink, &datacenter.datacenter_uplink};
  for (int level = 0; level < ClosLayout::levels; ++level) {
    add_links(std::string(names[level]) + "_up_", layout.count(level), *kinds[level]);
    add_links(std::string(names[level]) + "_down_", layout.count(level), *kinds[level]);
  }
  const auto regions = layout.count(ClosLayout::levels);
  add_links("wan_", regions * (regions - 1), datacenter.wan);
  add_link("loopback", loopback_link);
  links_.back()->set_sharing_policy(simgrid::s4u::Link::SharingPolicy::FATPIPE);
  add_links("throttle_", layout.throttles(), open_throttle);
  CHATSIM_CHECK(links_.size() == layout.links(), "links={} expected={}", links_.size(), layout.links());
}

void ClosZone::add_hosts(double speed) {
  std::vector<double> speeds;
  for (const double share : host_speed_levels) speeds.push_back(share * speed * reference_flops);
  const Names names("h", layout_.count(0));
  hosts_.reserve(layout_.count(0));
  for (HostIndex host = 0; host < layout_.count(0); ++host) {
    hosts_.push_back(create_host(names[host], speeds));
    // Routes are computed from netpoint ids, which are orders of creation.
    CHATSIM_CHECK(hosts_.back()->get_netpoint()->id() == host, "host={} id={}", host,
                  hosts_.back()->get_netpoint()->id());
  }
}

void ClosZone::add_link(const std::string& name, const spec::Link& link) {
  links_.push_back(create_link(name, {link.bandwidth.value()}));
  links_.back()->set_latency(link.latency.value());
  link_impls_.push_back(links_.back()->get_impl());
}

void ClosZone::add_links(const std::string& prefix, std::uint32_t count, const spec::Link& link) {
  if (count == 0) return;
  const Names names(prefix, count);
  for (std::uint32_t number = 0; number < count; ++number) add_link(names[number], link);
}

void ClosZone::get_local_route(const simgrid::kernel::routing::NetPoint* source,
                               const simgrid::kernel::routing::NetPoint* destination,
                               simgrid::kernel::routing::Route* into, double* latency) {
  for (const LinkIndex link :
       layout_.route(static_cast<HostIndex>(source->id()), static_cast<HostIndex>(destination->id())))
    into->link_list_.push_back(link_impls_[link]);
  if (throttle_ != no_link) into->link_list_.push_back(link_impls_[throttle_]);
  if (latency != nullptr) *latency += nominal_latency;
}

/// SimGrid's own would enumerate all pairs of hosts.
void ClosZone::get_graph(const s_xbt_graph_t*, std::map<std::string, xbt_node_t, std::less<>>*,
                         std::map<std::string, xbt_edge_t, std::less<>>*) {}

}  // namespace chatsim::sim
