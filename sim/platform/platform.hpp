#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <functional>
#include <vector>

#include "scenarios/spec/datacenter.hpp"
#include "scenarios/spec/units.hpp"
#include "sim/kernel/time.hpp"
#include "sim/platform/clos_layout.hpp"
#include "sim/platform/engine.hpp"

namespace simgrid::s4u {
class Host;
class Link;
}  // namespace simgrid::s4u

namespace chatsim::sim {

class ClosZone;
class Platform;

struct PlatformOptions {
  /// Links that flows can be sent through to slow them down together; no link can be added later.
  std::uint32_t throttles = 32;
  /// Called when all hosts and links exist, before SimGrid seals them: the last moment for profiles of links.
  std::function<void(Platform&)> before_seal = {};
};

/// The physical world as the message plane sees it: flat arrays by index, read millions of times a second,
/// without a call into SimGrid. SimGrid governs: whoever turns a host or link on or off or changes a speed or
/// bandwidth there (a profile, a timer, other code), the arrays follow at once, by SimGrid's signals.
/// Latencies have no signal: refresh_latencies().
///
/// One a process, since SimGrid is one; it outlives everything that runs on it.
class Platform {
 public:
  Platform(EngineSession& session, const spec::Datacenter& datacenter, PlatformOptions options = {});
  ~Platform();
  Platform(const Platform&) = delete;
  Platform& operator=(const Platform&) = delete;

  // What there is.
  std::uint32_t hosts() const { return layout_.count(0); }
  std::uint32_t racks() const { return layout_.count(1); }
  std::uint32_t pods() const { return layout_.count(2); }
  std::uint32_t datacenters() const { return layout_.count(3); }
  std::uint32_t regions() const { return layout_.count(4); }
  FailureDomains domain(HostIndex host) const;

  // What a message meets.
  /// One way, all links of the route; a host to itself: the loopback.
  Duration latency(HostIndex source, HostIndex destination) const;
  /// The part of it that lies between the switches of two racks: nothing within one rack.
  Duration latency_between_racks(std::uint32_t source, std::uint32_t destination) const;
  /// One way between a host and the switch of its rack.
  Duration latency_up(HostIndex host) const { return Duration{up_[0][host].latency_ns}; }
  Duration latency_down(HostIndex host) const { return Duration{down_[0][host].latency_ns}; }
  /// Both hosts and every link of the route are on, and no partition is between.
  bool reachable(HostIndex source, HostIndex destination) const {
    return broken_ == 0 || every_part_on(source, destination);
  }
  /// The same of the route alone, whether or not the hosts are on.
  bool connected(HostIndex source, HostIndex destination) const {
    return broken_ == 0 || every_link_on(source, destination);
  }
  /// Nothing is off anywhere: everything can be reached.
  bool everything_on() const { return broken_ == 0; }
  bool is_on(HostIndex host) const { return host_on_[host] != 0; }
  /// Relative to the machine on which service times were measured.
  double speed(HostIndex host) const { return speed_[host]; }
  /// What bulk flows leave a message that goes out of this host's network card: the larger of the unused
  /// bandwidth and a fair share beside n flows, C / (n + 1) (flows alone would saturate the link and leave
  /// nothing).
  spec::BytesPerSecond bandwidth_for_message(HostIndex source) const {
    return spec::BytesPerSecond{left_by_flows(layout_.up(0, source))};
  }
  /// Whether network cards alone decide how fast a message leaves: no bulk flow anywhere, no narrower link
  /// above.
  bool cards_decide() const { return flows_ == 0 && !narrow_; }
  /// Of a host's network card, bulk flows aside: the smaller of its two directions.
  spec::BytesPerSecond card_bandwidth(HostIndex host) const {
    return spec::BytesPerSecond{std::min(bandwidth_[layout_.up(0, host)], bandwidth_[layout_.down(0, host)])};
  }
  /// The same for the whole way: the smallest over its links.
  spec::BytesPerSecond bandwidth_for_message(HostIndex source, HostIndex destination) const;

