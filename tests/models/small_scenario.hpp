#pragma once

#include "scenarios/spec/scenario.hpp"

namespace chatsim::tests {

/// A service of 60 machines in one rack, at `rate` messages a second. All ways are the same, 2 us up and 2 us
/// down, so that latencies can be computed by hand.
///
///     switch of the rack
///     |  ...  |   2 us each, 25 Gbit/s = 0.32 ns a byte
///     1 ...  64   hosts
inline spec::Scenario one_rack(double rate) {
  using spec::Seconds;
  spec::Scenario scenario;
  scenario.name = "one_rack";
  scenario.simulation = {.duration = Seconds{3}, .warmup = Seconds{1}, .window = Seconds{0.1}};
  scenario.datacenter.pods_per_datacenter = 1;
  scenario.datacenter.racks_per_pod = 1;
  scenario.datacenter.hosts_per_rack = 64;
  scenario.population.users = 20'000;
  scenario.population.groups = 10'000;
  scenario.population.messages_per_day = rate * 86'400;
  scenario.services.gateway.machines = 20;
  scenario.services.messaging.machines = 8;
  scenario.services.group.machines = 4;
  scenario.services.profile.machines = 4;
  scenario.stores.message.machines = 8;
  scenario.stores.conversation.machines = 8;
  scenario.stores.group.machines = 4;
  scenario.stores.profile.machines = 4;
  for (spec::Store* store : {&scenario.stores.message, &scenario.stores.conversation, &scenario.stores.group,
                             &scenario.stores.profile}) {
    store->spread = spec::FailureDomain::host;
  }
  return scenario;
}

/// The same with every service time constant: 1 ms, the cache 2 ms, stores 10 ms.
inline spec::Scenario one_rack_of_constant_times(double rate) {
  using spec::Distribution;
  spec::Scenario scenario = one_rack(rate);
  scenario.services.gateway.service_time = Distribution::constant(spec::Seconds{1e-3});
  scenario.services.messaging.service_time = Distribution::constant(spec::Seconds{1e-3});
  scenario.services.group.service_time = Distribution::constant(spec::Seconds{1e-3});
  scenario.services.profile.service_time = Distribution::constant(spec::Seconds{2e-3});
  for (spec::Store* store : {&scenario.stores.message, &scenario.stores.conversation, &scenario.stores.group,
                             &scenario.stores.profile}) {
    store->read_time = store->write_time = Distribution::constant(spec::Seconds{10e-3});
  }
  return scenario;
}

}  // namespace chatsim::tests
