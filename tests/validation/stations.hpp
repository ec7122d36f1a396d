#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "scenarios/spec/distribution.hpp"

namespace chatsim::tests {

/// Customers come to equal servers and wait in one queue, in order of arrival. The mean service is a second.
struct Station {
  std::uint32_t servers = 1;
  double load = 0.5;  ///< Of each server.
  spec::Distribution service = spec::Distribution::exponential(spec::Seconds{1});
  std::optional<spec::Distribution> between{};  ///< Arrivals, if they are not Poisson; its mean is what the load says.
  std::uint64_t customers = 100'000;            ///< That count, of one replication.
  std::uint64_t before = 10'000;                ///< That come first and do not: it begins empty.
};

/// Independent replications, of one seed or of several.
struct Replications {
  std::uint32_t count = 20;  ///< Of each seed.
  std::uint64_t first_seed = 1;
  std::uint32_t seeds = 1;
};

/// What one replication measured: probability, mean and 99th percentile of the wait.
struct Waits {
  double probability = 0, mean = 0, p99 = 0;
};

/// Each replication is a machine of sim::Fleet with a thread a server, and its own random numbers; sim::Rpc serves its
/// customers and sim::Histogram keeps their waits. All of them run side by side in one world, in a child: a world of its
/// own for each would cost more than what happens in it. Little's law is checked too. \returns those of the first seed,
/// then those of the next.
std::vector<Waits> simulated(const Station& station, const Replications& replications);

}  // namespace chatsim::tests