  // What SimGrid has no word for.
  /// From now on nothing gets from one of these hosts to one of those, whatever way there is. Flows between them are the
  /// caller's to end (Flows::end_cut_off). A few dozen partitions at a time.
  using PartitionId = std::uint32_t;
  PartitionId part(const std::vector<HostIndex>& from, const std::vector<HostIndex>& to);
  void join(PartitionId partition);
  static constexpr std::uint32_t partitions_max = 64;
  /// A host does everything so many times slower than SimGrid says; 1 is as it says. (A sealed host has five speeds only.)
  void slow_down(HostIndex host, double factor);
  /// A message that crosses the link is lost on it with this probability. Flows are not.
  void set_loss(LinkIndex link, double probability);
  /// Whether any link loses messages.
  bool lossy() const { return lossy_links_ > 0; }
  /// Probability that a message between two hosts is lost on its way.
  double loss(HostIndex source, HostIndex destination) const;

  // What SimGrid may have changed.
  /// Reads all latencies again; true if one differs. For whoever lets SimGrid run: afterwards, if anything
  /// may have called Link::set_latency (a latency profile, or a timer, an actor, code of ours). Costs about a
  /// millisecond for 50,000 hosts.
  bool refresh_latencies();
  /// How often a latency or bandwidth that messages meet, or a speed, has changed: for whoever keeps copies of them.
  std::uint64_t changes() const { return changes_; }
  /// What flows leave is asked from SimGrid once a round; this says that a new one begins.
  void begin_round() { ++round_; }
  /// Called at once, in SimGrid's context; in the order of registration.
  void on_host_down(std::function<void(HostIndex)> callback) { host_down_.push_back(std::move(callback)); }
  void on_host_up(std::function<void(HostIndex)> callback) { host_up_.push_back(std::move(callback)); }
  /// The same for a host or link that went off or came on, whichever it is; after the two above.
  void on_connectivity_changed(std::function<void()> callback) { connectivity_.push_back(std::move(callback)); }

  // SimGrid's own objects, for faults, flows and tests.
  simgrid::s4u::Host* host(HostIndex host) const { return sg_hosts_[host]; }
  simgrid::s4u::Link* link(LinkIndex link) const { return sg_links_[link]; }
  simgrid::s4u::Link* host_uplink(HostIndex host) const { return link(layout_.up(0, host)); }
  simgrid::s4u::Link* host_downlink(HostIndex host) const { return link(layout_.down(0, host)); }
  simgrid::s4u::Link* rack_uplink(std::uint32_t rack) const { return link(layout_.up(1, rack)); }
  simgrid::s4u::Link* rack_downlink(std::uint32_t rack) const { return link(layout_.down(1, rack)); }
  simgrid::s4u::Link* pod_uplink(std::uint32_t pod) const { return link(layout_.up(2, pod)); }
  simgrid::s4u::Link* pod_downlink(std::uint32_t pod) const { return link(layout_.down(2, pod)); }
  simgrid::s4u::Link* datacenter_uplink(std::uint32_t datacenter) const {
    return link(layout_.up(3, datacenter));
  }
  simgrid::s4u::Link* datacenter_downlink(std::uint32_t datacenter) const {
    return link(layout_.down(3, datacenter));
  }
  simgrid::s4u::Link* wan(std::uint32_t from_region, std::uint32_t to_region) const {
    return link(layout_.wan(from_region, to_region));
  }
  std::uint32_t throttles() const { return layout_.throttles(); }
  simgrid::s4u::Link* throttle(std::uint32_t index) const { return link(layout_.throttle(index)); }
  const ClosLayout& layout() const { return layout_; }

 private:
  friend class Flows;

  /// One direction of the link between an element and its parent.
  struct Hop {
    std::int64_t latency_ns;
    std::uint32_t parent;
  };
  /// What flows left of a link in that round.
  struct Leftover {
    std::uint64_t round;
    double bytes_per_second;
  };

  void read_everything();
  void set_latency(LinkIndex link, double seconds);
  double speed_of(HostIndex host) const;
  bool is_parted(HostIndex source, HostIndex destination) const {
    return partitions_ != 0 && (parted_from_[source] & parted_to_[destination]) != 0;
  }
  bool every_part_on(HostIndex source, HostIndex destination) const;
  bool every_link_on(HostIndex source, HostIndex destination) const;
  double left_by_flows(LinkIndex link) const {
    return flows_on_[link] == 0 ? bandwidth_[link] : left_beside_flows(link);
  }
  double left_beside_flows(LinkIndex link) const;
  bool some_link_is_narrower_than_hosts() const;

