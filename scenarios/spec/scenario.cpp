#include "scenarios/spec/scenario.hpp"

#include <algorithm>
#include <cmath>
#include <initializer_list>
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

Seconds horizon(const Scenario& scenario) {
  const Seconds settle = scenario.faults.any() ? scenario.faults.settle : Seconds{0};
  return scenario.simulation.duration + settle;
}

bool is_resilient(const Scenario& scenario) {
  const Resilience& resilience = scenario.resilience;
  const Services& services = scenario.services;
  bool on = resilience.deadlines != Deadlines::off || resilience.bulkhead.calls > 0 ||
            resilience.breaker.failures.value() > 0 || scenario.control.coordination.shedding != Shedding::none;
  for (const Tier* tier : std::initializer_list<const Tier*>{&services.gateway, &services.messaging, &services.group,
                                                              &services.profile, &services.blob}) {
    on |= tier->shedding != Shedding::none;
  }
  for_each_store(scenario.stores, [&](const char*, const Store& store) {
    on |= store.shedding != Shedding::none || store.hedge.on();
  });
  return on;
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
