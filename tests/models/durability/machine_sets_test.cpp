#include "models/durability/machine_sets.hpp"

#include <numeric>

#include "models/durability/mass_loss.hpp"
#include "models/store/ranges.hpp"
#include "tests/figure.hpp"

using namespace chatsim;
using models::MachineSets;
using tests::figure;

namespace {

constexpr auto each_its_own = [](std::uint32_t machine) { return machine; };

double all_shares(const MachineSets& sets) {
  double sum = 0;
  for (std::size_t i = 0; i < sets.count(); ++i) sum += sets.share(i);
  return sum;
}

}  // namespace

TEST_CASE("sets of a ring: each once, with all rows on them, and the machines as its ranges have them") {
  const models::HashRing ring({.machines = 12, .virtual_nodes = 64, .replication = 3, .random = {3}}, each_its_own);
  const MachineSets sets(ring);
  CHECK(sets.count() <= 220);
  CHECK(sets.count() > 200);
  CHECK(figure("shares", 1, all_shares(sets), 1e-9));
  const std::vector<double> held = models::held_shares(ring);
  for (std::uint32_t machine = 0; machine < 12; ++machine) {
    CHECK(sets.held(machine) == Approx(held[machine]));
    CHECK(sets.scatter_width(machine) == 11);
    for (const std::uint32_t number : sets.of_machine(machine)) {
      const auto set = sets.set(number);
      CHECK(std::count(set.begin(), set.end(), machine) == 1);
      CHECK(std::is_sorted(set.begin(), set.end()));
    }
  }
}

TEST_CASE("sets of copysets are these") {
  const models::Copysets copysets({.machines = 30, .replication = 3, .scatter_width = 4, .random = {3}}, each_its_own);
  const MachineSets sets(copysets);
  CHECK(sets.count() == 20);
  CHECK(sets.of_machine(7).size() == 2);
  CHECK(sets.scatter_width(7) <= 4);
  CHECK(figure("shares", 1, all_shares(sets), 1e-6));
}

TEST_CASE("chunks that meet on the same machines are one set") {
  const MachineSets sets(models::RandomChunks{.machines = 5, .replication = 3, .chunks = 1000, .random = {3}});
  CHECK(sets.count() == 10);
  CHECK(figure("each has a tenth", 0.1, sets.share(4), 0.05));
}

TEST_CASE("some set is lost always with all machines, never with fewer than R, in between as by counting") {
  const MachineSets sets(models::RandomChunks{.machines = 5, .replication = 3, .chunks = 1000, .random = {3}});
  CHECK(models::times_with_losses(sets, 5, 100, {1}) == 100);
  CHECK(models::times_with_losses(sets, 2, 100, {1}) == 0);
  const models::Copysets one_order({.machines = 6, .replication = 3, .scatter_width = 2, .random = {3}}, each_its_own);
  // Two sets; 2 of the C(6, 3) = 20 choices of three.
  CHECK(figure("3 of 6 lost: 1/10", 1000,
               static_cast<double>(models::times_with_losses(MachineSets(one_order), 3, 10'000, {1})), 4 * 30));
}
