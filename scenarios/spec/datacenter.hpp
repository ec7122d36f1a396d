#pragma once

#include "scenarios/spec/field.hpp"

namespace chatsim::spec {

/// One cable or trunk, each direction having the full bandwidth.
struct Link {
  BytesPerSecond bandwidth;
  Seconds latency;

  template <class Visitor>
  static void fields(Visitor&& visit) {
    using namespace literals;
    visit("bandwidth", &Link::bandwidth, more_than(BytesPerSecond{0}),
          "of each direction, for example 25Gbit/s");
    visit("latency", &Link::latency, between(0_s, 10_s), "one way, switching included");
  }
};

/// The machines and the network between them: hosts in racks, racks in pods, pods in datacenters, datacenters
/// in regions. Latencies are of one link; a route between pods crosses host, rack and pod links on both
/// sides.
struct Datacenter {
  int regions = 1;
  int datacenters_per_region = 1;
  int pods_per_datacenter = 35;
  int racks_per_pod = 36;
  int hosts_per_rack = 40;
  Link host_link{BytesPerSecond{25e9 / 8}, Seconds{2e-6}};
  Link rack_uplink{BytesPerSecond{1e12 / 8}, Seconds{5e-6}};
  Link pod_uplink{BytesPerSecond{36e12 / 8}, Seconds{10e-6}};
  Link datacenter_uplink{BytesPerSecond{100e12 / 8}, Seconds{50e-6}};
  Link wan{BytesPerSecond{10e12 / 8}, Seconds{40e-3}};
  double host_speed = 1;

  template <class Visitor>
  static void fields(Visitor&& visit) {
    visit("regions", &Datacenter::regions, between(1, 100), "regions, joined by the WAN");
    visit("datacenters_per_region", &Datacenter::datacenters_per_region, between(1, 100),
          "datacenters of each region");
    visit("pods_per_datacenter", &Datacenter::pods_per_datacenter, between(1, 10000),
          "pods of each datacenter");
    visit("racks_per_pod", &Datacenter::racks_per_pod, between(1, 10000), "racks of each pod");
    visit("hosts_per_rack", &Datacenter::hosts_per_rack, between(1, 10000),
          "hosts of each rack; a machine of a tier takes one");
    visit("host_link", &Datacenter::host_link, Section{}, "network card and cable of one host");
    visit("rack_uplink", &Datacenter::rack_uplink, Section{},
          "all uplinks of one rack together (default: no oversubscription, 40 x 25Gbit/s)");
    visit("pod_uplink", &Datacenter::pod_uplink, Section{},
          "all uplinks of one pod together (default: no oversubscription, 36 racks x 1Tbit/s)");
    visit("datacenter_uplink", &Datacenter::datacenter_uplink, Section{},
          "one datacenter to the rest of its region");
    visit("wan", &Datacenter::wan, Section{}, "one region to the others");
    visit("host_speed", &Datacenter::host_speed, between(0.001, 1000),
          "speed of a host relative to the machine on which the service times were measured");
  }
};

/// Hosts of all regions together; saturates at the largest int.
int hosts(const Datacenter& datacenter);

}  // namespace chatsim::spec
