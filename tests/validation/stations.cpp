#include "tests/validation/stations.hpp"

#include <fmt/format.h>

#include <catch2/catch.hpp>
#include <limits>
#include <sstream>

#include "sim/kernel/random/sampler.hpp"
#include "sim/metrics/histogram.hpp"
#include "sim/resources/world.hpp"
#include "tests/sim/in_child.hpp"

namespace chatsim::tests {
namespace {

using namespace sim;

constexpr std::uint32_t machines_of_rack = 50;

spec::Datacenter room_for(std::uint32_t machines) {
  spec::Datacenter datacenter;
  datacenter.pods_per_datacenter = 1;
  datacenter.hosts_per_rack = machines_of_rack;
  datacenter.racks_per_pod = static_cast<int>((machines + machines_of_rack - 1) / machines_of_rack);
  return datacenter;
}

class Stations {
 public:
  Stations(const Station& station, const Replications& replications)
      : station_(station),
        machines_(replications.count * replications.seeds),
        replications_(replications),
        world_(room_for(machines_)),
        gap_(station.between ? *station.between
                             : spec::Distribution::exponential(spec::Seconds{1 / (station.load * station.servers)})),
        service_(station.service),
        queues_(machines_) {
    world_.fleet.add_tier({.name = "station",
                           .machines = machines_,
                           .threads = station.servers,
                           .cores = 1,
                           .queue_limit = std::numeric_limits<std::uint32_t>::max()});
    world_.wire.refresh();
  }

  std::string run() {
    for (MachineIndex machine = 0; machine < machines_; ++machine) spawn(no_machine, arrive(machine));
    world_.plane.run_until(Time{std::chrono::hours{24 * 365 * 10}});
    std::string lines = fmt::format("{}\n", world_.fleet.little_law_error(0, world_.scheduler.now()));
    for (const Queue& queue : queues_) {
      lines += fmt::format("{:.17g} {:.17g} {:.17g}\n",
                           static_cast<double>(queue.waited) / static_cast<double>(station_.customers),
                           queue.waits.mean().value(), to_seconds(queue.waits.quantile(0.99)).value());
    }
    return lines;
  }

 private:
  struct Queue {
    Histogram waits;
    std::uint64_t waited = 0;
  };

  Task<void> arrive(MachineIndex machine) {
    const RandomKey key{replications_.first_seed + machine / replications_.count};
    const std::uint32_t replication = machine % replications_.count;
    DrawSequence gaps(key, 1, replication), services(key, 2, replication);
    for (std::uint64_t number = 0; number < station_.before + station_.customers; ++number) {
      co_await sim::sleep(world_.scheduler, gap_.sample(gaps(), static_cast<std::uint32_t>(gaps())));
      const Duration service = service_.sample(services(), static_cast<std::uint32_t>(services()));
      spawn(machine, be_served(machine, service, number >= station_.before));
    }
  }

  Task<void> be_served(MachineIndex machine, Duration service, bool counts) {
    const Time came = world_.scheduler.now();
    co_await world_.rpc.serve(machine, 0, service, 0);
    if (!counts) co_return;
    Queue& queue = queues_[machine];
    const Duration wait = world_.scheduler.now() - came - service;
    queue.waited += wait > Duration{};
    queue.waits.record(wait);
    if (queue.waits.count() == station_.customers && --under_way_ == 0) world_.plane.stop();
  }

  const Station station_;
  const std::uint32_t machines_;
  const Replications replications_;
  World world_;
  const Sampler gap_, service_;
  std::vector<Queue> queues_;
  std::uint32_t under_way_ = machines_;
};

}  // namespace

std::vector<Waits> simulated(const Station& station, const Replications& replications) {
  // Not destroyed: the child ends without.
  std::istringstream lines(in_child([&] { return (new Stations(station, replications))->run(); }));
  double little_law_error = 1;
  if (!(lines >> little_law_error)) FAIL("the child came to this end: " << lines.str());
  CHECK(little_law_error == 0);
  std::vector<Waits> all(replications.count * replications.seeds);
  for (Waits& one : all) lines >> one.probability >> one.mean >> one.p99;
  if (!lines) FAIL("the child came to this end: " << lines.str());
  return all;
}

}  // namespace chatsim::tests
