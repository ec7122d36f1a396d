#include "models/store/ranges.hpp"

#include <numeric>

#include "models/store/row_placement.hpp"
#include "tests/figure.hpp"

using namespace chatsim;
using namespace chatsim::models;
using tests::figure;

namespace {

constexpr std::uint32_t replication = 3;
constexpr auto domain_of = [](std::uint32_t machine) { return machine % 7; };

HashRing ring_of(std::uint32_t machines, double load_bound = 0, std::function<bool(std::uint32_t)> is_member = {}) {
  return HashRing({.machines = machines,
                   .virtual_nodes = 64,
                   .replication = replication,
                   .random = {7},
                   .stream = 1,
                   .load_bound = load_bound,
                   .is_member = std::move(is_member)},
                  domain_of);
}

std::uint32_t random_position(std::uint64_t i) { return sim::Draw({1}, 2, i, 0).bits32(0); }

bool same(const HashRing::Replicas& a, const HashRing::Replicas& b) {
  return std::equal(a.begin(), a.begin() + replication, b.begin());
}

double sum(const std::vector<double>& numbers) { return std::accumulate(numbers.begin(), numbers.end(), 0.0); }

}  // namespace

TEST_CASE("the ranges of a placement tell the replicas of every position") {
  const RowPlacement placement = [] {
    switch (GENERATE(0, 1, 2, 3)) {
      case 0:
        return RowPlacement(ring_of(500));
      case 1:
        return RowPlacement(ring_of(500, 1.1));
      case 2:
        return RowPlacement(ring_of(500, 0, [](std::uint32_t machine) { return machine % 3 != 0; }));
      default:
        return RowPlacement(Copysets({.machines = 500, .replication = replication, .scatter_width = 10}, domain_of));
    }
  }();
  std::vector<std::uint32_t> begins;
  std::vector<HashRing::Replicas> replicas;
  double all = 0;
  for_each_range(placement, [&](const Range& range, const HashRing::Replicas& found) {
    begins.push_back(range.begin);
    replicas.push_back(found);
    all += range.share;
  });
  CHECK(std::is_sorted(begins.begin(), begins.end()));
  CHECK(figure("shares of all ranges", 1, all, 1e-12));
  std::uint64_t wrong = 0;
  const auto check = [&](std::uint32_t position) {
    const auto next = std::upper_bound(begins.begin(), begins.end(), position);
    const std::size_t range =
        next == begins.begin() ? begins.size() - 1 : static_cast<std::size_t>(next - begins.begin()) - 1;
    wrong += !same(replicas[range], placement.replicas_at(position));
  };
  for (std::uint64_t i = 0; i < 200'000; ++i) check(random_position(i));
  for (const std::uint32_t begin : begins) {
    check(begin);
    check(begin - 1);
  }
  CHECK(wrong == 0);

  std::vector<double> led(placement.machines(), 0.0);
  for (std::uint32_t machine = 0; machine < 20; ++machine) {
    for (const Range& range : ranges_led_by(placement, machine)) {
      led[machine] += range.share;
      wrong += placement.replicas_at(range.begin)[0] != machine;
    }
  }
  CHECK(wrong == 0);
  constexpr std::uint64_t positions = 1'000'000;
  std::vector<double> first(placement.machines(), 0.0), held(placement.machines(), 0.0);
  for (std::uint64_t i = 0; i < positions; ++i) {
    const HashRing::Replicas found = placement.replicas_at(random_position(i));
    first[found[0]] += 1.0 / positions;
    for (std::uint32_t replica = 0; replica < replication; ++replica) held[found[replica]] += 1.0 / positions;
  }
  const std::vector<double> shares = held_shares(placement);
  CHECK(figure("shares held, N together", replication, sum(shares), 1e-9));
  double worst_held = 0, worst_led = 0;
  for (std::uint32_t machine = 0; machine < placement.machines(); ++machine) {
    worst_held = std::max(worst_held, std::abs(held[machine] - shares[machine]));
    if (machine < 20) worst_led = std::max(worst_led, std::abs(first[machine] - led[machine]));
  }
  CHECK(figure("share held, by a million positions, 5 standard deviations", 0, worst_held,
               5 * std::sqrt(0.01 / positions)));
  CHECK(figure("share led, likewise", 0, worst_led, 5 * std::sqrt(0.004 / positions)));
}

TEST_CASE("machines that are no members have no rows, the others lie as if they had never been") {
  const HashRing all = ring_of(50), fewer = ring_of(50, 0, [](std::uint32_t machine) { return machine < 45; });
  CHECK(fewer.machines() == 50);
  const HashRing small = ring_of(45);
  std::uint64_t differs = 0;
  for (std::uint64_t i = 0; i < 50'000; ++i) {
    differs += !same(fewer.replicas_at(random_position(i)), small.replicas_at(random_position(i)));
  }
  // The same points, but not the same accuracy with which rings of another size know them.
  CHECK(figure("positions that lie elsewhere on a ring of those only", 0, static_cast<double>(differs) / 50'000, 2e-3));
  // Any machine may be absent, and what it had goes to others.
  const HashRing without = ring_of(50, 0, [](std::uint32_t machine) { return machine != 17; });
  double gone = 0;
  for (const Move& move : moved(all, without)) {
    CHECK(move.destination != 17);
    gone += move.share;
  }
  CHECK(figure("share that moves: what the absent one held", held_shares(all)[17] / replication, gone, 1e-3));
  CHECK(held_shares(without)[17] == 0);
}

TEST_CASE("what moves to another ring is listed pair by pair, from a machine that held it") {
  const HashRing before = ring_of(50), after = ring_of(55);
  const std::vector<Move> moves = moved(before, after);
  double share = 0, elsewhere = 0;
  std::vector<double> given(50, 0.0);
  for (std::size_t i = 0; i < moves.size(); ++i) {
    const Move& move = moves[i];
    if (i > 0) {
      CHECK(std::pair{moves[i - 1].source, moves[i - 1].destination} < std::pair{move.source, move.destination});
    }
    share += move.share;
    REQUIRE(move.source < 50);
    given[move.source] += move.share;
    if (move.destination < 50) elsewhere += move.share;
  }
  CHECK(figure("share that moves, 5 of 55, 4 standard deviations of 320 points", 5.0 / 55, share,
               4 * 5.0 / 55 / std::sqrt(320.0)));
  // Points that rings of two sizes know with another accuracy.
  CHECK(figure("of it to machines that were there", 0, elsewhere / share, 1e-2));
  CHECK(
      figure("most that one gives over the mean", 1, *std::max_element(given.begin(), given.end()) / (share / 50), 2));

  std::uint64_t pairs = 0, wrong = 0;
  constexpr std::uint64_t positions = 300'000;
  for (std::uint64_t i = 0; i < positions; ++i) {
    const HashRing::Replicas old = before.replicas_at(random_position(i)),
                             fresh = after.replicas_at(random_position(i));
    for (std::uint32_t replica = 0; replica < replication; ++replica) {
      if (std::find(old.begin(), old.begin() + replication, fresh[replica]) != old.begin() + replication) continue;
      ++pairs;
      wrong += std::none_of(moves.begin(), moves.end(), [&](const Move& move) {
        return move.destination == fresh[replica] &&
               std::find(old.begin(), old.begin() + replication, move.source) != old.begin() + replication;
      });
    }
  }
  CHECK(wrong == 0);
  CHECK(figure("the same, by random positions", static_cast<double>(pairs) / (positions * replication), share,
               5 * std::sqrt(0.1 / (positions * replication))));
  CHECK(moved(before, before).empty());
}
