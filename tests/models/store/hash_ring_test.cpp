#include "models/store/hash_ring.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <random>
#include <set>

#include "sim/kernel/check.hpp"
#include "tests/models/figures.hpp"

using namespace chatsim;
using models::HashRing;
using tests::figure;

namespace {

constexpr auto each_its_own = [](std::uint32_t machine) { return machine; };

HashRing ring_of(std::uint32_t machines, std::uint32_t virtual_nodes, std::uint32_t replication = 1,
                 std::uint64_t seed = 1) {
  return HashRing({.machines = machines,
                   .virtual_nodes = virtual_nodes,
                   .replication = replication,
                   .random = {seed},
                   .stream = 8,
                   .store = 0},
                  each_its_own);
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

TEST_CASE("replicas are in different failure domains, whatever the domains") {
  std::mt19937_64 random(1);
  std::uint64_t in_the_same_domain = 0, out_of_range = 0, wrong_first = 0;
  for (int round = 0; round < 60; ++round) {
    const auto replication = static_cast<std::uint32_t>(1 + random() % 7);
    const auto domains = static_cast<std::uint32_t>(replication + random() % 3);  // as few as there may be
    const auto machines = static_cast<std::uint32_t>(domains + random() % 60);
    std::vector<std::uint32_t> domain(machines);
    for (std::uint32_t i = 0; i < machines; ++i) {
      domain[i] =
          i < domains ? i : static_cast<std::uint32_t>(random() % domains);  // of very different sizes too
      if (round % 3 == 0 && i >= domains) domain[i] = 0;
    }
    const HashRing ring({.machines = machines,
                         .virtual_nodes = static_cast<std::uint32_t>(1 + random() % 20),
                         .replication = replication,
                         .random = {static_cast<std::uint64_t>(round)}},
                        [&](std::uint32_t machine) { return domain[machine]; });
    for (int i = 0; i < 2000; ++i) {
      const std::uint64_t key = random();
      const HashRing::Replicas found = ring.replicas(key);
      std::set<std::uint32_t> seen;
      for (std::uint32_t r = 0; r < replication; ++r) {
        if (found[r] >= machines) {
          ++out_of_range;
        } else {
          seen.insert(domain[found[r]]);
        }
      }
      in_the_same_domain += seen.size() != replication;
      wrong_first += found[0] != ring.first_replica(key);
    }
  }
  CHECK(out_of_range == 0);
  CHECK(in_the_same_domain == 0);
  CHECK(wrong_first == 0);
}

TEST_CASE("too few failure domains, or too many replicas, are a bug of the caller") {
  const HashRing::Options three{.machines = 10, .replication = 3},
      too_many{.machines = 20, .replication = HashRing::most_replicas + 1};
  CHECK_THROWS_AS(HashRing(three, [](std::uint32_t machine) { return machine % 2; }), sim::InternalError);
  CHECK_THROWS_AS(HashRing(too_many, each_its_own), sim::InternalError);
}

TEST_CASE("keys go to machines as their shares of the ring say, which deviate by 1 / sqrt(virtual nodes)") {
  const auto [virtual_nodes, published] = GENERATE(std::pair{100u, 0.10}, std::pair{1000u, 0.032});
  constexpr std::uint32_t machines = 2000;
  const HashRing ring = ring_of(machines, virtual_nodes);
  const std::vector<double> shares = ring.shares();
  CHECK(figure("shares add up to", 1, std::accumulate(shares.begin(), shares.end(), 0.0), 1e-9));
  const std::string nodes = std::to_string(virtual_nodes);

  constexpr std::uint32_t keys = 4'000'000;
  std::vector<double> counted(machines, 0.0);
  for (std::uint64_t key = 0; key < keys; ++key) ++counted[ring.first_replica(key)];
  double largest = 0;
  for (std::uint32_t i = 0; i < machines; ++i)
    largest = std::max(largest, std::abs(counted[i] / keys - shares[i]) * machines);
  CHECK(figure("sequential keys go where shares say, 5 standard deviations of 2,000 keys a machine", 0,
               largest, 5 / std::sqrt(2000.0 * 0.6)));
  const double counting = machines / static_cast<double>(keys);
  CHECK(figure("standard deviation of keys, sqrt(1 / " + nodes + " + machines / keys)",
               std::hypot(published, std::sqrt(counting)), standard_deviation(counted), published * 0.1));
}

TEST_CASE("a new machine takes its part of the keys, from everybody, and nothing else moves") {
  constexpr std::uint32_t machines = 50, replication = 3, keys = 200'000;
  const auto domain_of = [](std::uint32_t machine) { return machine % 7; };
  const auto ring_with = [&](std::uint32_t count) {
    return HashRing({.machines = count, .virtual_nodes = 200, .replication = replication, .random = {4}},
                    domain_of);
  };
  const HashRing before = ring_with(machines), after = ring_with(machines + 1);
  std::uint64_t moved = 0, moved_elsewhere = 0;
  std::set<std::uint32_t> givers;
  for (std::uint64_t key = 0; key < keys; ++key) {
    const auto old_set = before.replicas(key), new_set = after.replicas(key);
    if (old_set[0] != new_set[0]) {
      ++moved;
      givers.insert(old_set[0]);
    }
    for (std::uint32_t r = 0; r < replication; ++r) {
      const bool is_new = std::find(old_set.begin(), old_set.begin() + replication, new_set[r]) ==
                          old_set.begin() + replication;
      moved_elsewhere += is_new && new_set[r] != machines;
    }
  }
  CHECK(figure("share of keys that move, 1 / 51, 4 x 1/sqrt(200) of it", 1.0 / 51,
               static_cast<double>(moved) / keys, 4 / 51.0 / std::sqrt(200.0)));
  CHECK(moved_elsewhere == 0);
  // Each of its 200 points takes from one of 50 machines: 50 x 0.98^200 = 0.9 give nothing.
  CHECK(figure("machines that give", 49, static_cast<double>(givers.size()), 4));
}

TEST_CASE("the same seed gives the same ring, another seed or store another") {
  const HashRing ring = ring_of(20, 50, 3), same = ring_of(20, 50, 3), other = ring_of(20, 50, 3, 2);
  const HashRing other_store(
      {.machines = 20, .virtual_nodes = 50, .replication = 3, .random = {1}, .stream = 8, .store = 1},
      each_its_own);
  std::uint64_t differs = 0, agrees_with_other_seed = 0, agrees_with_other_store = 0;
  for (std::uint64_t key = 0; key < 10'000; ++key) {
    differs +=
        ring.replicas(key)[2] != same.replicas(key)[2] || ring.first_replica(key) != same.first_replica(key);
    agrees_with_other_seed += ring.first_replica(key) == other.first_replica(key);
    agrees_with_other_store += ring.first_replica(key) == other_store.first_replica(key);
  }
  CHECK(differs == 0);
  CHECK(figure("keys of 10,000 at the same place by chance, 1 / 20", 500,
               static_cast<double>(agrees_with_other_seed), 200));
  CHECK(figure("the same for another store", 500, static_cast<double>(agrees_with_other_store), 200));
}

TEST_CASE("one machine holds everything") {
  const std::uint32_t virtual_nodes = GENERATE(1u, 2u, 128u);
  const HashRing ring = ring_of(1, virtual_nodes);
  CHECK(ring.first_replica(123) == 0);
  CHECK(figure("its share", 1, ring.shares()[0], 1e-9));
}

TEST_CASE("any number of replicas: the first ones are those of replicas(), all are in different domains") {
  const auto domain = [](std::uint32_t machine) { return machine % 70; };
  const HashRing ring({.machines = 140, .virtual_nodes = 32, .replication = 8, .random = {3}}, domain);
  std::uint64_t others = 0, not_different = 0;
  for (std::uint64_t key = 0; key < 2000; ++key) {
    std::array<std::uint32_t, 64> many;
    ring.replicas(key, many);
    const HashRing::Replicas few = ring.replicas(key);
    others += !std::equal(few.begin(), few.end(), many.begin());
    std::set<std::uint32_t> seen;
    for (const std::uint32_t machine : many) seen.insert(domain(machine));
    not_different += seen.size() != many.size();
  }
  CHECK(others == 0);
  CHECK(not_different == 0);
  std::array<std::uint32_t, 71> too_many;
  CHECK_THROWS_AS(ring.replicas(1, too_many), sim::InternalError);
}
