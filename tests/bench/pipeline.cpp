#include <array>
#include <chrono>

#include "sim/resources/world.hpp"
#include "tests/bench/benchmark.hpp"
#include "tests/bench/pipeline_draws.hpp"

namespace chatsim::bench {

namespace {

using namespace sim;

/// The pipeline for one simulated second. `scale` divides machines and rate alike.
class Pipeline {
 public:
  Pipeline(World& world, unsigned scale)
      : world_(world),
        gateways_(pipeline::gateways / scale),
        stores_(pipeline::stores / scale),
        mean_gap_s_(scale / pipeline::messages_per_s) {
    const auto tier = [&](const char* name, std::uint32_t machines) {
      return world_.fleet.first(
          world_.fleet.add_tier({name, machines, pipeline::threads, pipeline::threads, 100000}));
    };
    first_gateway_ = tier("gateway", gateways_);
    first_store_ = tier("store", stores_);
    world_.wire.refresh();
  }

  Task<void> arrivals() {
    for (std::uint64_t message = 0;; ++message) {
      co_await sleep(world_.scheduler, pipeline::Draws::until_next(key_, message, mean_gap_s_));
      spawn(no_machine, way_of(message));
    }
  }

  Task<void> way_of(std::uint64_t message) {
    const Time begin = world_.scheduler.now();
    const pipeline::Draws draws(key_, message);
    const MachineIndex gateway = first_gateway_ + draws.gateway(gateways_);
    const MachineIndex other = first_gateway_ + draws.other_gateway(gateways_);

    co_await world_.rpc.serve(gateway, 1, draws.at_gateway(), 0);

    std::array<LegOptions, 3> replicas;
    for (unsigned i = 0; i < 3; ++i) {
      replicas[i] = {first_store_ + draws.replica(i, stores_), draws.at_replica(i)};
    }
    const Duration deadline = std::chrono::seconds(1);
    co_await world_.rpc.call({.client = gateway, .step = 2, .needed = 2, .cpu_share = 0, .timeout = deadline},
                             replicas.data(), 3);
    const MachineIndex store = first_store_ + draws.store_read(stores_);
    co_await world_.rpc.call({.client = gateway, .step = 3, .cpu_share = 0, .timeout = deadline},
                             {store, draws.at_store_read()});

    co_await sleep(world_.scheduler, world_.wire.latency(gateway, other));
    co_await world_.rpc.serve(other, 4, draws.at_other_gateway(), 0);

    const Duration took = world_.scheduler.now() - begin;
    total_ns_ += static_cast<double>(took.count());
    ++messages_;
    hash_.add(static_cast<std::uint64_t>(took.count()) ^ message);
  }

  Row row(double seconds) const {
    Row row = {{"machines", gateways_ + stores_}};
    row.update(rates(world_.scheduler.events(), messages_, seconds));
    row["processor_s_per_simulated_s"] = seconds;
    row["mean_ms"] = total_ns_ * 1e-6 / static_cast<double>(messages_);
    row["mean_ms_by_theory"] = pipeline::mean_ms;
    row["hash"] = hash_.text();
    return row;
  }

 private:
  World& world_;
  std::uint32_t gateways_, stores_;
  double mean_gap_s_;
  MachineIndex first_gateway_ = 0, first_store_ = 0;
  RandomKey key_{1};
  double total_ns_ = 0;
  std::uint64_t messages_ = 0;
  Hash hash_;
};

}  // namespace

Row measure_pipeline(std::uint64_t machines) {
  const auto scale = static_cast<unsigned>(50'000 / machines);
  spec::Datacenter datacenter;
  datacenter.pods_per_datacenter =
      (datacenter.pods_per_datacenter + static_cast<int>(scale) - 1) / static_cast<int>(scale);
  // Every route has the 70 us of the specification: half of it up, half of it down.
  const spec::Seconds none{0};
  datacenter.host_link.latency = to_seconds(pipeline::one_way) / 2;
  datacenter.rack_uplink.latency = datacenter.pod_uplink.latency = datacenter.datacenter_uplink.latency =
      none;
  World world(datacenter);
  Pipeline pipeline(world, scale);
  const double begin = processor_s();
  spawn(no_machine, pipeline.arrivals());
  world.plane.run_until(Time{std::chrono::seconds(1)});
  return pipeline.row(processor_s() - begin);
}

}  // namespace chatsim::bench
