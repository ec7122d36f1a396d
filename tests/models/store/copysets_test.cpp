#include "models/store/copysets.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "models/store/ranges.hpp"
#include "sim/kernel/check.hpp"
#include "tests/figure.hpp"

using namespace chatsim;
using namespace chatsim::models;
using tests::figure;

namespace {

constexpr auto each_its_own = [](std::uint32_t machine) { return machine; };

std::uint64_t in_the_same_domain(const Copysets& copysets,
                                 const std::function<std::uint32_t(std::uint32_t)>& domain_of) {
  std::uint64_t count = 0;
  for (std::size_t i = 0; i < copysets.count(); ++i) {
    std::set<std::uint32_t> domains;
    for (const std::uint32_t machine : copysets.copyset(i)) domains.insert(domain_of(machine));
    count += domains.size() != copysets.replication();
  }
  return count;
}

/// In how many sets each machine is.
std::vector<std::uint32_t> uses(const Copysets& copysets) {
  std::vector<std::uint32_t> uses(copysets.machines(), 0);
  for (std::size_t i = 0; i < copysets.count(); ++i) {
    for (const std::uint32_t machine : copysets.copyset(i)) ++uses[machine];
  }
  return uses;
}

}  // namespace

TEST_CASE("each order of the machines gives n / R sets, whatever remains is made up for") {
  for (const auto& [width, orders] : {std::pair{1U, 1U}, std::pair{2U, 1U}, std::pair{3U, 2U}, std::pair{10U, 5U}}) {
    const Copysets copysets({.machines = 5000, .replication = 3, .scatter_width = width, .random = {1}}, each_its_own);
    // Two of 5,000 remain, others each time; with one order only they share a set with somebody else.
    const std::uint32_t expected = orders == 1 ? 1667 : 1666 * orders;
    CHECK(copysets.count() == expected);
    const std::vector<std::uint32_t> used = uses(copysets);
    const auto [least, most] = std::minmax_element(used.begin(), used.end());
    CHECK(*most - *least <= 1);
    CHECK(*least >= 1);

    std::vector<std::set<std::uint32_t>> others(5000);
    for (std::size_t i = 0; i < copysets.count(); ++i) {
      for (const std::uint32_t a : copysets.copyset(i)) {
        for (const std::uint32_t b : copysets.copyset(i)) {
          if (a != b) others[a].insert(b);
        }
      }
    }
    double scatter = 0;
    for (const std::set<std::uint32_t>& one : others) scatter += static_cast<double>(one.size()) / 5000;
    CHECK(figure("scatter width: 2 for each order, few pairs meet twice", 2.0 * orders, scatter, 0.02 * orders));
  }
}

TEST_CASE("all machines have the same share, as first and as any replica") {
  const Copysets copysets({.machines = 600, .replication = 3, .scatter_width = 10, .random = {1}}, each_its_own);
  CHECK(copysets.count() == 1000);
  std::vector<double> first(600, 0.0);
  for_each_range(copysets,
                 [&](const Range& range, const HashRing::Replicas& replicas) { first[replicas[0]] += range.share; });
  const std::vector<double> held = held_shares(copysets);
  for (std::uint32_t machine = 0; machine < 600; ++machine) {
    REQUIRE(first[machine] == Approx(1.0 / 600).epsilon(1e-5));
    REQUIRE(held[machine] == Approx(3.0 / 600).epsilon(1e-5));
  }
}

TEST_CASE("sets are of different failure domains, whatever the domains; nobody is in none") {
  std::uint64_t same_domain = 0, unused = 0, wrong = 0;
  for (std::uint32_t round = 0; round < 200; ++round) {
    const auto random = [&](std::uint32_t step, std::uint64_t n) {
      return static_cast<std::uint32_t>(sim::Draw({11}, 3, round, step).below(n, 0));
    };
    const std::uint32_t replication = 1 + random(0, 7), domains = replication + random(1, 3);
    const std::uint32_t machines = domains + random(2, 60);
    std::vector<std::uint32_t> domain(machines);
    for (std::uint32_t i = 0; i < machines; ++i) {
      domain[i] = i < domains ? i : random(10 + i, domains);
      if (round % 3 == 0 && i >= domains) domain[i] = 0;  // One with nearly all machines.
    }
    const auto domain_of = [&](std::uint32_t machine) { return domain[machine]; };
    const bool some_absent = round % 2 == 1;
    const auto is_member = [&](std::uint32_t machine) { return machine < domains || machine % 4 != 0; };
    const Copysets copysets({.machines = machines,
                             .replication = replication,
                             .scatter_width = 1 + random(3, 20),
                             .random = {round},
                             .is_member = some_absent ? is_member : std::function<bool(std::uint32_t)>{}},
                            domain_of);
    same_domain += in_the_same_domain(copysets, domain_of);
    const std::vector<std::uint32_t> used = uses(copysets);
    for (std::uint32_t machine = 0; machine < machines; ++machine) {
      const bool member = !some_absent || is_member(machine);
      unused += member && used[machine] == 0;
      wrong += !member && used[machine] != 0;
    }
  }
  CHECK(same_domain == 0);
  CHECK(unused == 0);
  CHECK(wrong == 0);
}

TEST_CASE("with as many domains as replicas, of the same size, all machines are in every order") {
  const auto domain_of = [](std::uint32_t machine) { return machine / 40; };
  const Copysets copysets({.machines = 120, .replication = 3, .scatter_width = 8}, domain_of);
  CHECK(copysets.count() == 160);
  CHECK(uses(copysets) == std::vector<std::uint32_t>(120, 4));
  CHECK(in_the_same_domain(copysets, domain_of) == 0);
}

TEST_CASE("copysets of the same seed are the same, of another one others; too few domains are a bug") {
  const auto sets_of = [](std::uint64_t seed, std::uint64_t store) {
    const Copysets copysets({.machines = 100, .random = {seed}, .store = store}, each_its_own);
    std::vector<std::uint32_t> sets;
    for (std::size_t i = 0; i < copysets.count(); ++i) {
      sets.insert(sets.end(), copysets.copyset(i).begin(), copysets.copyset(i).end());
    }
    return sets;
  };
  CHECK(sets_of(1, 0) == sets_of(1, 0));
  CHECK(sets_of(1, 0) != sets_of(2, 0));
  CHECK(sets_of(1, 0) != sets_of(1, 1));
  CHECK_THROWS_AS(Copysets({.machines = 10}, [](std::uint32_t machine) { return machine % 2; }), sim::InternalError);
}
