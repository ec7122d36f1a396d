#include "sim/platform/platform.hpp"

#include <chrono>

#include "tests/bench/benchmark.hpp"

namespace chatsim::bench {

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
          {"bytes_per_host", (resident_bytes() - bytes_before) / platform.hosts()}};
}

}  // namespace chatsim::bench
