#pragma once

#include <string>
#include <vector>

#include "planner/plan/service_graph.hpp"

namespace chatsim::planner {

/// A thing whose loss alone takes something away, and what.
struct SinglePoint {
  std::string what;
  std::string takes;
  double hosts_share = 0;  ///< Of all hosts.
};

/// Bandwidth between two halves of the platform's parts of one kind: the smallest cut between them.
struct Bisection {
  std::string between;  ///< "racks of a pod", "pods", ...
  spec::BytesPerSecond bandwidth;
  spec::BytesPerSecond hosts;  ///< What the hosts of one half can send.
  double oversubscription() const { return bandwidth > spec::BytesPerSecond{} ? hosts / bandwidth : 0; }
};

/// Parts of the network that no other part can stand in for: articulation points of the graph of switches.
std::vector<SinglePoint> single_points_of_platform(const spec::Datacenter& datacenter);
/// Tiers that are one machine, stores that lose their quorum with one machine or failure domain, and operations that all
/// messages pass (articulation points of the service graph).
std::vector<SinglePoint> single_points_of_service(const spec::Scenario& scenario);
std::vector<Bisection> bisections(const spec::Datacenter& datacenter);

}  // namespace chatsim::planner
