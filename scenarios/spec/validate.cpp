#include "scenarios/spec/validate.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "scenarios/spec/quantity_text.hpp"
#include "scenarios/spec/slice.hpp"
#include "scenarios/spec/validate_budgets.hpp"
#include "scenarios/spec/validate_faults.hpp"
#include "scenarios/spec/validate_resilience.hpp"
#include "scenarios/spec/validate_store.hpp"
#include "scenarios/spec/workload.hpp"

namespace chatsim::spec {
namespace {

/// The platform of a million hosts takes about 3 GB.
constexpr int hosts_max = 1'000'000;

void check_simulation(const Simulation& simulation, std::vector<Issue>& issues) {
  if (simulation.warmup >= simulation.duration) {
    issues.push_back({"simulation.warmup",
                      fmt::format("{} leaves nothing to measure, must be less than simulation.duration ({})",
                                  to_text(simulation.warmup), to_text(simulation.duration)),
                      {"simulation.duration"}});
  }
  if (simulation.window > simulation.duration) {
    issues.push_back({"simulation.window",
                      fmt::format("{} is too long, at most simulation.duration ({})",
                                  to_text(simulation.window), to_text(simulation.duration)),
                      {"simulation.duration"}});
  }
}

std::string arithmetic_of_hosts(const Datacenter& datacenter) {
  return fmt::format("{} regions x {} datacenters x {} pods x {} racks x {} hosts", datacenter.regions,
                     datacenter.datacenters_per_region, datacenter.pods_per_datacenter,
                     datacenter.racks_per_pod, datacenter.hosts_per_rack);
}

struct Share {
  const char* path;
  int machines;
};

std::vector<Share> shares(const Scenario& scenario) {
  return {{"services.gateway.machines", scenario.services.gateway.machines + scenario.services.gateway.spare},
          {"services.messaging.machines", scenario.services.messaging.machines},
          {"services.group.machines", scenario.services.group.machines},
          {"services.profile.machines", scenario.services.profile.machines},
          {"services.blob.machines", scenario.services.blob.machines},
          {"stores.message.machines", machines_at_most(scenario.stores.message)},
          {"stores.conversation.machines", machines_at_most(scenario.stores.conversation)},
          {"stores.group.machines", machines_at_most(scenario.stores.group)},
          {"stores.profile.machines", machines_at_most(scenario.stores.profile)},
          {"control.coordination.machines", scenario.control.coordination.machines}};
}

void check_fit(const Scenario& scenario, std::vector<Issue>& issues) {
  const int available = hosts(scenario.datacenter);
  if (available > hosts_max) {
    issues.push_back(
        {"datacenter",
         fmt::format("too many hosts, at most {}: {}", hosts_max, arithmetic_of_hosts(scenario.datacenter)),
         {}});
  }
  const int needed = machines(scenario);
  if (needed <= available) return;
  // Named is the largest tier: it is the one to look at first.
  Share largest{"", 0};
  for (const Share& share : shares(scenario)) {
    if (share.machines > largest.machines) largest = share;
  }
  issues.push_back(
      {largest.path,
       fmt::format("{} is too large: services, stores and coordination together need {} machines, the datacenter "
                   "has {} hosts ({})",
                   largest.machines, needed, available, arithmetic_of_hosts(scenario.datacenter)),
       {"datacenter", "services", "stores"}});
}

/// Each of SimGrid's rounds costs the more, the more communications are under way. Measured on one core of an AMD EPYC: a
/// message of the service takes 0.3 ms of processor time at 1,500 a second on 96 machines, 2.4 ms at 35,000 a second on
/// 1,557. The most take eight minutes so.
constexpr int most_machines_by_flows = 2000;
constexpr double most_messages_by_flows = 200'000;

void check_fidelity(const Scenario& scenario, std::vector<Issue>& issues) {
  const Simulation& simulation = scenario.simulation;
  if (simulation.fidelity != Fidelity::flow) return;
  const double simulated = machines(scenario) * simulation.slice;
  if (simulated > most_machines_by_flows) {
    issues.push_back(
        {"simulation.fidelity",
         fmt::format("flow makes every message a communication of SimGrid, for at most {} machines, here {:.0f}; "
                     "choose message, or a smaller simulation.slice",
                     most_machines_by_flows, simulated),
         {"simulation.slice"}});
    return;
  }
  const double messages =
      mean_message_rate(scenario.population).value() * simulation.slice * simulation.duration.value();
  if (messages > most_messages_by_flows) {
    issues.push_back(
        {"simulation.fidelity",
         fmt::format("flow makes every message a communication of SimGrid, for at most {:.0f} messages of users, here "
                     "some {:.0f} in {}; choose message, a shorter simulation.duration or a smaller simulation.slice",
                     most_messages_by_flows, messages, to_text(simulation.duration)),
         {"simulation.duration", "simulation.slice"}});
  }
}

void check_population(const Population& population, std::vector<Issue>& issues) {
  if (population.groups < 1 && population.group_message_share.value() > 0) {
    issues.push_back({"population.group_message_share",
                      fmt::format("{} is too large, at most 0 when population.groups is 0",
                                  to_text(population.group_message_share)),
                      {"population.groups"}});
  }
  if (population.group_size.mean() > population.group_size_max) {
    issues.push_back(
        {"population.group_size",
         fmt::format("the mean of {} members is too large, at most population.group_size_max ({})",
                     number_text(population.group_size.mean()), population.group_size_max),
         {"population.group_size_max"}});
  }
  if (population.group_size_max > population.users) {
    issues.push_back({"population.group_size_max",
                      fmt::format("{} is too large, at most population.users ({})", population.group_size_max,
                                  number_text(population.users)),
                      {"population.users"}});
  }
}

void check_activity(const Scenario& scenario, std::vector<Issue>& issues) {
  const Population& population = scenario.population;
  const double peak = population.online.value() * (1 + population.daily_curve.amplitude);
  if (peak > 1) {
    issues.push_back({"population.online",
                      fmt::format("{} is too large: at the peak of population.daily_curve {} of the users would be "
                                  "connected, at most 100%",
                                  to_text(population.online), to_text(Probability{peak})),
                      {"population.daily_curve.amplitude"}});
  }
  const Access& access = population.access;
  const double shares = access.fixed.share.value() + access.mobile.share.value() + access.slow.share.value();
  if (std::abs(shares - 1) > 1e-9) {
    issues.push_back({"population.access",
                      fmt::format("the shares of fixed, mobile and slow are {} together, must be 1",
                                  number_text(shares)),
                      {}});
  }
  if (population.sessions.length.mean() <= 0) {
    issues.push_back({"population.sessions.length", "a mean of 0 is too small, more than 0", {}});
  }
}

void check_control(const Control& control, std::vector<Issue>& issues) {
  if (control.suspect_after >= control.heartbeat_every) return;
  issues.push_back({"control.suspect_after",
                    fmt::format("{} is too short, at least control.heartbeat_every ({}): else every machine is suspected "
                                "between two heartbeats",
                                to_text(control.suspect_after), to_text(control.heartbeat_every)),
                    {"control.heartbeat_every"}});
}

void check_drain(const Gateway& gateway, std::vector<Issue>& issues) {
  const double drained = std::floor(gateway.drain.gateways.value() * gateway.machines + 0.5);
  if (drained < gateway.machines) return;
  issues.push_back({"services.gateway.drain.gateways",
                    fmt::format("{} of services.gateway.machines ({}) leaves none to which their clients could go; drain "
                                "fewer of them",
                                to_text(gateway.drain.gateways), gateway.machines),
                    {"services.gateway.machines"}});
}

void check_blob(const Scenario& scenario, std::vector<Issue>& issues) {
  const Blob& blob = scenario.services.blob;
  const bool coded = blob.redundancy == Redundancy::reed_solomon;
  const int parts = coded ? blob.data_fragments + blob.parity_fragments : blob.copies;
  const std::string field = coded ? "services.blob.data_fragments" : "services.blob.copies";
  const std::string what = coded ? fmt::format("{} + {} fragments", blob.data_fragments, blob.parity_fragments)
                                 : fmt::format("{}", blob.copies);
  if (parts > blob.machines) {
    issues.push_back({field,
                      fmt::format("{} is too large, at most services.blob.machines ({}): each part of an object has a "
                                  "machine of its own",
                                  what, blob.machines),
                      {"services.blob.machines"}});
  }
  const double available = domains(scenario.datacenter, blob.spread);
  if (blob.spread != FailureDomain::host && parts > available) {
    const std::string_view domain = enum_name(blob.spread);
    issues.push_back({field,
                      fmt::format("{} is too large, at most {}: services.blob.spread puts each part of an object into "
                                  "a different {} and the datacenter has {}",
                                  what, available, domain, available),
                      {"services.blob.spread", "datacenter"}});
  }
}

void check_regions(const Scenario& scenario, std::vector<Issue>& issues) {
  const Datacenter& datacenter = scenario.datacenter;
  const Population& population = scenario.population;
  const auto users = user_shares(population.regions, datacenter.regions);
  if (!users) {
    issues.push_back({"population.regions",
                      fmt::format("{} does not say where users live: equal, or for each of datacenter.regions ({}) a share "
                                  "above 0, together 1",
                                  quoted(population.regions), datacenter.regions),
                      {"datacenter.regions"}});
  }
  if (datacenter.regions == 1) return;
  for (const Share& tier : shares(scenario)) {
    // Those that coordinate are one group, wherever they are.
    if (tier.machines >= datacenter.regions || std::string_view(tier.path).starts_with("control.")) continue;
    issues.push_back({tier.path,
                      fmt::format("{} is too small, at least one for each of datacenter.regions ({})", tier.machines,
                                  datacenter.regions),
                      {"datacenter.regions"}});
  }
  if (!users) return;
  const double fewest = *std::min_element(users->begin(), users->end()) * population.users;
  if (fewest < population.group_size_max) {
    issues.push_back({"population.regions",
                      fmt::format("a region of {} users is too small, at least population.group_size_max ({})",
                                  number_text(std::floor(fewest)), population.group_size_max),
                      {"population.group_size_max", "population.users"}});
  }
}

/// Of a scenario that is right as a whole.
void check_slice(const Scenario& whole, std::vector<Issue>& issues) {
  /// A slice whose tiers are further from the load that they should have is no picture of the whole.
  constexpr double load_error_max = 0.05;
  const double part = whole.simulation.slice;
  const auto complain = [&](const std::string& what, std::vector<std::string> involves) {
    issues.push_back({"simulation.slice", fmt::format("{} is too small: {}", number_text(part), what), std::move(involves)});
  };
  if (whole.population.users * part < 2) {
    return complain(fmt::format("it leaves {} users, at least 2", number_text(std::floor(whole.population.users * part))),
                    {"population.users"});
  }
  for (const SlicedTier& tier : sliced_tiers(whole)) {
    if (std::abs(tier.load_error()) <= load_error_max) continue;
    // With a machine of one thread or core each, rounding is at most half of one.
    const double units_needed = std::max<double>(tier.fewest_machines, 0.5 / load_error_max + 1);
    const double enough = std::min(1.0, std::ceil(1e6 * part * units_needed / tier.units_wanted) / 1e6);
    return complain(fmt::format("{} is left {:.3g} {}, but {} machines with whole {} have {}; {} is enough", tier.path,
                                tier.units_wanted, tier.limited_by, tier.machines, tier.limited_by, tier.units,
                                number_text(enough)),
                    {tier.path});
  }
  for (const Issue& issue : validate(slice(whole)))
    complain("then " + issue.path + ": " + issue.message, {issue.path});
}

}  // namespace

std::vector<Issue> validate(const Scenario& scenario) {
  std::vector<Issue> issues;
  check_simulation(scenario.simulation, issues);
  check_fidelity(scenario, issues);
  check_population(scenario.population, issues);
  check_activity(scenario, issues);
  check_control(scenario.control, issues);
  check_fit(scenario, issues);
  check_drain(scenario.services.gateway, issues);
  check_blob(scenario, issues);
  check_regions(scenario, issues);
  for_each_store(scenario.stores, [&](const char* name, const Store& store) {
    check_store(store, std::string("stores.") + name, scenario.datacenter, issues);
    check_store_regions(store, std::string("stores.") + name, scenario.datacenter, issues);
  });
  check_faults(scenario, issues);
  check_budgets(scenario, issues);
  check_resilience(scenario, issues);
  if (issues.empty() && scenario.simulation.slice < 1) check_slice(scenario, issues);
  return issues;
}

}  // namespace chatsim::spec
