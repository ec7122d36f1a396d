#include "models/store/copysets.hpp"

#include <fmt/format.h>

#include "models/durability/mass_loss.hpp"
#include "planner/durability/data_loss.hpp"
#include "tests/figure.hpp"
#include "tests/validation/published_case.hpp"

// Cidon, Rumble, Stutsman, Katti, Ousterhout, Rosenblum: Copysets: Reducing the Frequency of Data Loss in Cloud
// Storage, ATC 2013: 5,000 nodes, of which 1 % are lost at once, three replicas.

using namespace chatsim;
using models::MachineSets;
using tests::figure;
using tests::Kind;

namespace {

constexpr std::uint32_t machines = 5000, lost_at_once = 50, replication = 3;
constexpr planner::MassLoss loss{machines, lost_at_once, replication};
constexpr auto each_its_own = [](std::uint32_t machine) { return machine; };

/// How often some set is lost with all its machines, of so many times that 50 machines at random are lost.
double frequency(const MachineSets& sets, std::uint32_t times) {
  const double found = static_cast<double>(models::times_with_losses(sets, lost_at_once, times, {23})) / times;
  std::printf("95 %% interval of %u times: %.4g +- %.2g\n", times, found,
              1.96 * std::sqrt(found * (1 - found) / times));
  return found;
}

bool placement(Kind kind, const std::string& name, const std::string& inputs, double published, double ours,
               const tests::Tolerance& tolerance) {
  return tests::published_case({"Placement", kind, name, "5,000 nodes lose 50 at once, R = 3; " + inputs, published, ours,
                                tolerance, "Cidon et al., Copysets, USENIX ATC 2013, figure 1 and section 3"});
}

/// Four standard deviations of a binomial distribution.
double binomial(double probability, std::uint32_t times) {
  return 4 * std::sqrt(probability * (1 - probability) / times);
}

}  // namespace

TEST_CASE("data loss by the formula is as published, within 5 %", "[copysets]") {
  CHECK(placement(Kind::accounting, "planner: some of 10^7 chunks at random is lost", "1 - (1 - C(50, 3) / C(5000, 3))^sets",
                  0.9999, planner::any_lost_at_random(loss, 1e7).value(), {.relative = 0.05}));
  for (const auto& [sets, published] : {std::pair{1667, 0.0015}, std::pair{8333, 0.0078}, std::pair{275'000, 0.228}}) {
    CHECK(placement(Kind::accounting, "planner: some of " + std::to_string(sets) + " copysets is lost",
                    "1 - (1 - C(50, 3) / C(5000, 3))^copysets", published, planner::any_lost(loss, sets).value(),
                    {.relative = 0.05}));
  }
}

TEST_CASE("copysets of 5,000 machines that lose 50: as often as published some set is lost (dynamics)", "[copysets]") {
  // The published numbers of sets are those of 1, 5 and 165 orders.
  const auto [width, published, chance, times] =
      GENERATE(std::tuple{2U, 1667.0, 0.0015, 1'000'000U}, std::tuple{10U, 8333.0, 0.0078, 500'000U},
               std::tuple{330U, 275'000.0, 0.228, 40'000U});
  const models::Copysets copysets(
      {.machines = machines, .replication = replication, .scatter_width = width, .random = {1}}, each_its_own);
  const MachineSets sets(copysets);
  const auto count = static_cast<double>(sets.count());
  const std::string what = "scatter width " + std::to_string(width) + ": ";
  CHECK(figure(what + "different sets", published, count, 1e-3 * published));
  CHECK(figure(what + "by the planner's rule", planner::copysets(machines, replication, static_cast<int>(width)), count,
               1e-3 * published));
  const double expected = planner::any_lost(loss, count).value();
  const double measured = frequency(sets, times);
  CHECK(figure(what + "lost, of " + std::to_string(times) + " times, within 4 standard deviations", expected, measured,
               binomial(expected, times)));
  CHECK(placement(Kind::dynamics, fmt::format("some of {} copysets is lost", count),
                  fmt::format("models::Copysets of scatter width {}; {} times 50 machines at random", width, times), chance,
                  measured, {.absolute = binomial(expected, times), .relative = 0.05, .because = "4 standard deviations"}));
}

TEST_CASE("chunks on random machines: as often as by the formula some chunk is lost (dynamics)", "[copysets]") {
  constexpr std::uint32_t chunks = 1'000'000, times = 4000;
  const MachineSets sets(models::RandomChunks{
      .machines = machines, .replication = replication, .chunks = chunks, .random = {17}, .stream = 2});
  CHECK(figure("different sets of a million chunks", planner::sets_of_random_chunks(loss, chunks),
               static_cast<double>(sets.count()), 5 * std::sqrt(1e12 / 2 / 2.08e10)));
  const double expected = planner::any_lost_at_random(loss, chunks).value();
  CHECK(placement(Kind::dynamics, "some of 10^6 chunks at random is lost",
                  "4,000 times 50 machines at random; by the formula", expected, frequency(sets, times),
                  {.absolute = binomial(expected, times), .because = "4 standard deviations"}));
}

TEST_CASE(
    "a ring has nearly as many sets of machines as points, and loses rows as often as so many copysets (dynamics)",
    "[copysets]") {
  const auto [virtual_nodes, times] =
      GENERATE(std::pair{1U, 500'000U}, std::pair{16U, 100'000U}, std::pair{128U, 20'000U});
  const models::HashRing ring(
      {.machines = machines, .virtual_nodes = virtual_nodes, .replication = replication, .random = {1}, .stream = 8},
      each_its_own);
  const MachineSets sets(ring);
  const auto count = static_cast<double>(sets.count());
  const double expected = planner::any_lost(loss, count).value();
  std::printf("ring with %u virtual nodes: %.0f different sets of %u points; some rows are lost with %.3g %%\n",
              virtual_nodes, count, machines * virtual_nodes, 100 * expected);
  CHECK(count <= machines * virtual_nodes);
  CHECK(count > 0.98 * machines * virtual_nodes);
  CHECK(figure("lost, of " + std::to_string(times) + " times", expected, frequency(sets, times),
               binomial(expected, times)));
}
