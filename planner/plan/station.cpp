#include "planner/plan/station.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace chatsim::planner {
namespace {

/// Probabilists' Gauss-Hermite: five loads that stand for the machines of an uneven ring.
constexpr std::array<std::pair<double, double>, 5> machines_of_ring{{{-2.856970013872806, 0.011257411327720691},
                                                                    {-1.355626179974266, 0.22207592200561266},
                                                                    {0, 0.53333333333333333},
                                                                    {1.355626179974266, 0.22207592200561266},
                                                                    {2.856970013872806, 0.011257411327720691}}};

/// Over the machines, each counted by its requests. A machine that is not stable by itself is taken at the edge: its
/// tier as a whole is.
std::vector<PartWaiting> machine_by_machine(const Queue& queue, double imbalance) {
  constexpr double edge = 0.999;
  std::vector<PartWaiting> parts;
  double weights = 0;
  for (const auto& [deviation, probability] : machines_of_ring) {
    const double load = std::max(0.05, 1 + imbalance * deviation);
    Queue one = queue;
    one.arrivals = queue.arrivals * std::min(load, edge / std::max(1e-12, queue.utilisation()));
    parts.push_back({probability * load, waiting(one)});
    weights += parts.back().share;
    if (imbalance == 0) return {{1, parts.back().waiting}};
  }
  for (PartWaiting& part : parts) part.share /= weights;
  return parts;
}

Waiting mean_of(const std::vector<PartWaiting>& parts) {
  Waiting sum;
  for (const PartWaiting& part : parts) {
    sum.probability += part.share * part.waiting.probability;
    sum.mean += part.share * part.waiting.mean;
  }
  return sum;
}

/// Machines that take turns have arrivals as regular as an Erlang distribution of their number, others Poisson ones. To
/// either come the companions that a request meets at its machine: the index of dispersion of what comes in batches.
double arrival_scv(const Station& station) {
  const TierOfScenario& tier = station.tier;
  const double alone = tier.balance == TierOfScenario::Balance::round_robin ? 1.0 / tier.machines : 1;
  return alone + station.companions / tier.machines;
}

void evaluate(Station& station) {
  const TierOfScenario& tier = station.tier;
  station.for_thread = station.for_core = {};
  station.parts_for_thread = station.parts_for_core = {};
  const double work = station.offered * station.service / tier.machines;
  station.threads_utilised = work / tier.threads;
  station.cores_utilised = work * tier.cpu_share / tier.cores;
  if (!station.stable()) return;
  Queue cores{tier.cores, station.offered / tier.machines, station.service * tier.cpu_share, station.service_scv,
              arrival_scv(station)};
  station.parts_for_core = machine_by_machine(cores, tier.imbalance);
  station.for_core = mean_of(station.parts_for_core);
  // A request holds its thread while it waits for a core, too.
  Queue threads{tier.threads, cores.arrivals, station.service + station.for_core.mean, station.service_scv,
                cores.arrival_scv};
  if (threads.utilisation() >= 1) return;
  station.parts_for_thread = machine_by_machine(threads, tier.imbalance);
  station.for_thread = mean_of(station.parts_for_thread);
}

}  // namespace

Waiting Station::behind(double all) const {
  // Those at one machine take what is free; the others follow by turns, each as long as a service over the servers.
  const double here = all / tier.machines;
  const int servers = cores_limit() ? tier.cores : tier.threads;
  const spec::Seconds held = cores_limit() ? service * tier.cpu_share : service;
  const double left_over = here + 1 - servers * (1 - utilisation());
  if (here <= 0 || left_over <= 0) return {};
  const double probability = std::min(1.0, left_over / (here + 1));
  return {probability, probability * (left_over / 2 / servers) * held};
}

Station Station::with_machines(int machines) const {
  Station other = *this;
  other.tier.machines = machines;
  if (machines == 1) other.tier.imbalance = 0;
  for (StationLoad& load : other.loads) load.utilisation *= static_cast<double>(tier.machines) / machines;
  evaluate(other);
  return other;
}

std::vector<Station> stations(const spec::Scenario& scenario, const ServiceGraph& graph,
                              const std::vector<spec::PerSecond>& rates) {
  std::vector<Station> found;
  for (const TierOfScenario& tier : tiers_of(scenario)) {
    Station station;
    station.tier = tier;
    double work = 0, squares = 0, companions = 0;
    for (OperationId i = 0; i < boost::num_vertices(graph); ++i) {
      const Operation& operation = graph[i];
      if (operation.tier != tier.name || rates[i] <= spec::PerSecond{}) continue;
      // A faster host serves faster.
      const double speed = scenario.datacenter.host_speed;
      const spec::Seconds time = operation.mean_time() / speed;
      station.offered += rates[i];
      work += rates[i] * time;
      companions += rates[i].value() * operation.companions;
      squares += rates[i].value() * (operation.variance_of_time() / speed / speed + time.value() * time.value());
      station.loads.push_back({operation.step, rates[i], rates[i] * time / (1.0 * tier.machines * tier.threads)});
    }
    if (station.offered > spec::PerSecond{}) {
      station.service = spec::Seconds{work / station.offered.value()};
      station.companions = companions / station.offered.value();
      const double square = station.service.value() * station.service.value();
      station.service_scv = square > 0 ? std::max(0.0, squares / station.offered.value() / square - 1) : 0;
    }
    evaluate(station);
    found.push_back(std::move(station));
  }
  return found;
}

}  // namespace chatsim::planner
