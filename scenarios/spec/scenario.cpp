#include "scenarios/spec/scenario.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace chatsim::spec {

PerSecond message_rate(const Population& population) {
  return population.messages_per_day * population.load_factor / population.day;
}

double activity_at(const DailyCurve& curve, Seconds since_begin) {
  constexpr double pi = 3.14159265358979323846;
  return 1 + curve.amplitude * std::cos(2 * pi * ((curve.begin_at + since_begin - curve.peak_at) / curve.period));
}

int hosts(const Datacenter& datacenter) {
  const double product = 1.0 * datacenter.regions * datacenter.datacenters_per_region *
                         datacenter.pods_per_datacenter * datacenter.racks_per_pod *
                         datacenter.hosts_per_rack;
  return static_cast<int>(std::min<double>(product, std::numeric_limits<int>::max()));
}

int machines(const Scenario& scenario) {
  const Services& services = scenario.services;
  const Stores& stores = scenario.stores;
  return services.gateway.machines + services.gateway.spare + services.messaging.machines + services.group.machines +
         services.profile.machines + services.blob.machines + machines_at_most(stores.message) +
         machines_at_most(stores.conversation) + machines_at_most(stores.group) + machines_at_most(stores.profile) +
         scenario.control.coordination.machines;
}

}  // namespace chatsim::spec
