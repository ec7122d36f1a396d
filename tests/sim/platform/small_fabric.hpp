#pragma once

#include "scenarios/spec/datacenter.hpp"
#include "sim/platform/clos_layout.hpp"

namespace chatsim::sim::test {

/// 2 regions x 2 datacenters x 2 pods x 2 racks x 3 hosts = 48 hosts; the further a route goes, the narrower
/// its narrowest link, so that each kind of route has a bandwidth of its own.
inline spec::Datacenter small_fabric() {
  using namespace spec::literals;
  spec::Datacenter datacenter;
  datacenter.regions = 2;
  datacenter.datacenters_per_region = 2;
  datacenter.pods_per_datacenter = 2;
  datacenter.racks_per_pod = 2;
  datacenter.hosts_per_rack = 3;
  datacenter.host_link = {3_GB_per_s, 2_us};
  datacenter.rack_uplink = {2.5_GB_per_s, 5_us};
  datacenter.pod_uplink = {2_GB_per_s, 10_us};
  datacenter.datacenter_uplink = {1.5_GB_per_s, 50_us};
  datacenter.wan = {1_GB_per_s, 40_ms};
  datacenter.host_speed = 2;
  return datacenter;
}

struct RouteKind {
  const char* derivation;
  HostIndex destination;  // from host 0
  double latency;         // seconds
  double bandwidth;       // bytes a second
};

inline constexpr RouteKind route_kinds[] = {
    {"in a rack: 2 x 2us", 1, 4e-6, 3e9},
    {"in a pod: 2 x (2us + 5us)", 3, 14e-6, 2.5e9},
    {"in a datacenter: 2 x (2us + 5us + 10us)", 6, 34e-6, 2e9},
    {"in a region: 2 x (2us + 5us + 10us + 50us)", 12, 134e-6, 1.5e9},
    {"between regions: 2 x (2us + 5us + 10us + 50us) + 40ms", 24, 40.134e-3, 1e9},
    {"to itself: the loopback's 10us", 0, 10e-6, 10e9},
};

}  // namespace chatsim::sim::test
