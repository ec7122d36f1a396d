#pragma once

#include "scenarios/spec/scenario.hpp"

namespace chatsim::tests {

/// A service of 64 machines in one rack, one of them for coordination, at `rate` messages a second. All ways are the same, 2 us up and 2 us
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
  scenario.services.blob.machines = 3;
  scenario.control.coordination.machines = 1;
  scenario.services.blob.spread = spec::FailureDomain::host;
  // As many a user as in the full system, 20,000 instead of two billion.
  scenario.population.group_changes_per_day = 2000;
  scenario.population.profile_changes_per_day = 200;
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

/// Users send messages and do nothing else: nobody comes or goes, reads, has pictures or changes anything; what
/// connections cost at a steady pace costs nothing. What recipients' devices confirm remains.
inline void send_messages_only(spec::Scenario& scenario) {
  using spec::Seconds;
  spec::Population& population = scenario.population;
  population.sessions.length = spec::Distribution::constant(Seconds{1e9});
  population.sessions.read_share = spec::Probability{0};
  population.attachments.share = spec::Probability{0};
  population.access.round_trip = spec::Distribution::constant(Seconds{60e-3});
  population.group_changes_per_day = population.profile_changes_per_day = 0;
  scenario.services.gateway.heartbeat_time = Seconds{0};
  scenario.services.profile.last_seen_time = Seconds{0};
  scenario.services.profile.time_to_live = Seconds{3e8};
}

}  // namespace chatsim::tests