  static void listen_to_simgrid();
  void host_changed(const simgrid::s4u::Host& host);
  void speed_changed(const simgrid::s4u::Host& host);
  void link_changed(const simgrid::s4u::Link& link);
  void bandwidth_changed(const simgrid::s4u::Link& link);
  LinkIndex index_of(const simgrid::s4u::Link& link) const;
  HostIndex index_of(const simgrid::s4u::Host& host) const;

  void flow_started(const Route& route);
  void flow_ended(const Route& route);

  const ClosLayout layout_;
  ClosZone* zone_;
  std::vector<simgrid::s4u::Host*> sg_hosts_;
  std::vector<simgrid::s4u::Link*> sg_links_;
  std::vector<LinkIndex> links_by_address_;  // To be searched: a hash table would take twenty times the memory.

  std::array<std::vector<Hop>, ClosLayout::levels> up_;
  std::array<std::vector<Hop>, ClosLayout::levels> down_;
  std::vector<std::int64_t> wan_latency_ns_;  // by from * regions + to
  std::int64_t loopback_latency_ns_ = 0;

  std::vector<double> latency_;  // of each link in seconds, as SimGrid said last
  std::vector<double> bandwidth_;
  std::vector<std::uint8_t> link_on_;
  std::vector<std::uint8_t> host_on_;
  std::vector<double> speed_;
  std::uint64_t changes_ = 0;
  std::uint32_t broken_ = 0;  // hosts and links that are off, and partitions
  // By host, a bit for each partition: whether it is on the side that messages come from, or on the one that they go to. None
  // before the first.
  std::vector<std::uint64_t> parted_from_, parted_to_;
  std::uint64_t partitions_ = 0;
  std::vector<double> slowed_;  // by host; none before the first
  std::vector<double> loss_;    // by link; none before the first
  std::uint32_t lossy_links_ = 0;
  bool narrow_ = false;       // some link of the fabric or WAN is narrower than some host's

  std::vector<std::uint32_t> flows_on_;  // by link
  std::uint32_t flows_ = 0;
  std::uint64_t round_ = 1;
  mutable std::vector<Leftover> leftover_;

  std::vector<std::function<void(HostIndex)>> host_down_;
  std::vector<std::function<void(HostIndex)>> host_up_;
  std::vector<std::function<void()>> connectivity_;
};

inline FailureDomains Platform::domain(HostIndex host) const {
  const auto rack = up_[0][host].parent;
  const auto pod = up_[1][rack].parent;
  const auto datacenter = up_[2][pod].parent;
  return {host, rack, pod, datacenter, up_[3][datacenter].parent};
}

inline Duration Platform::latency(HostIndex source, HostIndex destination) const {
  if (source == destination) return Duration{loopback_latency_ns_};
  return latency_up(source) + latency_between_racks(up_[0][source].parent, down_[0][destination].parent) +
         latency_down(destination);
}

inline Duration Platform::latency_between_racks(std::uint32_t source, std::uint32_t destination) const {
  if (source == destination) return Duration{};
  std::int64_t nanoseconds = 0;
  for (int level = 1; level < ClosLayout::levels; ++level) {
    const Hop& up = up_[level][source];
    const Hop& down = down_[level][destination];
    nanoseconds += up.latency_ns + down.latency_ns;
    source = up.parent;
    destination = down.parent;
    if (source == destination) return Duration{nanoseconds};
  }
  return Duration{nanoseconds + wan_latency_ns_[source * regions() + destination]};
}

inline spec::BytesPerSecond Platform::bandwidth_for_message(HostIndex source, HostIndex destination) const {
  if (flows_ == 0 && !narrow_ && source != destination)
    return spec::BytesPerSecond{
        std::min(bandwidth_[layout_.up(0, source)], bandwidth_[layout_.down(0, destination)])};
  const Route route = layout_.route(source, destination);
  double least = left_by_flows(*route.begin());
  for (const LinkIndex link : route) least = std::min(least, left_by_flows(link));
  return spec::BytesPerSecond{least};
}

}  // namespace chatsim::sim
