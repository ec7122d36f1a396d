#include "planner/plan/plan.hpp"

#include <algorithm>
#include <cmath>

#include "scenarios/spec/workload.hpp"

namespace chatsim::planner {
namespace {

std::uint64_t count_of(double number) { return static_cast<std::uint64_t>(std::llround(std::max(0.0, number))); }

spec::TierSummary summary(const Station& station) {
  spec::TierSummary found;
  const TierOfScenario& tier = station.tier;
  found.name = tier.name;
  found.machines = static_cast<std::uint64_t>(tier.machines);
  found.threads = tier.threads;
  found.cores = tier.cores;
  found.offered = station.offered;
  found.completed = station.offered / std::max(1.0, station.utilisation());
  found.utilisation = station.utilisation();
  found.utilisation_max = station.utilisation_max();
  found.busy_threads = std::min(1.0, station.threads_utilised);
  found.busy_cores = std::min(1.0, station.cores_utilised);
  // Less than the clock of a simulation tells apart is nothing.
  constexpr spec::Seconds tick{1e-9};
  found.wait_mean = station.for_thread.mean < tick ? spec::Seconds{} : station.for_thread.mean;
  found.service_mean = station.service + station.for_core.mean;
  found.queue_mean = station.offered / tier.machines * found.wait_mean;
  for (const StationLoad& load : station.loads) found.loads.push_back({load.step, load.requests, load.utilisation});
  return found;
}

void report_storage(const spec::Scenario& scenario, spec::Result& result) {
  const spec::StorageWorkload workload = spec::storage_workload(scenario);
  const double messages = spec::message_rate(scenario.population).value();
  const auto table = [&](const char* name, const spec::TableWorkload& of_table, spec::Bytes row) {
    spec::StorageSummary summary{.name = name};
    summary.inserts_per_s = of_table.inserts_per_message * messages;
    summary.reads_per_s = of_table.reads_per_message * messages;
    summary.inserts_per_message = summary.inserts_per_message_estimated = of_table.inserts_per_message;
    summary.reads_per_message = summary.reads_per_message_estimated = of_table.reads_per_message;
    summary.kept_bytes = summary.kept_bytes_estimated = of_table.kept.value();
    summary.kept_bytes_replicated = of_table.kept_replicated.value();
    summary.rows_per_s = summary.inserts_per_s;
    summary.bytes_per_s = summary.rows_per_s * row.value();
    result.storage.push_back(summary);
  };
  const spec::Stores& stores = scenario.stores;
  table("message", workload.message, stores.message.row);
  table("conversation", workload.conversation, stores.conversation.row);
  table("group", workload.group, stores.group.row);
  table("profile", workload.profile, stores.profile.row);
}

void report_rates(const spec::Scenario& scenario, const std::vector<Station>& stations, spec::Result& result) {
  const spec::Population& population = scenario.population;
  result.scenario = scenario.name;
  result.seed = scenario.seed;
  result.machines = static_cast<std::uint64_t>(spec::machines(scenario));
  result.hosts = static_cast<std::uint64_t>(spec::hosts(scenario.datacenter));
  result.measured_s = 1;
  const double messages = spec::message_rate(population).value();
  const double due = messages * spec::recipients_per_message(population);
  result.messages.offered = result.messages.acknowledged = count_of(messages);
  result.deliveries.due = count_of(due);
  result.deliveries.delivered = count_of(due * population.online.value());
  result.deliveries.kept = count_of(due * population.online.complement().value());
  result.sessions.logins = result.sessions.completed = result.sessions.logouts = count_of(spec::login_rate(population).value());
  result.sessions.connections = spec::connected_users(population);
  result.sessions.connections_max = std::ceil(result.sessions.connections / scenario.services.gateway.machines);
  result.sessions.last_seen_per_s = spec::last_seen_rate(population).value();
  const bool polls = scenario.services.gateway.transport == spec::Transport::long_polling;
  (polls ? result.sessions.polls_per_s : result.sessions.heartbeats_per_s) =
      (polls ? spec::poll_rate(scenario) : spec::heartbeat_rate(population)).value();
  for (const Station& station : stations) result.tiers.push_back(summary(station));
  report_storage(scenario, result);
}

std::vector<Unstable> unstable_tiers(const spec::Scenario& scenario, const std::vector<Station>& stations,
                                     const Fleet& fleet) {
  std::vector<Unstable> found;
  for (std::size_t i = 0; i < stations.size(); ++i) {
    const Station& station = stations[i];
    if (station.stable()) continue;
    Unstable one{.tier = station.tier.name, .offered = station.utilisation(), .by_cause = station.loads,
                 .machines = station.tier.machines};
    std::stable_sort(one.by_cause.begin(), one.by_cause.end(),
                     [](const StationLoad& a, const StationLoad& b) { return a.utilisation > b.utilisation; });
    // Stable is less than 1: a machine more where it would be exactly that.
    one.smallest_stable = static_cast<int>(std::floor(station.utilisation() * station.tier.machines)) + 1;
    one.within_utilisation = machines_for(station, scenario.planning.utilisation.value());
    one.at_peak = fleet.tiers[i].at_peak;
    found.push_back(std::move(one));
  }
  return found;
}

std::vector<int> counts(const std::vector<TierSize>& tiers, int TierSize::*which) {
  std::vector<int> found;
  for (const TierSize& tier : tiers) found.push_back(tier.*which);
  return found;
}

}  // namespace

std::vector<spec::Issue> obstacles(const spec::Scenario& scenario) {
  std::vector<spec::Issue> found;
  const auto check = [&](const std::string& path, const spec::Distribution& time) {
    if (std::isfinite(time.variance())) return;
    found.push_back({path,
                     "its variance is infinite, so that queues before it have no mean wait; a Pareto distribution needs alpha "
                     "above 2, or simulate with run",
                     {}});
  };
  const spec::Services& services = scenario.services;
  check("services.gateway.service_time", services.gateway.service_time);
  check("services.gateway.handshake_time", services.gateway.handshake_time);
  check("services.messaging.service_time", services.messaging.service_time);
  check("services.group.service_time", services.group.service_time);
  check("services.profile.service_time", services.profile.service_time);
  check("services.blob.service_time", services.blob.service_time);
  const spec::Stores& stores = scenario.stores;
  for (const auto& [name, store] : {std::pair{"message", &stores.message}, std::pair{"conversation", &stores.conversation},
                                    std::pair{"group", &stores.group}, std::pair{"profile", &stores.profile}}) {
    check(std::string("stores.") + name + ".read_time", store->read_time);
    check(std::string("stores.") + name + ".write_time", store->write_time);
  }
  return found;
}

Plan plan(const spec::Scenario& scenario) {
  Plan found;
  const ServiceGraph graph = service_graph(scenario);
  const std::vector<spec::PerSecond> all = rates(graph);
  const std::vector<Station> tiers = stations(scenario, graph, all);
  const double messages = spec::message_rate(scenario.population).value();
  for (OperationId i = 0; i < boost::num_vertices(graph); ++i) {
    if (graph[i].tier.empty()) continue;
    found.visits.push_back({graph[i].tier, graph[i].step, messages > 0 ? all[i].value() / messages : 0, all[i]});
  }
  report_rates(scenario, tiers, found.result);
  found.fleet = size_fleet(scenario);
  found.unstable = unstable_tiers(scenario, tiers, found.fleet);
  if (found.unstable.empty()) {
    for (const Way& way : ways(scenario, tiers)) {
      found.result.latency.push_back(
          {way.name, count_of(way.rate.value()), way.mean, way.p50, way.p90, way.p99, way.p999, spec::Seconds{}});
    }
  }
  const spec::Scenario mean = at_load(scenario, 1);
  const std::vector<Station> at_mean = stations(mean);
  found.cost_of_scenario = cost(mean, at_mean, counts(found.fleet.tiers, &TierSize::machines));
  found.cost_of_fleet = cost(mean, at_mean, counts(found.fleet.tiers, &TierSize::with_spares));

  spec::Scenario twice = scenario;
  twice.population.users *= 2;
  twice.population.groups *= 2;
  twice.population.messages_per_day *= 2;
  twice.population.group_changes_per_day *= 2;
  twice.population.profile_changes_per_day *= 2;
  found.doubled = size_fleet(twice);

  found.single_points = single_points_of_platform(scenario.datacenter);
  const std::vector<SinglePoint> of_service = single_points_of_service(scenario);
  found.single_points.insert(found.single_points.end(), of_service.begin(), of_service.end());
  found.bisections = bisections(scenario.datacenter);
  found.not_modelled = not_modelled(scenario, Formulas::plan);
  found.approximations = approximations();
  if (scenario.datacenter.regions > 1) {
    found.approximations.push_back(
        {"several regions: machines that are asked may be in any of them; who lives where, rows at home and their copies in "
         "other regions are left out",
         "latencies by round trips over the WAN, and stores by the writes that are copied to them"});
  }
  return found;
}

}  // namespace chatsim::planner
