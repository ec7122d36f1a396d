#include "planner/durability/accelerated.hpp"

#include "planner/durability/replica_chain.hpp"
#include "tests/figure.hpp"

using namespace chatsim;
using namespace chatsim::planner;
using spec::Seconds;

namespace {

ReplicatedTable table() {
  ReplicatedTable table;
  table.machines = 1000;
  table.data = spec::Bytes{1e15};
  table.failure = 0.1 / year;
  table.wait = Seconds{3600};
  table.table_bandwidth = spec::BytesPerSecond{1e10};
  table.machine_bandwidth = spec::BytesPerSecond{1e8};
  return table;
}

/// In place of a simulation: what the chain says, times a factor, with a little noise.
LossTrial by_formula(double factor) {
  return [factor](const ReplicatedTable& faster, std::uint64_t failures, std::uint64_t) {
    const double per_second = 1 / time_to_data_loss({faster.replication, faster.failure, repair_alone(faster)}).value();
    const double set_s = durability(table()).sets * static_cast<double>(failures) / (1000 * faster.failure.value()) / 2;
    const auto losses = [&](double noise) {
      return static_cast<std::uint64_t>(std::llround(per_second * set_s * factor * noise));
    };
    return std::vector<LossBatch>{{losses(0.99), losses(0.9), set_s}, {losses(1.01), losses(0.9), set_s}};
  };
}

}  // namespace

TEST_CASE("three accelerated rates, with losses enough, at which simulation and formula meet") {
  const auto found = accelerate(table(), {.failures = 200'000}, by_formula(1));
  REQUIRE(found.size() == 3);
  double last = 1;
  for (const AcceleratedLoss& one : found) {
    CHECK(one.factor > last);
    last = one.factor;
    CHECK(one.losses >= 900);
    CHECK(one.agrees());
    CHECK(one.unavailability.value() < 0.2);
  }
  for (const AcceleratedLoss& one : accelerate(table(), {.failures = 200'000}, by_formula(1.5))) CHECK(!one.agrees());
}

TEST_CASE("where losses are too rare for any rate nothing is simulated") {
  CHECK(accelerate(table(), {.failures = 10}, by_formula(1)).empty());
}
