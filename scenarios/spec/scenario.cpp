#include "scenarios/spec/scenario.hpp"

#include <algorithm>
#include <limits>

namespace chatsim::spec {

PerSecond message_rate(const Population& population) {
  return population.messages_per_day * population.load_factor / population.day;
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
  return services.gateway.machines + services.messaging.machines + services.group.machines +
         services.profile.machines + stores.message.machines + stores.conversation.machines +
         stores.group.machines + stores.profile.machines;
}

}  // namespace chatsim::spec
