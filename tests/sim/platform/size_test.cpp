#include <sys/resource.h>

#include <catch2/catch.hpp>
#include <chrono>
#include <cstdio>
#include <ctime>
#include <random>
#include <simgrid/s4u/Link.hpp>
#include <utility>
#include <vector>

#include "sim/platform/platform.hpp"
#include "tests/sim/platform/in_child.hpp"

namespace chatsim::sim {
namespace {

using Clock = std::chrono::steady_clock;

double milliseconds_since(Clock::time_point start) {
  return std::chrono::duration<double, std::milli>(Clock::now() - start).count();
}

/// Nanoseconds a call.
template <class Function>
double cost(Function&& function) {
  std::minstd_rand random(1);
  std::vector<std::pair<HostIndex, HostIndex>> pairs(1 << 16);
  for (auto& pair : pairs) pair = {random() % 50'400, random() % 50'400};
  double sum = 0;
  const auto start = Clock::now();
  for (int i = 0; i < 50; ++i)
    for (const auto& [source, destination] : pairs) sum += function(source, destination);
  const double nanoseconds = milliseconds_since(start) * 1e6 / (50.0 * (1 << 16));
  return sum < 0 ? -1 : nanoseconds;
}

TEST_CASE("a platform of 50400 hosts: what it costs, printed and not judged") {
  CHECK(test::in_child([] {
          auto start = Clock::now();
          EngineSession session;
          std::printf("engine %.1f ms\n", milliseconds_since(start));
          start = Clock::now();
          Platform platform(session, spec::Datacenter{});
          const double build = milliseconds_since(start);
          const double processor = 1e3 * static_cast<double>(std::clock()) / CLOCKS_PER_SEC;
          rusage usage{};
          getrusage(RUSAGE_SELF, &usage);
          std::printf(
              "platform of %u hosts and %u links: %.0f ms (%.0f ms of the processor), the process %ld MB\n",
              platform.hosts(), platform.layout().links(), build, processor, usage.ru_maxrss / 1024);

          platform.host_uplink(50'399)->set_latency(1e-3);
          start = Clock::now();
          test::check("a changed latency is seen", platform.refresh_latencies());
          std::printf("refresh_latencies %.2f ms", milliseconds_since(start));
          start = Clock::now();
          for (int i = 0; i < 10; ++i) platform.refresh_latencies();
          std::printf(", again %.2f ms\n", milliseconds_since(start) / 10);

          std::printf(
              "latency %.1f ns, reachable %.1f ns, bandwidth_for_message %.1f ns, of the route %.1f ns\n",
              cost([&](auto a, auto b) { return static_cast<double>(platform.latency(a, b).count()); }),
              cost([&](auto a, auto b) { return platform.reachable(a, b); }),
              cost([&](auto a, auto) { return platform.bandwidth_for_message(a).value(); }),
              cost([&](auto a, auto b) { return platform.bandwidth_for_message(a, b).value(); }));
        }) == "");
}

}  // namespace
}  // namespace chatsim::sim
