#include "planner/plan/robustness.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/graph/adjacency_list.hpp>
#include <boost/graph/biconnected_components.hpp>
#include <boost/graph/push_relabel_max_flow.hpp>
#include <map>
#include <set>

namespace chatsim::planner {
namespace {

/// The switches of one datacenter, hosts left out: racks below pods below its core. All pods alike, so that few stand for
/// many.
struct Switches {
  using Graph = boost::adjacency_list<boost::vecS, boost::vecS, boost::undirectedS, std::string>;
  Graph graph;
};

Switches switches_of(const spec::Datacenter& datacenter) {
  constexpr int enough = 3;  // Of each kind, to see what hangs on what.
  Switches found;
  const auto core = boost::add_vertex("core", found.graph);
  for (int pod = 0; pod < std::min(enough, datacenter.pods_per_datacenter); ++pod) {
    const auto of_pod = boost::add_vertex("pod", found.graph);
    boost::add_edge(core, of_pod, found.graph);
    for (int rack = 0; rack < std::min(enough, datacenter.racks_per_pod); ++rack) {
      const auto of_rack = boost::add_vertex("rack", found.graph);
      boost::add_edge(of_pod, of_rack, found.graph);
      // One host stands for those of the rack.
      boost::add_edge(of_rack, boost::add_vertex("host", found.graph), found.graph);
    }
  }
  return found;
}

/// A network of flows with an edge and its reverse for each cable.
class Flows {
 public:
  explicit Flows(std::size_t vertices) : graph_(vertices) {}
  void join(std::size_t a, std::size_t b, double bits_per_s) {
    // Whole megabits: the algorithm wants integers.
    const auto capacity = static_cast<long long>(bits_per_s / 1e6);
    one_way(a, b, capacity);
    one_way(b, a, capacity);
  }
  double most(std::size_t from, std::size_t to) {
    return 1e6 * static_cast<double>(boost::push_relabel_max_flow(graph_, from, to));
  }

