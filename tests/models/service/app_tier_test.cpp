#include "models/service/app_tier.hpp"

#include <cmath>
#include <vector>

#include "tests/models/figures.hpp"
#include "tests/sim/power.hpp"

using namespace chatsim;
using namespace chatsim::models;
using tests::figure;
using tests::Figures;

namespace {

/// A tier of ten in one rack of 20 hosts, and a client.
struct TierWorld {
  explicit TierWorld(spec::Balancing balancing) : scenario(scenario_of(balancing)), world(scenario.datacenter), context(world, scenario),
        client(context, "client", spec::Tier{}), tier(context, "tier", scenario.services.messaging) {
    world.wire.refresh();
  }
  static spec::Scenario scenario_of(spec::Balancing balancing) {
    spec::Scenario scenario;
    scenario.datacenter.pods_per_datacenter = scenario.datacenter.racks_per_pod = 1;
    scenario.datacenter.hosts_per_rack = 20;
    scenario.services.messaging.machines = 10;
    scenario.services.messaging.threads = 2;
    scenario.services.messaging.service_time = spec::Distribution::constant(spec::Seconds{1});
    scenario.services.messaging.balancing = balancing;
    return scenario;
  }
  std::uint32_t next() { return tier.next(client.machine(0)) - tier.machine(0); }
  void turn(std::uint32_t number, bool on) {
    tests::turn_host(world.platform, world.fleet[tier.machine(number)].host, on);
  }
  /// `count` requests to a machine; a thread each, then the queue.
  void occupy(std::uint32_t number, int count) {
    for (int i = 0; i < count; ++i) {
      Hops hops = context.hops(Stream::service, 1);
      world.rpc.post(world.rpc.call(tier.request(client.machine(0), Step::messaging, 100, 100),
                                    tier.leg(tier.machine(number), hops)));
    }
  }

  const spec::Scenario scenario;
  sim::World world;
  Context context;
  AppTier client, tier;
};

Figures with_tier(spec::Balancing balancing, const std::function<void(TierWorld&, Figures&)>& work) {
  return tests::figures_of([&](Figures& figures) {
    TierWorld world(balancing);
    work(world, figures);
  });
}

/// Of 10,000 choices, how many are each machine's.
void choose(TierWorld& world, Figures& figures) {
  for (std::uint32_t i = 0; i < 10; ++i) figures[std::to_string(i)] = 0;
  for (int i = 0; i < 10'000; ++i) ++figures[std::to_string(world.next())];
}

}  // namespace

TEST_CASE("round robin: everybody in turn, who is down left out") {
  const Figures found = with_tier(spec::Balancing::round_robin, [](TierWorld& world, Figures& figures) {
    world.turn(3, false);
    const std::vector<std::uint32_t> expected{1, 2, 4, 5, 6, 7, 8, 9, 0, 1, 2, 4};
    figures["wrong"] = 0;
    for (const std::uint32_t number : expected) figures["wrong"] += world.next() != number;
    for (std::uint32_t i = 0; i < 10; ++i) world.turn(i, false);
    figures["all_down"] = world.next();
  });
  CHECK(found.at("wrong") == 0);
  CHECK(found.at("all_down") < 10);
}

TEST_CASE("random and power of two choices favour nobody among idle machines, and choose nobody who is down") {
  const auto balancing = GENERATE(spec::Balancing::random, spec::Balancing::power_of_two);
  const bool one_down = GENERATE(false, true);
  const Figures found = with_tier(balancing, [&](TierWorld& world, Figures& figures) {
    if (one_down) world.turn(3, false);
    choose(world, figures);
  });
  const double up = one_down ? 9 : 10, expected = 10'000 / up;
  double chi_square = 0;
  for (std::uint32_t i = 0; i < 10; ++i) {
    const double count = found.at(std::to_string(i));
    if (one_down && i == 3) {
      CHECK(count == 0);
    } else {
      chi_square += (count - expected) * (count - expected) / expected;
    }
  }
  // Of nine degrees of freedom 27.9 is exceeded once in a thousand.
  CHECK(figure("chi square of the choices", 0, chi_square, 27.9));
}

TEST_CASE("of two machines the one with fewer requests, waiting or served, is chosen") {
  const Figures found = with_tier(spec::Balancing::power_of_two, [](TierWorld& world, Figures& figures) {
    world.occupy(4, 3);  // One of them waits.
    for (std::uint32_t i = 0; i < 10; ++i) {
      if (i != 4) world.occupy(i, 2);
    }
    choose(world, figures);
  });
  CHECK(found.at("4") == 0);
  CHECK(figure("another one of nine, three standard deviations", 10'000 / 9.0, found.at("5"), 95));
}

TEST_CASE("least outstanding: the one with the fewest requests of all; of equal ones the next in turn") {
  const Figures found = with_tier(spec::Balancing::least_outstanding, [](TierWorld& world, Figures& figures) {
    figures["wrong"] = 0;
    for (const std::uint32_t number : {1, 2, 3}) figures["wrong"] += world.next() != number;
    world.occupy(5, 1);
    for (const std::uint32_t number : {4, 6, 7, 8, 9, 0, 1}) figures["wrong"] += world.next() != number;
    for (std::uint32_t i = 0; i < 10; ++i) world.occupy(i, i == 2 ? 1 : i == 8 ? 1 : 3);
    for (const std::uint32_t number : {2, 8, 2, 8}) figures["wrong"] += world.next() != number;
    world.turn(2, false);
    for (const std::uint32_t number : {8, 8}) figures["wrong"] += world.next() != number;
    for (std::uint32_t i = 0; i < 10; ++i) world.turn(i, false);
    figures["all_down"] = world.next();
  });
  CHECK(found.at("wrong") == 0);
  CHECK(found.at("all_down") < 10);
}

TEST_CASE("with one machine there is no choice") {
  const auto balancing = GENERATE(spec::Balancing::random, spec::Balancing::power_of_two,
                                  spec::Balancing::least_outstanding);
  const Figures found = tests::figures_of([&](Figures& figures) {
    const spec::Scenario scenario = TierWorld::scenario_of(balancing);
    sim::World world(scenario.datacenter);
    Context context(world, scenario);
    spec::Tier one = scenario.services.messaging;
    one.machines = 1;
    AppTier tier(context, "tier", one);
    for (int i = 0; i < 10; ++i) figures["other"] += tier.next(tier.machine(0)) != tier.machine(0);
  });
  CHECK(found.at("other") == 0);
}
