#pragma once

#include <map>
#include <simgrid/kernel/routing/NetZoneImpl.hpp>
#include <string>
#include <vector>

#include "sim/platform/clos_layout.hpp"

namespace chatsim::sim {

/// The fabric as ONE zone of SimGrid, which computes routes from host indices and stores none. (Nested zones
/// take half a minute for 50,000 hosts: every new name is looked up in every zone.)
///
///      WAN: a link for each ordered pair of regions
///      ============+==========================+=====
///                  |                          |
///          [ region border ]          [ region border ]
///             |         |                     .             datacenter_up, datacenter_down
///         [ spine ]  [ spine ]                .
///          |     |                                          pod_up, pod_down
///      [ agg ] [ agg ]     a pod's aggregation layer
///       |   |                                               rack_up, rack_down
///    [ToR] [ToR]           a rack's switch
///     | | |                                                 host_up, host_down (the network card)
///     h h h                hosts; each also reaches itself over the loopback link
///
/// A route goes up to the first level that both hosts share and down again. All links are full duplex:
/// traffic up does not share with traffic down. A level's several switches are one here (their bandwidths
/// added): the fabric spreads traffic evenly.
///
/// SimGrid weights a flow's share of a link by 1 / (latency of its route), so a flow in the same rack would
/// starve one to another region. Therefore every route *reports the same latency, nominal_latency*, and the
/// latency that a flow really pays, the sum of what its links say when it starts, comes in by SimGrid's
/// latency factor. Fair shares follow for any Comm, whoever starts it. Host::route_to thus yields the right
/// links but not the right latency: ask Platform::latency.
class ClosZone : public simgrid::kernel::routing::NetZoneImpl {
 public:
  /// In seconds; dwarfs what a change of a link's latency adds to the weight of a flow under way.
  static constexpr double nominal_latency = 100;

  /// Creates all hosts and links. The engine owns the zone, as SimGrid's first one.
  ClosZone(const spec::Datacenter& datacenter, const ClosLayout& layout);

  const std::vector<simgrid::s4u::Host*>& hosts() const { return hosts_; }
  const std::vector<simgrid::s4u::Link*>& links() const { return links_; }

  /// While one exists, every route also crosses that throttle (none: no_link). A flow's route is asked for
  /// once, when it starts.
  class Throttled {
   public:
    Throttled(ClosZone& zone, LinkIndex throttle) : zone_(zone) { zone_.throttle_ = throttle; }
    ~Throttled() { zone_.throttle_ = no_link; }
    Throttled(const Throttled&) = delete;
    Throttled& operator=(const Throttled&) = delete;

   private:
    ClosZone& zone_;
  };

 private:
  void get_local_route(const simgrid::kernel::routing::NetPoint* source,
                       const simgrid::kernel::routing::NetPoint* destination,
                       simgrid::kernel::routing::Route* into, double* latency) override;
  void get_graph(const s_xbt_graph_t* graph, std::map<std::string, xbt_node_t, std::less<>>* nodes,
                 std::map<std::string, xbt_edge_t, std::less<>>* edges) override;

  void add_hosts(double speed);
  void add_link(const std::string& name, const spec::Link& link);
  void add_links(const std::string& prefix, std::uint32_t count, const spec::Link& link);

  const ClosLayout layout_;
  std::vector<simgrid::s4u::Host*> hosts_;
  std::vector<simgrid::s4u::Link*> links_;
  std::vector<simgrid::kernel::resource::StandardLinkImpl*> link_impls_;  // get_impl() is a dynamic_cast
  LinkIndex throttle_ = no_link;
};

}  // namespace chatsim::sim
