#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "planner/queueing/lattice.hpp"
#include "tests/models/store/store_world.hpp"
#include "tests/validation/published_case.hpp"

// Dynamics. Bailis et al., "Probabilistically Bounded Staleness for Practical Partial Quorums", VLDB 2012: N = 3, the four
// ways W (write to replica), A (acknowledgement), R (read to replica), S (its answer) are drawn independently, here all from
// "LNKD-SSD": 91.22 % Pareto(x_m = .235 ms, alpha = 10), 8.78 % exponential (rate 1.66 a ms). Their tables 3 and 4.
//
// In ours: the ways are the network's jitter, drawn for each leg and direction; links and services take next to nothing,
// and no thread is ever waited for. A replica holds a write from when the request has arrived, and answers a read with
// what it holds when that arrives: so a read is stale when each of its first R answers left a replica before the write
// arrived there, which is theirs.

using namespace chatsim;
using namespace chatsim::models;
using tests::Figures;
using tests::StoreWorld;

namespace {

spec::Scenario pbs(int read_quorum, int write_quorum) {
  spec::Scenario scenario = tests::store_without_repair(read_quorum, write_quorum);
  std::string error;
  scenario.network.jitter = *spec::Distribution::parse(
      "mixture(0.9122 pareto(x_min=0.235ms, alpha=10), 0.0878 exponential(0.6024096386ms))",
      spec::Samples::durations, error);
  scenario.datacenter.host_link.latency = spec::Seconds{10e-9};
  scenario.stores.message.read_time = scenario.stores.message.write_time =
      spec::Distribution::constant(spec::Seconds{0});
  scenario.stores.message.threads = scenario.stores.message.cores = 10'000;
  return scenario;
}

/// After the commit of a write, when it is read: at once, and for the t-visibility.
const std::vector<double> delays_ms{0, 0.5, 1.0, 1.2, 1.4, 1.6, 1.8, 2.0, 2.2, 2.4, 2.8};

struct Seen {
  std::vector<double> write_ms, read_ms;
  std::vector<std::uint64_t> reads, consistent;  // By delay.
};

sim::Task<void> read(StoreWorld* world, sim::MachineIndex client, std::uint64_t key, std::size_t delay, Seen* seen) {
  sim::Scheduler& scheduler = world->world.scheduler;
  if (delays_ms[delay] > 0) co_await sim::sleep(scheduler, sim::to_duration(spec::Seconds{delays_ms[delay] * 1e-3}));
  Hops hops = world->context.hops(Stream::changes, key, static_cast<std::uint32_t>(64 * (1 + delay)));
  const Store::Shard shard = world->store.shard(key);
  const std::uint64_t owed = world->store.versions().committed(shard.key);
  const sim::Time begin = scheduler.now();
  const sim::Reply reply = co_await world->store.get(client, shard, 1, Step::members, hops);
  seen->read_ms.push_back(sim::to_seconds(scheduler.now() - begin).value() * 1e3);
  ++seen->reads[delay];
  seen->consistent[delay] += reply.value >= owed;
}

/// One write after the other, each of a new row, and after each commit `reads` reads of it.
sim::Task<void> write(StoreWorld* world, std::uint64_t user, std::uint64_t trials, std::size_t reads, Seen* seen) {
  const sim::MachineIndex client = world->clients.machine(user);
  sim::Scheduler& scheduler = world->world.scheduler;
  for (std::uint64_t trial = 0; trial < trials; ++trial) {
    const std::uint64_t key = 1 + user * trials + trial;
    Hops hops = world->context.hops(Stream::changes, key);
    const sim::Time begin = scheduler.now();
    co_await world->store.put(client, world->store.shard(key), {.step = Step::persist}, hops);
    seen->write_ms.push_back(sim::to_seconds(scheduler.now() - begin).value() * 1e3);
    for (std::size_t delay = 0; delay < reads; ++delay) sim::spawn(client, read(world, client, key, delay, seen));
    co_await sim::sleep(scheduler, std::chrono::milliseconds{5});
  }
}

double p999(std::vector<double>& values) {
  const auto rank = values.begin() + static_cast<std::ptrdiff_t>(0.999 * static_cast<double>(values.size()));
  std::nth_element(values.begin(), rank, values.end());
  return *rank;
}

Figures run(int quorum, std::uint64_t trials, std::size_t reads) {
  return tests::with_store(pbs(quorum, quorum), [&](StoreWorld& world, Figures& figures) {
    Seen& seen = *new Seen{
        {}, {}, std::vector<std::uint64_t>(delays_ms.size()), std::vector<std::uint64_t>(delays_ms.size())};
    const std::uint64_t users = world.clients.machines();
    for (std::uint64_t user = 0; user < users; ++user)
      sim::spawn(world.clients.machine(user), write(&world, user, trials / users, reads, &seen));
    world.run_until(static_cast<double>(trials / users) * 0.1 + 1);
    figures["write_p999"] = p999(seen.write_ms);
    figures["read_p999"] = p999(seen.read_ms);
    figures["writes"] = static_cast<double>(seen.write_ms.size());
    figures["queue"] = static_cast<double>(world.world.fleet.statistics(world.store.tier()).queue_longest);
    for (std::size_t i = 0; i < reads; ++i)
      figures["stale_" + std::to_string(i)] =
          1 - static_cast<double>(seen.consistent[i]) / static_cast<double>(seen.reads[i]);
    world.report(figures);
  });
}

/// When this share is stale: between two delays the logarithm of the share is a straight line.
double visible_after(const Figures& found, double share) {
  for (std::size_t i = 1; i < delays_ms.size(); ++i) {
    const double before = found.at("stale_" + std::to_string(i - 1)), now = found.at("stale_" + std::to_string(i));
    if (now > share || now <= 0) continue;
    return delays_ms[i - 1] + (delays_ms[i] - delays_ms[i - 1]) * std::log(before / share) / std::log(before / now);
  }
  return HUGE_VAL;
}

const char* const pbs_paper = "Bailis et al., Probabilistically Bounded Staleness, VLDB 2012, tables 3 and 4";

bool quorums(const std::string& name, const std::string& inputs, double published, double ours,
             const tests::Tolerance& tolerance) {
  return tests::published_case({"Quorums", tests::Kind::dynamics, name, "LNKD-SSD, N = 3; " + inputs, published, ours,
                                tolerance, pbs_paper});
}

}  // namespace

