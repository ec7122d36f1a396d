#include <fmt/format.h>

#include <numeric>

#include "models/store/copysets.hpp"
#include "models/store/hash_ring.hpp"
#include "models/store/ranges.hpp"
#include "planner/plan/imbalance.hpp"
#include "tests/figure.hpp"
#include "tests/validation/published_case.hpp"

using namespace chatsim;
using tests::figure;

namespace {

models::HashRing ring_of(std::uint32_t machines, std::uint32_t virtual_nodes, std::uint32_t replication = 1,
                         double load_bound = 0, std::uint64_t seed = 1) {
  return models::HashRing({.machines = machines,
                           .virtual_nodes = virtual_nodes,
                           .replication = replication,
                           .random = {seed},
                           .stream = 8,
                           .load_bound = load_bound},
                          [](std::uint32_t machine) { return machine; });
}

/// Relative to the mean.
double standard_deviation(const std::vector<double>& loads) {
  const auto count = static_cast<double>(loads.size());
  const double mean = std::accumulate(loads.begin(), loads.end(), 0.0) / count;
  double squares = 0;
  for (const double load : loads) squares += (load - mean) * (load - mean);
  return std::sqrt(squares / count) / mean;
}

}  // namespace

TEST_CASE("the load of a ring's machines deviates by 10 % with 100 virtual nodes, by 3.2 % with 1,000", "[ring_imbalance]") {
  const auto [virtual_nodes, published] = GENERATE(std::pair{100U, 0.10}, std::pair{1000U, 0.032});
  const auto seed = static_cast<std::uint64_t>(GENERATE(1, 2, 3));
  const models::HashRing ring = ring_of(2000, virtual_nodes, 1, 0, seed);
  const std::vector<double> shares = ring.shares();
  CHECK(figure("shares add up to", 1, std::accumulate(shares.begin(), shares.end(), 0.0), 1e-9));
  CHECK(tests::published_case(
      {"Placement", tests::Kind::dynamics,
       fmt::format("ring, {} virtual nodes a server: standard deviation of load, seed {}", virtual_nodes, seed),
       fmt::format("2,000 servers, relative to the mean; 1 / sqrt({})", virtual_nodes), published,
       standard_deviation(shares), {.relative = 0.1},
       "Consistent hashing (Karger et al., STOC 1997): arcs are exponential, a server has the sum of V"}));
}

TEST_CASE("plan assumes machines as uneven as rings, bounded rings and copysets make them", "[ring_imbalance]") {
  const auto virtual_nodes = GENERATE(32, 128, 512);
  const auto replication = GENERATE(1, 3);
  for (const double bound : {0.0, 1.02, 1.05, 1.1, 1.25}) {
    spec::Store store;
    store.machines = 3000;
    store.virtual_nodes = virtual_nodes;
    store.replication = replication;
    store.placement.load_bound = bound;
    const double planned = planner::imbalance_of(store);
    const double measured = standard_deviation(models::held_shares(
        ring_of(3000, static_cast<std::uint32_t>(virtual_nodes), static_cast<std::uint32_t>(replication), bound)));
    // A bound on first replicas changes little in what a machine holds altogether, in one direction or the other.
    const double tolerance = bound == 0 || replication == 1 ? 0.05 : 0.15;
    CHECK(figure(fmt::format("{} virtual nodes, {} replicas, bound {}: deviation of what machines hold", virtual_nodes,
                             replication, bound),
                 planned, measured, tolerance * planned));
  }
}

TEST_CASE("plan takes the machines of copysets for even, which they are but for the remainder of n / R",
          "[ring_imbalance]") {
  spec::Store store{.machines = 3001};
  store.placement.policy = spec::PlacementPolicy::copysets;
  const models::Copysets copysets({.machines = 3001, .scatter_width = 20},
                                  [](std::uint32_t machine) { return machine; });
  CHECK(figure("deviation of what machines hold", planner::imbalance_of(store),
               standard_deviation(models::held_shares(copysets)), 0.01));
}