 private:
  using Traits = boost::adjacency_list_traits<boost::vecS, boost::vecS, boost::directedS>;
  using Graph = boost::adjacency_list<
      boost::vecS, boost::vecS, boost::directedS, boost::no_property,
      boost::property<boost::edge_capacity_t, long long,
                      boost::property<boost::edge_residual_capacity_t, long long,
                                      boost::property<boost::edge_reverse_t, Traits::edge_descriptor>>>>;
  void one_way(std::size_t a, std::size_t b, long long capacity) {
    const auto forth = boost::add_edge(a, b, graph_).first;
    const auto back = boost::add_edge(b, a, graph_).first;
    boost::put(boost::edge_capacity, graph_, forth, capacity);
    boost::put(boost::edge_capacity, graph_, back, 0);
    boost::put(boost::edge_reverse, graph_, forth, back);
    boost::put(boost::edge_reverse, graph_, back, forth);
  }
  Graph graph_;
};

/// `parts` alike that meet in one switch, each with its uplink and so much that its hosts send.
Bisection bisection(const std::string& between, int parts, const spec::Link& uplink, spec::BytesPerSecond hosts_of_part) {
  const auto count = static_cast<std::size_t>(parts);
  // The switch, then the parts, then the two ends.
  Flows flows(count + 3);
  const std::size_t left = count + 1, right = count + 2;
  for (std::size_t part = 0; part < count; ++part) {
    flows.join(0, 1 + part, 8 * uplink.bandwidth.value());
    flows.join(part < count / 2 ? left : right, 1 + part, 8 * hosts_of_part.value());
  }
  const double half = static_cast<double>(count / 2);
  return {between, spec::BytesPerSecond{flows.most(left, right) / 8}, half * hosts_of_part};
}

}  // namespace

std::vector<SinglePoint> single_points_of_platform(const spec::Datacenter& datacenter) {
  const Switches switches = switches_of(datacenter);
  std::vector<boost::graph_traits<Switches::Graph>::vertex_descriptor> points;
  boost::articulation_points(switches.graph, std::back_inserter(points));
  std::set<std::string> kinds;
  for (const auto point : points) kinds.insert(switches.graph[point]);
  const double racks = datacenter.racks_per_pod, pods = datacenter.pods_per_datacenter;
  const double datacenters = 1.0 * datacenter.regions * datacenter.datacenters_per_region;
  std::vector<SinglePoint> found;
  if (kinds.contains("rack") && datacenter.hosts_per_rack > 1) {
    found.push_back({"the switch of a rack", fmt::format("its {} hosts", datacenter.hosts_per_rack),
                     1 / (racks * pods * datacenters)});
  }
  if (kinds.contains("pod") && datacenter.racks_per_pod > 1) {
    found.push_back({"the uplinks of a pod", fmt::format("its {} racks from the rest", datacenter.racks_per_pod),
                     1 / (pods * datacenters)});
  }
  if (kinds.contains("core") && datacenter.pods_per_datacenter > 1) {
    found.push_back({"the core of a datacenter", fmt::format("its {} pods from each other", datacenter.pods_per_datacenter),
                     1 / datacenters});
  }
  return found;
}

std::vector<SinglePoint> single_points_of_service(const spec::Scenario& scenario) {
  std::vector<SinglePoint> found;
  for (const TierOfScenario& tier : tiers_of(scenario)) {
    if (tier.machines == 1) found.push_back({"the only machine of " + tier.name, "the tier", 0});
  }
  const spec::Stores& stores = scenario.stores;
  for (const auto& [name, store] :
       {std::pair{"message_store", &stores.message}, std::pair{"conversation_store", &stores.conversation},
        std::pair{"group_store", &stores.group}, std::pair{"profile_store", &stores.profile}}) {
    const bool has_leaders = store->consistency == spec::Consistency::leader;
    if (has_leaders && store->replication < 3) {
      found.push_back({fmt::format("any machine of {}", name), "the rows it holds: without it there is no majority", 0});
    }
    if (!has_leaders && store->write_quorum == store->replication) {
      found.push_back({fmt::format("any machine of {}", name), "writes to the rows it holds: all replicas must answer", 0});
    }
    if (!has_leaders && store->read_quorum == store->replication) {
      found.push_back({fmt::format("any machine of {}", name), "reads of the rows it holds: all replicas must answer", 0});
    }
    if (store->spread == spec::FailureDomain::host && store->replication > 1) {
      found.push_back({fmt::format("a rack with machines of {}", name),
                       "the quorum of rows of which it holds several replicas: they only differ in their host", 0});
    }
  }
  // Tiers that nothing can go round: without them some operation of the service has no way from the clients.
  using Graph = boost::adjacency_list<boost::setS, boost::vecS, boost::undirectedS, std::string>;
  Graph tiers;
  std::map<std::string, Graph::vertex_descriptor> vertex_of;
  const auto vertex = [&](const std::string& tier) {
    const std::string name = tier.empty() ? "clients" : tier;
    const auto [place, is_new] = vertex_of.try_emplace(name, 0);
    if (is_new) place->second = boost::add_vertex(name, tiers);
    return place->second;
  };
  const ServiceGraph graph = service_graph(scenario);
  const auto [begin, end] = boost::edges(graph);
  for (auto edge = begin; edge != end; ++edge) {
    const std::string& from = graph[boost::source(*edge, graph)].tier;
    const std::string& to = graph[boost::target(*edge, graph)].tier;
    if (from != to) boost::add_edge(vertex(from), vertex(to), tiers);
  }
  std::vector<Graph::vertex_descriptor> points;
  boost::articulation_points(tiers, std::back_inserter(points));
  for (const auto point : points) {
    if (tiers[point] == "clients") continue;
    std::vector<std::string> only;
    for (const auto& [name, other] : vertex_of) {
      if (boost::degree(other, tiers) == 1 && *boost::adjacent_vertices(other, tiers).first == point) only.push_back(name);
    }
    found.push_back({"the tier " + tiers[point],
                     only.empty() ? "the way between parts of the service"
                                  : fmt::format("the only way to {}", fmt::join(only, ", ")),
                     0});
  }
  return found;
}

std::vector<Bisection> bisections(const spec::Datacenter& datacenter) {
  std::vector<Bisection> found;
  const spec::BytesPerSecond rack = datacenter.hosts_per_rack * datacenter.host_link.bandwidth;
  const spec::BytesPerSecond pod = datacenter.racks_per_pod * std::min(rack, datacenter.rack_uplink.bandwidth);
  const spec::BytesPerSecond whole = datacenter.pods_per_datacenter * std::min(pod, datacenter.pod_uplink.bandwidth);
  const spec::BytesPerSecond region =
      datacenter.datacenters_per_region * std::min(whole, datacenter.datacenter_uplink.bandwidth);
  if (datacenter.racks_per_pod > 1) {
    found.push_back(bisection("racks of a pod", datacenter.racks_per_pod, datacenter.rack_uplink, rack));
  }
  if (datacenter.pods_per_datacenter > 1) {
    found.push_back(bisection("pods of a datacenter", datacenter.pods_per_datacenter, datacenter.pod_uplink, pod));
  }
  if (datacenter.datacenters_per_region > 1) {
    found.push_back(bisection("datacenters of a region", datacenter.datacenters_per_region, datacenter.datacenter_uplink, whole));
  }
  if (datacenter.regions > 1) found.push_back(bisection("regions", datacenter.regions, datacenter.wan, region));
  return found;
}

}  // namespace chatsim::planner