TEST_CASE("PBS, LinkedIn SSD: latencies by the planner's distributions (accounting)", "[pbs]") {
  const auto way = planner::Lattice::of(pbs(1, 1).network.jitter, spec::Seconds{2e-6});
  const planner::Lattice there_and_back = way + way;
  for (const auto& [quorum, published] : {std::pair{1, 0.66}, std::pair{2, 1.62}}) {
    CHECK(tests::published_case(
        {"Quorums", tests::Kind::accounting, fmt::format("planner: R = {}: read p99.9 [ms]", quorum),
         "LNKD-SSD, N = 3; order statistic of sums of two ways", published,
         there_and_back.order_statistic(quorum, 3).quantile(0.999).value() * 1e3, {.relative = 0.03}, pbs_paper}));
  }
}

TEST_CASE("PBS, LinkedIn SSD, R = W = 1: latency and staleness as published", "[pbs]") {
  const Figures found = run(1, 200'000, delays_ms.size());
  CHECK(found.at("writes") == 200'000);
  CHECK(found.at("queue") == 0);
  CHECK(quorums("R1W1: read p99.9 [ms]", "200,000 writes, 11 reads each", 0.66, found.at("read_p999"), {.relative = 0.03}));
  CHECK(quorums("R1W1: write p99.9 [ms]", "200,000 writes", 0.66, found.at("write_p999"), {.relative = 0.05}));
  CHECK(quorums("R1W1: % of reads right after the commit that are consistent", "200,000 writes", 97.4,
                100 * (1 - found.at("stale_0")), {.absolute = 1, .because = "a point"}));
  CHECK(quorums("R1W1: 99.9 % of reads are consistent so long after the commit [ms]", "200,000 writes", 1.85,
                visible_after(found, 0.001), {.relative = 0.15}));
  for (std::size_t i = 0; i < delays_ms.size(); ++i)
    std::printf("stale %g ms after the commit: %.4f %%\n", delays_ms[i], 100 * found.at("stale_" + std::to_string(i)));
  std::printf("of all stale reads: behind by %.4g ms in the mean, %.4g ms at most, %g versions\n",
              1e3 * found.at("stale_time_mean"), 1e3 * found.at("stale_time_max"), found.at("versions_max"));
}

TEST_CASE("PBS, LinkedIn SSD, R = W = 2: latency as published, and no read is stale", "[pbs]") {
  const Figures found = run(2, 400'000, 1);
  CHECK(found.at("queue") == 0);
  CHECK(quorums("R2W2: read p99.9 [ms]", "400,000 writes", 1.62, found.at("read_p999"), {.relative = 0.03}));
  CHECK(quorums("R2W2: write p99.9 [ms]", "400,000 writes", 1.64, found.at("write_p999"), {.relative = 0.03}));
  CHECK(quorums("R2W2: stale reads", "R + W > N: none", 0, found.at("stale"), {}));
}
