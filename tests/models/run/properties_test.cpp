#include <numeric>
#include <random>

#include "scenarios/spec/validate.hpp"
#include "tests/models/figures.hpp"
#include "tests/models/run/result_of.hpp"
#include "tests/models/small_scenario.hpp"

using namespace chatsim;

namespace {

using Random = std::mt19937_64;

int between(Random& random, int least, int most) {
  return std::uniform_int_distribution<int>(least, most)(random);
}

spec::Distribution random_time(Random& random, double mean) {
  switch (between(random, 0, 4)) {
    case 0:
      return spec::Distribution::constant(mean);
    case 1:
      return spec::Distribution::lognormal_with_mean(mean, 1);
    case 2:
      return spec::Distribution::pareto(mean / 2, 2);
    case 3:
      return spec::Distribution::mixture({{0.9, spec::Distribution::constant(mean / 2)},
                                          {0.1, spec::Distribution::exponential(mean * 5.5)}});
    default:
      return spec::Distribution::exponential(mean);
  }
}

void vary(spec::Tier& tier, Random& random) {
  tier.machines = between(random, 1, 12);
  tier.threads = between(random, 1, 16);
  tier.cores = between(random, 1, 8);
  tier.queue_limit = between(random, 0, 1) == 0 ? 10'000 : between(random, 0, 20);
  tier.service_time = random_time(random, 1e-3);
  tier.cpu_share = spec::Probability{between(random, 0, 4) / 4.0};
}

void vary(spec::Store& store, Random& random) {
  store.replication = between(random, 1, 5);
  store.machines = between(random, store.replication, 12);
  store.read_quorum = between(random, 1, store.replication);
  store.write_quorum = between(random, 1, store.replication);
  store.virtual_nodes = between(random, 1, 200);
  store.threads = between(random, 1, 30);
  store.queue_limit = between(random, 0, 1) == 0 ? 10'000 : between(random, 0, 20);
  store.read_time = random_time(random, 5e-3);
  store.write_time = random_time(random, 5e-3);
  store.spread = static_cast<spec::FailureDomain>(between(random, 0, 2));
}

/// Anything goes: tiers that are far too small too.
spec::Scenario random_scenario(std::uint64_t seed) {
  Random random(seed);
  while (true) {
    spec::Scenario scenario;
    scenario.seed = seed;
    scenario.simulation = {
        .duration = spec::Seconds{1.5}, .warmup = spec::Seconds{0}, .window = spec::Seconds{0.05}};
    scenario.datacenter.regions = between(random, 1, 2);
    scenario.datacenter.wan.latency = spec::Seconds{5e-3};
    scenario.datacenter.pods_per_datacenter = between(random, 1, 4);
    scenario.datacenter.racks_per_pod = between(random, 1, 5);
    scenario.datacenter.hosts_per_rack = between(random, 5, 30);
    scenario.datacenter.host_speed = between(random, 1, 8) / 4.0;
    scenario.population.users = between(random, 200, 100'000);
    scenario.population.groups = between(random, 1, 50'000);
    scenario.population.messages_per_day = between(random, 50, 2500) * 86'400.0;
    scenario.population.online = spec::Probability{between(random, 1, 10) / 10.0};
    scenario.population.group_message_share = spec::Probability{between(random, 0, 5) / 10.0};
    scenario.services.group.fanout_parallelism = between(random, 1, 40);
    scenario.services.profile.cache_per_machine = spec::Bytes{between(random, 0, 2) * 1e6};
    scenario.network.request_timeout = spec::Seconds{between(random, 20, 1000) * 1e-3};
    vary(scenario.services.gateway, random);
    vary(scenario.services.messaging, random);
    vary(scenario.services.group, random);
    vary(scenario.services.profile, random);
    for (spec::Store* store : {&scenario.stores.message, &scenario.stores.conversation,
                               &scenario.stores.group, &scenario.stores.profile}) {
      vary(*store, random);
    }
    if (spec::validate(scenario).empty()) return scenario;
  }
}

double sum_of(const std::vector<double>& rates, const std::vector<double>& ends) {
  double sum = 0, begin = 0;
  for (std::size_t i = 0; i < rates.size(); ++i) {
    sum += rates[i] * (ends[i] - begin);
    begin = ends[i];
  }
  return sum;
}

void check_tier(const spec::TierSummary& tier, double measured_s) {
  CAPTURE(tier.name);
  const double capacity = static_cast<double>(tier.machines) * tier.threads;
  CHECK(tier.busy_threads >= 0);
  CHECK(tier.busy_threads <= 1 + 1e-9);
  CHECK(tier.utilisation_max >= tier.utilisation * (1 - 1e-9));
  CHECK(tier.queue_mean <= static_cast<double>(tier.queue_max));
  CHECK((tier.rejected == 0 || tier.utilisation > 0));
  // Without a warm-up all that was offered is done, turned away, waits or is served.
  const double left =
      tier.offered.value() * measured_s - tier.completed.value() * measured_s - double(tier.rejected);
  CHECK(left > -0.5);
  CHECK(left < 0.5 + static_cast<double>(tier.machines) * double(tier.queue_max) + capacity);
}

}  // namespace

TEST_CASE("what holds for every service, whatever its size, quorums, times, load and seed") {
  const auto seed = static_cast<std::uint64_t>(GENERATE(range(1, 25)));
  const spec::Scenario scenario = random_scenario(seed);
  const spec::Result result = tests::result_of(scenario);
  std::printf(
      "seed %2d: %3d machines, %5d messages, %5d acknowledged, %5d failed; %6d due, %6d delivered, %6d kept, "
      "%6d failed\n",
      int(seed), int(result.machines), int(result.messages.offered), int(result.messages.acknowledged),
      int(result.messages.failed), int(result.deliveries.due), int(result.deliveries.delivered),
      int(result.deliveries.kept), int(result.deliveries.failed));
  CAPTURE(seed);

  const spec::MessageCounts& messages = result.messages;
  const spec::DeliveryCounts& deliveries = result.deliveries;
  CHECK(messages.offered > 0);
  CHECK(messages.in_flight >= 0);
  CHECK(deliveries.in_flight >= 0);
  CHECK(messages.offered ==
        messages.acknowledged + messages.failed + static_cast<std::uint64_t>(messages.in_flight));
  CHECK(deliveries.due == deliveries.delivered + deliveries.kept + deliveries.failed +
                              static_cast<std::uint64_t>(deliveries.in_flight));
  CHECK(result.invariants.conservation_residual == 0);
  CHECK(result.invariants.lost_acknowledged == 0);
  CHECK(result.invariants.little_law_error < 1e-6);
  CHECK_FALSE(result.interrupted);

  std::uint64_t failures = 0;
  for (const spec::FailureCount& failure : result.failures) failures += failure.count;
  CHECK(failures == messages.failed + deliveries.failed);

  CHECK(tests::latency(result, "send_to_ack").count == messages.acknowledged);
  CHECK(tests::latency(result, "send_to_deliver").count >= deliveries.delivered);
  for (const spec::LatencySummary& latency : result.latency) {
    CAPTURE(latency.name);
    CHECK(latency.p50 <= latency.p90);
    CHECK(latency.p90 <= latency.p99);
    CHECK(latency.p99 <= latency.p999);
    CHECK(latency.p999 <= latency.max);
    CHECK(latency.mean <= latency.max);
  }
  for (const spec::TierSummary& tier : result.tiers) check_tier(tier, result.measured_s);

  const spec::TimeSeries& series = result.series;
  CHECK(series.time_s.back() == Approx(1.5));
  CHECK(sum_of(series.offered_per_s, series.time_s) == Approx(static_cast<double>(messages.offered)));
  CHECK(sum_of(series.acknowledged_per_s, series.time_s) ==
        Approx(static_cast<double>(messages.acknowledged)));
  CHECK(sum_of(series.delivered_per_s, series.time_s) == Approx(static_cast<double>(deliveries.delivered)));
  CHECK(sum_of(series.failed_per_s, series.time_s) ==
        Approx(static_cast<double>(messages.failed + deliveries.failed)));
  CHECK(result.network.host_link_utilisation_max <= 1);

  for (const auto& [name, store] :
       {std::pair{"message", &scenario.stores.message}, std::pair{"group", &scenario.stores.group}}) {
    CHECK(tests::named(result.storage, name).bytes_per_s ==
          Approx(tests::named(result.storage, name).rows_per_s * store->row.value()));
  }
}
