#include "tests/bench/pipeline.hpp"

#include <chrono>
#include <cmath>
#include <ctime>

#include "sim/kernel/random/random.hpp"
#include "sim/resources/world.hpp"

namespace chatsim::bench {

namespace {

using namespace sim;

enum Stream : std::uint32_t { arrival, choice, service };

class Pipeline {
 public:
  Pipeline(World& world, unsigned scale)
      : world_(world),
        gateways_(40000 / scale),
        stores_(10000 / scale),
        mean_gap_s_(scale / 1.16e6) {
    const auto tier = [&](const char* name, std::uint32_t machines) {
      return world_.fleet.first(world_.fleet.add_tier({name, machines, 40, 40, 100000}));
    };
    first_gateway_ = tier("gateway", gateways_);
    first_store_ = tier("store", stores_);
    world_.wire.refresh();
  }

  Task<void> arrivals() {
    for (std::uint64_t message = 0;; ++message) {
      const double gap = -std::log(Draw(key_, arrival, message).uniform64(0)) * mean_gap_s_;
      co_await sleep(world_.scheduler, to_duration(spec::Seconds{gap}));
      spawn(no_machine, way_of(message));
    }
  }

  Task<void> way_of(std::uint64_t message) {
    const Time begin = world_.scheduler.now();
    const Draw where(key_, choice, message, 0), which(key_, choice, message, 1);
    const Draw how_long(key_, service, message, 0), how_long_stored(key_, service, message, 1);
    const MachineIndex gateway = first_gateway_ + below(where.bits32(0), gateways_);
    const MachineIndex other = first_gateway_ + below(where.bits32(1), gateways_);

    co_await world_.rpc.serve(gateway, 1, exponential(0.5e-3, how_long.uniform(0)), 0);

    std::array<LegOptions, 3> replicas;
    for (unsigned i = 0; i < 3; ++i) {
      replicas[i] = {first_store_ + below(which.bits32(i), stores_), exponential(1e-3, how_long_stored.uniform(i))};
    }
    const Duration deadline = std::chrono::seconds(1);
    co_await world_.rpc.call({.client = gateway, .step = 2, .needed = 2, .cpu_share = 0, .timeout = deadline},
                             replicas.data(), 3);
    const MachineIndex store = first_store_ + below(where.bits32(2), stores_);
    co_await world_.rpc.call({.client = gateway, .step = 3, .cpu_share = 0, .timeout = deadline},
                             {store, exponential(0.2e-3, how_long.uniform(1))});

    co_await sleep(world_.scheduler, world_.wire.latency(gateway, other));
    co_await world_.rpc.serve(other, 4, exponential(0.5e-3, how_long.uniform(2)), 0);

    const Duration took = world_.scheduler.now() - begin;
    total_ns_ += static_cast<double>(took.count());
    ++messages_;
    hash_ = (hash_ ^ static_cast<std::uint64_t>(took.count()) ^ message) * 0x100000001b3;
  }

  Measurement measurement(double seconds) const {
    return {seconds, world_.scheduler.events(), messages_, total_ns_ * 1e-6 / static_cast<double>(messages_), hash_};
  }

 private:
  static std::uint32_t below(std::uint32_t bits, std::uint32_t n) {
    return static_cast<std::uint32_t>(std::uint64_t{bits} * n >> 32);
  }
  static Duration exponential(double mean_s, double u) { return to_duration(spec::Seconds{-std::log(u) * mean_s}); }

  World& world_;
  std::uint32_t gateways_, stores_;
  double mean_gap_s_;
  MachineIndex first_gateway_ = 0, first_store_ = 0;
  RandomKey key_{1};
  double total_ns_ = 0;
  std::uint64_t messages_ = 0;
  std::uint64_t hash_ = 0xcbf29ce484222325;
};

}  // namespace

Measurement run_pipeline(unsigned scale) {
  spec::Datacenter datacenter;
  const spec::Seconds none{0};
  datacenter.host_link.latency = spec::Seconds{35e-6};
  datacenter.rack_uplink.latency = datacenter.pod_uplink.latency = datacenter.datacenter_uplink.latency = none;
  World world(datacenter);
  Pipeline pipeline(world, scale);
  const std::clock_t begin = std::clock();
  spawn(no_machine, pipeline.arrivals());
  world.plane.run_until(Time{std::chrono::seconds(1)});
  return pipeline.measurement(static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC);
}

}  // namespace chatsim::bench
