#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "scenarios/spec/faults.hpp"
#include "sim/resources/world.hpp"

namespace chatsim::sim {

/// What is broken in a world now. Faults overlap: a host is on again when everything that took it down is over, and what
/// slows it down multiplies. All of it happens in SimGrid where SimGrid has a word for it: to be called where it acts
/// (Plane::at_simgrid).
class Damage {
 public:
  explicit Damage(World& world) : world_(world) {}
  Damage(const Damage&) = delete;
  Damage& operator=(const Damage&) = delete;

  void host_off(HostIndex host);
  void host_on(HostIndex host);
  void link_off(LinkIndex link);
  void link_on(LinkIndex link);

  void slow_host(HostIndex host, double factor);
  void mend_host(HostIndex host, double factor);
  void slow_disk(MachineIndex machine, double factor);
  void mend_disk(MachineIndex machine, double factor);

  /// Bandwidth divided by a factor, latency added to.
  struct Slowness {
    double factor = 1;
    spec::Seconds latency{0};
  };
  void slow_link(LinkIndex link, Slowness slowness);
  void mend_link(LinkIndex link, Slowness slowness);
  /// Messages on the link are lost, independently for each loss that it has at the time.
  void lose(LinkIndex link, spec::Probability loss);
  void stop_losing(LinkIndex link, spec::Probability loss);

  std::vector<Platform::PartitionId> part(const std::vector<HostIndex>& side, const std::vector<HostIndex>& other,
                                          spec::FaultDirection direction);
  void join(const std::vector<Platform::PartitionId>& partitions);

 private:
  /// What a host, disk or link suffers at a time, in the order of begin.
  template <class Key, class Suffered>
  using Suffering = std::map<Key, std::vector<Suffered>>;

  // All that it suffers, into the world.
  void set_host(HostIndex host);
  void set_disk(MachineIndex machine);
  void set_link(LinkIndex link);
  void set_loss(LinkIndex link);

  World& world_;
  std::map<HostIndex, int> hosts_off_;
  std::map<LinkIndex, int> links_off_;
  Suffering<HostIndex, double> slow_hosts_;
  Suffering<MachineIndex, double> slow_disks_;
  struct Healthy {
    double bandwidth, latency;
  };
  std::map<LinkIndex, Healthy> healthy_;  // Links that are or were slow.
  Suffering<LinkIndex, Slowness> slow_links_;
  Suffering<LinkIndex, double> losses_;
};

}  // namespace chatsim::sim
