#include "models/store/bounded_loads.hpp"

#include <algorithm>
#include <numeric>
#include <random>
#include <set>

#include "models/store/ranges.hpp"
#include "tests/figure.hpp"

using namespace chatsim;
using namespace chatsim::models;
using tests::figure;

namespace {

constexpr std::uint32_t replication = 3;

HashRing ring_of(std::uint32_t machines, std::uint32_t virtual_nodes, double bound) {
  return HashRing({.machines = machines,
                   .virtual_nodes = virtual_nodes,
                   .replication = replication,
                   .random = {3},
                   .stream = 8,
                   .load_bound = bound},
                  [](std::uint32_t machine) { return machine / 10; });
}

double sum(const std::vector<double>& numbers) { return std::accumulate(numbers.begin(), numbers.end(), 0.0); }

double busiest(const std::vector<double>& shares) {
  return *std::max_element(shares.begin(), shares.end()) * static_cast<double>(shares.size()) / sum(shares);
}

double share_moved(double bound, std::uint32_t before, std::uint32_t after) {
  double share = 0;
  for (const Move& move : moved(ring_of(before, 128, bound), ring_of(after, 128, bound))) share += move.share;
  return share;
}

/// Every place, by the arcs.
std::vector<std::uint32_t> owners(const std::vector<Arc>& arcs, std::uint64_t places) {
  std::vector<std::uint32_t> owners(places);
  for (std::uint64_t place = 0; place < places; ++place) {
    const auto arc = std::find_if(arcs.begin(), arcs.end(), [&](const Arc& one) { return place <= one.end; });
    owners[place] = arc == arcs.end() ? arcs.front().machine : arc->machine;
  }
  return owners;
}

}  // namespace

TEST_CASE("what is beyond the bound goes to the next machine with room") {
  // 0 owns 8 to 2 (five of ten places), 1 owns 3 and 4, 2 owns 5 to 7; four at most.
  const std::vector<Arc> bounded = bound_loads({{2, 0}, {4, 1}, {7, 2}}, 3, 10, 4);
  CHECK(owners(bounded, 10) == std::vector<std::uint32_t>{0, 0, 0, 1, 1, 2, 2, 2, 1, 0});
  CHECK(owners(bound_loads({{2, 0}, {4, 1}, {7, 2}}, 3, 10, 5), 10) == owners({{2, 0}, {4, 1}, {7, 2}}, 10));
  // An arc without room for any of it belongs to the next machine as a whole; it keeps its number of points.
  const std::vector<Arc> handed_on = bound_loads({{3, 0}, {5, 0}, {9, 1}}, 2, 10, 6);
  CHECK(owners(handed_on, 10) == std::vector<std::uint32_t>{0, 0, 0, 0, 0, 0, 1, 1, 1, 1});
  CHECK(owners(bound_loads({{4, 0}, {6, 0}, {9, 1}}, 2, 10, 5), 10) ==
        std::vector<std::uint32_t>{0, 0, 0, 0, 0, 1, 1, 1, 1, 1});
  CHECK(bound_loads({{4, 0}, {6, 0}, {9, 1}}, 2, 10, 5).size() == 3);
}

TEST_CASE("any arcs: nobody has more than the bound, and who has less keeps all that was its own") {
  std::mt19937_64 random(5);
  std::uint64_t over = 0, lost = 0, unordered = 0;
  for (int round = 0; round < 300; ++round) {
    const auto machines = static_cast<std::uint32_t>(1 + random() % 12);
    const std::uint64_t places = 200 + random() % 200;
    std::vector<std::uint64_t> ends(machines * (1 + random() % 4));
    for (std::uint64_t& end : ends) end = random() % places;
    std::sort(ends.begin(), ends.end());
    std::vector<Arc> arcs;
    for (std::size_t i = 0; i < ends.size(); ++i) {
      arcs.push_back({ends[i], static_cast<std::uint32_t>(i < machines ? i : random() % machines)});
    }
    const std::uint64_t most = (places + machines - 1) / machines + random() % 30;
    const std::vector<Arc> bounded = bound_loads(arcs, machines, places, most);
    for (std::size_t i = 1; i < bounded.size(); ++i) unordered += bounded[i].end < bounded[i - 1].end;
    const auto before = owners(arcs, places), after = owners(bounded, places);
    std::vector<std::uint64_t> load(machines, 0), own(machines, 0), kept(machines, 0);
    for (std::uint64_t place = 0; place < places; ++place) {
      ++load[after[place]];
      ++own[before[place]];
      kept[before[place]] += before[place] == after[place];
    }
    for (std::uint32_t machine = 0; machine < machines; ++machine) {
      over += load[machine] > most;
      lost += kept[machine] != std::min(own[machine], most);
    }
  }
  CHECK(over == 0);
  CHECK(lost == 0);
  CHECK(unordered == 0);
}

TEST_CASE("a ring with bounded loads: no machine leads more than that, replicas stay in different domains") {
  const auto virtual_nodes = GENERATE(1U, 16U, 128U);
  const double without = busiest(ring_of(1000, virtual_nodes, 0).shares());
  for (const double bound : {1.0, 1.05, 1.1, 1.25, 2.0}) {
    const HashRing ring = ring_of(1000, virtual_nodes, bound);
    const double with = busiest(ring.shares());
    std::printf(
        "%u virtual nodes, bound %.2f: busiest over mean %.3f, without %.3f; of all replicas %.3f, without %.3f\n",
        virtual_nodes, bound, with, without, busiest(held_shares(ring)),
        busiest(held_shares(ring_of(1000, virtual_nodes, 0))));
    CHECK(figure("shares add up to", 1, sum(ring.shares()), 1e-9));
    // One place more than the bound: the ring knows positions to the 1/2048 of a bucket of 12 points or fewer.
    CHECK(with <= bound * (1 + 2e-2 / virtual_nodes));
    if (without > bound) CHECK(figure("busiest over mean", bound, with, bound * 2e-2 / virtual_nodes));
    std::uint64_t same_domain = 0;
    for_each_range(ring, [&](const Range&, const HashRing::Replicas& replicas) {
      same_domain += std::set{replicas[0] / 10, replicas[1] / 10, replicas[2] / 10}.size() != 3;
    });
    CHECK(same_domain == 0);
  }
}

TEST_CASE("with bounded loads a tenth more machines, or one, move little more than without") {
  const auto [before, after] = GENERATE(std::pair{500U, 550U}, std::pair{500U, 501U}, std::pair{500U, 450U});
  const double without = share_moved(0, before, after);
  const double needed = std::abs(1.0 * after - before) / std::max(after, before);
  std::printf("%u to %u machines: %.4f %% of replicas move without bound, %.4f %% at least\n", before, after,
              100 * without, 100 * needed);
  for (const auto& [bound, factor] : {std::pair{1.05, 1.7}, std::pair{1.1, 1.3}, std::pair{1.25, 1.05}}) {
    const double with = share_moved(bound, before, after);
    std::printf("  bound %.2f: %.4f %%, %.3f times\n", bound, 100 * with, with / without);
    CHECK(with < factor * without);
  }
}
