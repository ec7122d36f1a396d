#include <array>
#include <chrono>

#include "sim/kernel/random/fast_math.hpp"
#include "sim/kernel/random/random.hpp"
#include "sim/resources/world.hpp"
#include "tests/bench/benchmark.hpp"

namespace chatsim::bench {

namespace {

using namespace sim;

enum Stream : std::uint32_t { arrival, choice, service };

/// Poisson messages at 1.16 M/s for one simulated second over 40,000 gateways and 10,000 stores of 40 threads
/// each, 70 us between machines. A message is served at a random gateway (exponential, 0.5 ms), goes to three
/// stores in parallel (1 ms) and on with the second answer, reads a random store (0.2 ms) and is served at
/// another gateway (0.5 ms). Hence its mean: 0.5 + (0.14 + 1 x (1/3 + 1/2)) + (0.14 + 0.2) + 0.07 + 0.5
/// = 2.3833 ms; next to nobody waits. `scale` divides machines and rate alike.
class Pipeline {
 public:
  Pipeline(World& world, unsigned scale)
      : world_(world), gateways_(40000 / scale), stores_(10000 / scale), mean_gap_s_(scale / 1.16e6) {
    const auto tier = [&](const char* name, std::uint32_t machines) {
      return world_.fleet.first(world_.fleet.add_tier({name, machines, 40, 40, 100000}));
    };
    first_gateway_ = tier("gateway", gateways_);
    first_store_ = tier("store", stores_);
    world_.wire.refresh();
  }

  Task<void> arrivals() {
    for (std::uint64_t message = 0;; ++message) {
      const Draw draw(key_, arrival, message);
      co_await sleep(world_.scheduler,
                     to_duration(spec::Seconds{negative_log(draw.bits64(0)) * mean_gap_s_}));
      spawn(no_machine, way_of(message));
    }
  }

  Task<void> way_of(std::uint64_t message) {
    const Time begin = world_.scheduler.now();
    const Draw where(key_, choice, message, 0), which(key_, choice, message, 1);
    const Draw how_long(key_, service, message, 0), how_long_stored(key_, service, message, 1);
    const MachineIndex gateway = first_gateway_ + below(where.bits32(0), gateways_);
    const MachineIndex other = first_gateway_ + below(where.bits32(1), gateways_);

    co_await world_.rpc.serve(gateway, 1, exponential(0.5e-3, how_long.bits32(0)), 0);

    std::array<LegOptions, 3> replicas;
    for (unsigned i = 0; i < 3; ++i) {
      replicas[i] = {first_store_ + below(which.bits32(i), stores_),
                     exponential(1e-3, how_long_stored.bits32(i))};
    }
    const Duration deadline = std::chrono::seconds(1);
    co_await world_.rpc.call({.client = gateway, .step = 2, .needed = 2, .cpu_share = 0, .timeout = deadline},
                             replicas.data(), 3);
    const MachineIndex store = first_store_ + below(where.bits32(2), stores_);
    co_await world_.rpc.call({.client = gateway, .step = 3, .cpu_share = 0, .timeout = deadline},
                             {store, exponential(0.2e-3, how_long.bits32(1))});

    co_await sleep(world_.scheduler, world_.wire.latency(gateway, other));
    co_await world_.rpc.serve(other, 4, exponential(0.5e-3, how_long.bits32(2)), 0);

    const Duration took = world_.scheduler.now() - begin;
    total_ns_ += static_cast<double>(took.count());
    ++messages_;
    hash_.add(static_cast<std::uint64_t>(took.count()) ^ message);
  }

  Row row(double seconds) const {
    const auto events = static_cast<double>(world_.scheduler.events());
    const auto messages = static_cast<double>(messages_);
    return {{"machines", gateways_ + stores_},
            {"events_per_s", events / seconds},
            {"ns_per_event", seconds * 1e9 / events},
            {"messages_per_s", messages / seconds},
            {"events_per_message", events / messages},
            {"mean_ms", total_ns_ * 1e-6 / messages},
            {"mean_ms_by_theory", 2.3833},
            {"hash", hash_.text()}};
  }

 private:
  static std::uint32_t below(std::uint32_t bits, std::uint32_t n) {
    return static_cast<std::uint32_t>(std::uint64_t{bits} * n >> 32);
  }
  // By the kernel's own logarithm: that of the C library may differ in its last bit from one processor to the
  // next.
  static Duration exponential(double mean_s, std::uint32_t bits) {
    const std::uint64_t middle_of_cell = std::uint64_t{bits} << 32 | std::uint64_t{1} << 31;
    return to_duration(spec::Seconds{negative_log(middle_of_cell) * mean_s});
  }

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
  datacenter.host_link.latency = spec::Seconds{35e-6};
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
