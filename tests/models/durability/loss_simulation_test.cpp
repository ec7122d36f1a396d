#include "models/durability/loss_simulation.hpp"

#include "tests/figure.hpp"

using namespace chatsim;
using models::LossCounts;
using models::LossOptions;
using models::MachineSets;
using spec::PerSecond;
using spec::Seconds;
using tests::figure;

namespace {

constexpr auto each_its_own = [](std::uint32_t machine) { return machine; };

/// Mean time until all of R machines are empty: the times h(i) from i empty ones to i + 1 for the first time, of a
/// birth-death chain h(i) = (1 + i m h(i - 1)) / ((R - i) f), m = 1 / repair.
double time_to_loss(std::uint32_t replication, PerSecond failure, Seconds repair) {
  double sum = 0, last = 0;
  for (std::uint32_t empty = 0; empty < replication; ++empty) {
    last = (1 + empty / repair.value() * last) / ((replication - empty) * failure.value());
    sum += last;
  }
  return sum;
}

LossCounts sum_of(const std::vector<LossCounts>& batches) {
  LossCounts sum;
  for (const LossCounts& batch : batches) {
    sum.failures += batch.failures;
    sum.losses += batch.losses;
    sum.times += batch.times;
    sum.set_s += batch.set_s;
    sum.time += batch.time;
    sum.repair_s += batch.repair_s;
  }
  return sum;
}

/// Machines that are without data for a fifth or less of the time, all of it waiting.
LossOptions by_waiting(double failures_per_repair, std::uint64_t failures) {
  return {.failure = PerSecond{failures_per_repair},
          .wait = Seconds{1},
          .table_bandwidth = spec::BytesPerSecond{1},
          .machine_bandwidth = spec::BytesPerSecond{1},
          .failures = failures,
          .random = {5}};
}

}  // namespace

TEST_CASE("one set of machines is lost as often as its chain says (dynamics)") {
  for (const std::uint32_t replication : {1U, 2U, 3U, 4U}) {
    const models::Copysets copysets(
        {.machines = replication, .replication = replication, .scatter_width = replication, .random = {1}},
        each_its_own);
    const LossOptions options = by_waiting(0.2, 400'000);
    const LossCounts seen = sum_of(simulate_losses(MachineSets(copysets), options));
    const double expected = time_to_loss(replication, options.failure, options.wait);
    CHECK(figure(std::to_string(replication) + " replicas: mean time to loss, within 5 standard deviations", expected,
                 seen.set_s / static_cast<double>(seen.losses),
                 5 * expected / std::sqrt(static_cast<double>(seen.losses))));
  }
}

TEST_CASE("sets of a ring and of copysets are lost as often as their chain says (dynamics)") {
  const models::HashRing ring({.machines = 200, .virtual_nodes = 32, .replication = 3, .random = {1}}, each_its_own);
  const models::Copysets copysets({.machines = 200, .replication = 3, .scatter_width = 20, .random = {1}},
                                  each_its_own);
  for (const MachineSets& sets : {MachineSets(ring), MachineSets(copysets)}) {
    const LossOptions options = by_waiting(0.05, 200'000);
    const LossCounts seen = sum_of(simulate_losses(sets, options));
    const double expected = time_to_loss(3, options.failure, options.wait);
    CHECK(figure(std::to_string(sets.count()) + " sets: mean time to loss, within 5 %", expected,
                 seen.set_s / static_cast<double>(seen.losses), 0.05 * expected));
    CHECK(seen.times <= seen.losses);
  }
}

TEST_CASE("more machines repair sooner, up to the throttle") {
  const models::Copysets copysets({.machines = 300, .replication = 3, .scatter_width = 10, .random = {1}},
                                  each_its_own);
  const MachineSets sets(copysets);
  LossOptions options = by_waiting(1e-3, 50'000);
  options.data = spec::Bytes{1e6};  // 1e4 a machine.
  options.machine_bandwidth = spec::BytesPerSecond{100};
  options.table_bandwidth = spec::BytesPerSecond{1e9};
  const auto mean = [&] {
    const LossCounts seen = sum_of(simulate_losses(sets, options));
    return seen.repair_s / static_cast<double>(seen.failures);
  };
  // Some neighbours meet twice: a little fewer than ten.
  CHECK(figure("1 s + 1e4 B / (10 x 100 B/s)", 11, mean(), 0.6));
  options.table_bandwidth = spec::BytesPerSecond{500};
  CHECK(figure("1 s + 1e4 B / (500 B/s)", 21, mean(), 0.6));
}

TEST_CASE("the same seed gives the same losses, in as many batches as are asked for") {
  const models::HashRing ring({.machines = 20, .virtual_nodes = 8, .replication = 3, .random = {1}}, each_its_own);
  const MachineSets sets(ring);
  LossOptions options = by_waiting(0.1, 10'000);
  const auto first = simulate_losses(sets, options), again = simulate_losses(sets, options);
  REQUIRE(first.size() == 20);
  for (std::size_t i = 0; i < first.size(); ++i) {
    CHECK(first[i].failures == 500);
    CHECK(first[i].losses == again[i].losses);
    CHECK(first[i].set_s == again[i].set_s);
  }
  options.random = {6};
  CHECK(sum_of(simulate_losses(sets, options)).set_s != sum_of(first).set_s);
}
