#pragma once

#include <functional>
#include <string>
#include <vector>

#include "scenarios/spec/fault_target.hpp"
#include "scenarios/spec/faults.hpp"
#include "sim/resources/world.hpp"

namespace chatsim::sim {

/// Who is meant by the target of a fault.
class Places {
 public:
  /// The machines that hold a row of a table: the sharding is the service's.
  using ReplicasOf = std::function<std::vector<MachineIndex>(const std::string& table, std::uint64_t row)>;
  Places(const World& world, std::uint32_t power_domains, ReplicasOf replicas_of)
      : world_(world), power_domains_(power_domains), replicas_of_(std::move(replicas_of)) {}

  /// In the order of their numbers, each once. The target is valid (spec::validate).
  std::vector<HostIndex> hosts(const std::string& target) const;
  std::vector<MachineIndex> machines(const std::string& target) const;
  /// All hosts that are not among these.
  std::vector<HostIndex> others(const std::vector<HostIndex>& hosts) const;

  /// The links by which the target is joined to the rest: of a rack its uplink, of single machines theirs. Up is what leads
  /// out of it.
  struct Links {
    std::vector<LinkIndex> up, down;
  };
  Links links(const std::string& target) const;

 private:
  void add_hosts(const spec::FaultTarget& target, std::vector<HostIndex>& hosts) const;
  void add_links(const spec::FaultTarget& target, Links& links) const;
  TierIndex tier(const std::string& name) const;

  const World& world_;
  std::uint32_t power_domains_;
  ReplicasOf replicas_of_;
};

}  // namespace chatsim::sim
