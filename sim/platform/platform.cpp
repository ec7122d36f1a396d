#include "sim/platform/platform.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <exception>
#include <functional>
#include <numeric>
#include <simgrid/kernel/routing/NetPoint.hpp>
#include <simgrid/s4u/Engine.hpp>
#include <simgrid/s4u/Host.hpp>
#include <simgrid/s4u/Link.hpp>

#include "sim/kernel/check.hpp"
#include "sim/platform/clos_zone.hpp"
#include "sim/platform/host_speed.hpp"

namespace chatsim::sim {
namespace {

/// SimGrid's signals cannot be unsubscribed from: they go to whichever platform exists.
Platform* current = nullptr;

double relative_speed(const simgrid::s4u::Host& host) {
  return host.get_speed() * host.get_available_speed() / reference_flops;
}

}  // namespace

Platform::Platform(EngineSession& session, const spec::Datacenter& datacenter, PlatformOptions options)
    : layout_(datacenter, options.throttles) {
  CHATSIM_CHECK(session.engine().get_netzone_root() == nullptr, "this process already has a platform");
  try {
    zone_ = new ClosZone(datacenter, layout_);  // the engine's from now on
    sg_hosts_ = zone_->hosts();
    sg_links_ = zone_->links();
    links_by_address_.resize(sg_links_.size());
    std::iota(links_by_address_.begin(), links_by_address_.end(), LinkIndex{0});
    std::sort(links_by_address_.begin(), links_by_address_.end(),
              [this](LinkIndex a, LinkIndex b) { return std::less<>{}(sg_links_[a], sg_links_[b]); });
    if (options.before_seal) options.before_seal(*this);
    session.engine().seal_platform();
  } catch (const InternalError&) {
    throw;
  } catch (const std::exception& problem) {
    CHATSIM_CHECK(false, "SimGrid refuses the platform: {}", problem.what());
  }
  read_everything();
  current = this;
  listen_to_simgrid();
}

Platform::~Platform() { current = nullptr; }

void Platform::read_everything() {
  for (int level = 0; level < ClosLayout::levels; ++level) {
    up_[level].resize(layout_.count(level));
    for (std::uint32_t element = 0; element < layout_.count(level); ++element)
      up_[level][element] = {0, layout_.parent(level, element)};
    down_[level] = up_[level];
  }
  wan_latency_ns_.resize(std::size_t{regions()} * regions());
  const std::size_t links = layout_.links();
  latency_.resize(links);
  bandwidth_.resize(links);
  link_on_.resize(links);
  flows_on_.resize(links);
  leftover_.resize(links);
  for (LinkIndex link = 0; link < links; ++link) {
    set_latency(link, sg_links_[link]->get_latency());
    bandwidth_[link] = sg_links_[link]->get_bandwidth();
    link_on_[link] = sg_links_[link]->is_on();
    broken_ += !link_on_[link];
  }
  host_on_.resize(hosts());
  speed_.resize(hosts());
  for (HostIndex host = 0; host < hosts(); ++host) {
    host_on_[host] = sg_hosts_[host]->is_on();
    broken_ += !host_on_[host];
    speed_[host] = relative_speed(*sg_hosts_[host]);
  }
  narrow_ = some_link_is_narrower_than_hosts();
}

void Platform::set_latency(LinkIndex link, double seconds) {
  latency_[link] = seconds;
  const std::int64_t nanoseconds = std::llround(seconds * 1e9);
  for (int level = 0; level < ClosLayout::levels; ++level) {
    const auto count = layout_.count(level);
    if (link < layout_.up(level, count)) {
      up_[level][link - layout_.up(level, 0)].latency_ns = nanoseconds;
      return;
    }
    if (link < layout_.down(level, count)) {
      down_[level][link - layout_.down(level, 0)].latency_ns = nanoseconds;
      return;
    }
  }
  if (link == layout_.loopback()) {
    loopback_latency_ns_ = nanoseconds;
  } else if (link < layout_.loopback()) {
    const auto pair = link - layout_.wan(0, 1);
    const auto from = pair / (regions() - 1);
    const auto to = pair % (regions() - 1);
    wan_latency_ns_[from * regions() + (to < from ? to : to + 1)] = nanoseconds;
  }
  // Throttles only flows meet.
}

bool Platform::refresh_latencies() {
  bool changed = false;
  for (LinkIndex link = 0; link < sg_links_.size(); ++link) {
    const double seconds = sg_links_[link]->get_latency();
    if (seconds == latency_[link]) continue;
    set_latency(link, seconds);
    changed = true;
  }
  changes_ += changed;
  return changed;
}

bool Platform::every_part_on(HostIndex source, HostIndex destination) const {
  return host_on_[source] && host_on_[destination] && every_link_on(source, destination);
}

bool Platform::every_link_on(HostIndex source, HostIndex destination) const {
  if (is_parted(source, destination)) return false;
  const Route route = layout_.route(source, destination);
  return std::all_of(route.begin(), route.end(), [this](LinkIndex link) { return link_on_[link] != 0; });
}

double Platform::left_beside_flows(LinkIndex link) const {
  Leftover& leftover = leftover_[link];
  if (leftover.round != round_) {
    const double capacity = bandwidth_[link];
    const double unused = capacity - sg_links_[link]->get_usage();
    leftover = {round_, std::max(unused, capacity / (flows_on_[link] + 1))};
  }
  return leftover.bytes_per_second;
}

bool Platform::some_link_is_narrower_than_hosts() const {
  const auto above_hosts = bandwidth_.begin() + layout_.up(1, 0);
  const auto end_of_fabric = bandwidth_.begin() + layout_.loopback();
  return *std::min_element(above_hosts, end_of_fabric) < *std::max_element(bandwidth_.begin(), above_hosts);
}

void Platform::flow_started(const Route& route) {
  for (const LinkIndex link : route) ++flows_on_[link];
  ++flows_;
  begin_round();
}

void Platform::flow_ended(const Route& route) {
  for (const LinkIndex link : route) --flows_on_[link];
  --flows_;
  begin_round();
}

void Platform::listen_to_simgrid() {
  using simgrid::s4u::Engine;
  using simgrid::s4u::Host;
  using simgrid::s4u::Link;
  static bool listening = false;
  if (listening) return;
  listening = true;
  Host::on_state_change_cb([](const Host& host) {
    if (current != nullptr) current->host_changed(host);
  });
  Host::on_speed_change_cb([](const Host& host) {
    if (current != nullptr) current->speed_changed(host);
  });
  Link::on_state_change_cb([](const Link& link) {
    if (current != nullptr) current->link_changed(link);
  });
  Link::on_bandwidth_change_cb([](const Link& link) {
    if (current != nullptr) current->bandwidth_changed(link);
  });
  Engine::on_time_advance_cb([](double) {
    if (current != nullptr) current->begin_round();
  });
}

void Platform::host_changed(const simgrid::s4u::Host& sg_host) {
  const HostIndex host = index_of(sg_host);
  const bool on = sg_host.is_on();
  if (on == is_on(host)) return;
  host_on_[host] = on;
  on ? --broken_ : ++broken_;
  for (const auto& callback : on ? host_up_ : host_down_) callback(host);
  for (const auto& callback : connectivity_) callback();
}

void Platform::speed_changed(const simgrid::s4u::Host& host) {
  const HostIndex index = index_of(host);
  speed_[index] = speed_of(index);
  ++changes_;
}

double Platform::speed_of(HostIndex host) const {
  return relative_speed(*sg_hosts_[host]) / (slowed_.empty() ? 1 : slowed_[host]);
}

void Platform::slow_down(HostIndex host, double factor) {
  CHATSIM_CHECK(factor > 0, "host {} is slowed down by {}", host, factor);
  if (slowed_.empty()) slowed_.assign(hosts(), 1.0);
  slowed_[host] = factor;
  speed_[host] = speed_of(host);
  ++changes_;
}

Platform::PartitionId Platform::part(const std::vector<HostIndex>& from, const std::vector<HostIndex>& to) {
  const auto id = static_cast<PartitionId>(std::countr_one(partitions_));
  CHATSIM_CHECK(id < partitions_max, "{} partitions at a time", partitions_max);
  const std::uint64_t bit = std::uint64_t{1} << id;
  parted_from_.resize(hosts());
  parted_to_.resize(hosts());
  partitions_ |= bit;
  for (const HostIndex host : from) parted_from_[host] |= bit;
  for (const HostIndex host : to) parted_to_[host] |= bit;
  ++broken_;
  for (const auto& callback : connectivity_) callback();
  return id;
}

void Platform::join(PartitionId partition) {
  const std::uint64_t bit = std::uint64_t{1} << partition;
  CHATSIM_CHECK((partitions_ & bit) != 0, "there is no partition {}", partition);
  partitions_ &= ~bit;
  for (HostIndex host = 0; host < hosts(); ++host) {
    parted_from_[host] &= ~bit;
    parted_to_[host] &= ~bit;
  }
  --broken_;
  for (const auto& callback : connectivity_) callback();
}

void Platform::set_loss(LinkIndex link, double probability) {
  CHATSIM_CHECK(probability >= 0 && probability < 1, "link {} loses {}", link, probability);
  if (loss_.empty()) loss_.assign(sg_links_.size(), 0.0);
  lossy_links_ += (probability > 0) - (loss_[link] > 0);
  loss_[link] = probability;
}

double Platform::loss(HostIndex source, HostIndex destination) const {
  if (lossy_links_ == 0) return 0;
  double arrives = 1;
  for (const LinkIndex link : layout_.route(source, destination)) arrives *= 1 - loss_[link];
  return 1 - arrives;
}

void Platform::link_changed(const simgrid::s4u::Link& sg_link) {
  const LinkIndex link = index_of(sg_link);
  const bool on = sg_link.is_on();
  if (on == (link_on_[link] != 0)) return;
  link_on_[link] = on;
  on ? --broken_ : ++broken_;
  for (const auto& callback : connectivity_) callback();
}

void Platform::bandwidth_changed(const simgrid::s4u::Link& sg_link) {
  const LinkIndex link = index_of(sg_link);
  bandwidth_[link] = sg_link.get_bandwidth();
  begin_round();
  if (link >= layout_.loopback()) return;  // Messages do not meet throttles.
  narrow_ = some_link_is_narrower_than_hosts();
  ++changes_;
}

LinkIndex Platform::index_of(const simgrid::s4u::Link& link) const {
  const auto found =
      std::lower_bound(links_by_address_.begin(), links_by_address_.end(), &link,
                       [this](LinkIndex a, const simgrid::s4u::Link* b) { return std::less<>{}(sg_links_[a], b); });
  CHATSIM_CHECK(found != links_by_address_.end() && sg_links_[*found] == &link, "link {} is not of this platform",
                link.get_name());
  return *found;
}

HostIndex Platform::index_of(const simgrid::s4u::Host& host) const {
  const auto index = host.get_netpoint()->id();
  CHATSIM_CHECK(index < sg_hosts_.size() && sg_hosts_[index] == &host, "host {} is not of this platform",
                host.get_name());
  return static_cast<HostIndex>(index);
}

}  // namespace chatsim::sim
