#pragma once

#include <string>
#include <vector>

#include "scenarios/spec/scenario.hpp"
#include "scenarios/spec/validate.hpp"

namespace chatsim::spec {

// The part of validate() that is about one table.

/// Failure domains of a kind in the whole datacenter.
double domains(const Datacenter& datacenter, FailureDomain domain);

/// What fields of a store do not allow of each other, and of the datacenter: replicas, quorums, placement, growth, leaders.
/// \param path of the store in the scenario.
void check_store(const Store& store, const std::string& path, const Datacenter& datacenter, std::vector<Issue>& issues);
/// The same for where its rows live when there are several regions.
void check_store_regions(const Store& store, const std::string& path, const Datacenter& datacenter,
                         std::vector<Issue>& issues);

}  // namespace chatsim::spec
