#pragma once

#include "sim/kernel/plane.hpp"
#include "sim/platform/flows.hpp"
#include "sim/resources/disk.hpp"
#include "sim/resources/rpc.hpp"
#include "sim/resources/transfers.hpp"

namespace chatsim::sim {

/// A simulated datacenter that is ready for services: SimGrid's platform, the message plane on its clock, and the
/// machines and wires between. What SimGrid does to a host or link reaches the plane here.
class World {
 public:
  explicit World(const spec::Datacenter& datacenter, PlatformOptions options = {});
  /// Every request and answer is a communication of SimGrid from now on (Rpc::carry_by). For small systems.
  void carry_by_flows();
  /// A link that bulk flows can be sent through to slow them down together (Flows::start). There are some tens.
  std::uint32_t take_throttle(spec::BytesPerSecond bandwidth);
  World(const World&) = delete;
  World& operator=(const World&) = delete;

 private:
  EngineSession session_;  // First: the others live in it.
  std::uint32_t throttles_taken_ = 0;
  std::uint64_t changes_seen_ = 0;  // Of the platform's.

 public:
  Platform platform;
  Scheduler scheduler;
  Plane plane;
  Fleet fleet;
  Wire wire;
  Rpc rpc;
  Flows flows;
  Transfers transfers;
  Disks disks;
};

}  // namespace chatsim::sim
