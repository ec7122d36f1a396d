#include "models/store/row_placement.hpp"

#include <set>

#include "models/service/app_tier.hpp"
#include "models/store/failure_domain.hpp"
#include "models/store/store.hpp"
#include "tests/models/figures.hpp"
#include "tests/models/small_scenario.hpp"

using namespace chatsim;
using namespace chatsim::models;
using tests::Figures;

namespace {

/// Four datacenters of two pods of three racks of eight hosts.
spec::Scenario four_datacenters() {
  spec::Scenario scenario = tests::one_rack(100);
  scenario.datacenter.regions = 2;
  scenario.datacenter.datacenters_per_region = 2;
  scenario.datacenter.pods_per_datacenter = 2;
  scenario.datacenter.racks_per_pod = 3;
  scenario.datacenter.hosts_per_rack = 8;
  scenario.stores.message.machines = 120;
  return scenario;
}

}  // namespace

TEST_CASE("replicas of a row are in different racks, pods or datacenters, on a ring and on copysets") {
  const auto policy = GENERATE(spec::PlacementPolicy::ring, spec::PlacementPolicy::copysets);
  const auto load_bound = GENERATE(0.0, 1.1);
  if (policy == spec::PlacementPolicy::copysets && load_bound > 0) return;
  const auto level = GENERATE(spec::FailureDomain::host, spec::FailureDomain::rack, spec::FailureDomain::pod,
                              spec::FailureDomain::datacenter);
  CAPTURE(spec::enum_name(policy), load_bound, spec::enum_name(level));
  spec::Scenario scenario = four_datacenters();
  scenario.stores.message.spread = level;
  scenario.stores.message.placement.policy = policy;
  scenario.stores.message.placement.load_bound = load_bound;
  const Figures found = tests::figures_of([&](Figures& figures) {
    sim::World world(scenario.datacenter);
    Context context(world, scenario);
    const Store store(context, "message", scenario.stores.message, 0);
    std::set<std::uint32_t> domains, machines;
    double& same = figures["same_domain"] = 0;
    double& hints = figures["hints"] = 0;
    for (std::uint64_t key = 1; key <= 20'000; ++key) {
      std::set<std::uint32_t> of_row;
      const Store::Shard shard = store.shard(key);
      hints += store.shard_hint(key) != nullptr;
      for (std::uint32_t i = 0; i < 3; ++i) {
        of_row.insert(domain_of(world.fleet.domain(store.machine(shard.replicas[i])), level));
        machines.insert(shard.replicas[i]);
      }
      same += of_row.size() != 3;
      domains.insert(of_row.begin(), of_row.end());
    }
    figures["domains"] = static_cast<double>(domains.size());
    figures["machines"] = static_cast<double>(machines.size());
  });
  CHECK(found.at("same_domain") == 0);
  CHECK(found.at("hints") == 20'000);
  CHECK(found.at("machines") == 120);
  const auto all = [&] {
    switch (level) {
      case spec::FailureDomain::host:
        return 120;
      case spec::FailureDomain::rack:
        return 24;
      case spec::FailureDomain::pod:
        return 8;
      default:
        return 4;
    }
  }();
  CHECK(found.at("domains") <= all);
  CHECK(found.at("domains") >= (level == spec::FailureDomain::host ? 120 : 3));
}
