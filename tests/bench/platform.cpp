#include "sim/platform/platform.hpp"

#include <chrono>

#include "tests/bench/benchmark.hpp"

namespace chatsim::bench {

namespace {

/// Of the latencies of some thousand routes across the platform.
std::string hash_of(const sim::Platform& platform) {
  Hash hash;
  const std::uint32_t hosts = platform.hosts();
  for (std::uint32_t i = 0; i < 4096; ++i) {
    const auto host = [&](std::uint64_t multiple) { return static_cast<sim::HostIndex>(i * multiple % hosts); };
    hash.add(static_cast<std::uint64_t>(platform.latency(host(2654435761), host(40503)).count()));
  }
  return hash.text();
}

}  // namespace

Row measure_platform(std::uint64_t hosts) {
  spec::Datacenter datacenter;
  const int hosts_per_pod = datacenter.racks_per_pod * datacenter.hosts_per_rack;
  datacenter.pods_per_datacenter = (static_cast<int>(hosts) + hosts_per_pod - 1) / hosts_per_pod;

  const std::uint64_t bytes_before = resident_bytes();
  const double processor_before = processor_s();
  const auto begin = std::chrono::steady_clock::now();
  sim::EngineSession session;
  const sim::Platform platform(session, datacenter);
  return {{"hosts", platform.hosts()},
          {"platform_build_s", processor_s() - processor_before},
          {"platform_build_wall_s",
           std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count()},
          {"bytes_per_host", (resident_bytes() - bytes_before) / platform.hosts()},
          {"hash", hash_of(platform)}};
}

}  // namespace chatsim::bench
