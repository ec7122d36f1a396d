#include "scenarios/spec/slice.hpp"

#include <catch2/catch.hpp>
#include <cmath>

#include "scenarios/spec/field_tree.hpp"
#include "scenarios/spec/validate.hpp"
#include "scenarios/spec/workload.hpp"
#include "tests/scenarios/load_scenario.hpp"

using namespace chatsim;
using namespace chatsim::spec;

namespace {

/// A slice of a scenario of the catalogue.
Scenario catalogue(const std::string& name, double part) {
  Scenario scenario = tests::load_scenario("scenarios/" + name + ".yaml");
  scenario.simulation.slice = part;
  return scenario;
}

/// Everything that a scenario says.
std::string text(const Scenario& scenario) {
  std::string lines;
  for_each_leaf(scenario_fields(),
                [&](const FieldNode& field) { lines += field.path + ": " + field.text(scenario) + "\n"; });
  return lines;
}

template <class AnyTier>
double threads(const AnyTier& tier) {
  return 1.0 * tier.machines * tier.threads;
}

template <class AnyTier>
double cores(const AnyTier& tier) {
  return 1.0 * tier.machines * tier.cores;
}

std::string issues(const Scenario& scenario) {
  std::string lines;
  for (const Issue& issue : validate(scenario)) lines += issue.path + ": " + issue.message + "\n";
  return lines;
}

/// Load of what limits a tier: requests per thread, or per core where the core is what a request takes more
/// of.
template <class AnyTier>
void check_load(const char* name, const AnyTier& whole, const AnyTier& part, double share) {
  INFO(name << ": " << whole.machines << " machines of " << whole.threads << " threads and " << whole.cores
            << " cores become " << part.machines << " of " << part.threads << " and " << part.cores);
  const bool by_cores = whole.cpu_share.value() * whole.threads > whole.cores;
  const double threads_ratio = threads(part) / (threads(whole) * share);
  const double cores_ratio = cores(part) / (cores(whole) * share);
  CHECK(std::abs((by_cores ? cores_ratio : threads_ratio) - 1) <= 0.01);
  // The other resource is never the one that a slice runs out of.
  CHECK(std::abs((by_cores ? threads_ratio : cores_ratio) - 1) <= 0.051);
  CHECK(part.machines >= std::min(whole.machines, 12));
  CHECK(part.threads >= 1);
  // What a machine has room for goes with its threads.
  CHECK(1.0 * part.machines * part.queue_limit ==
        Approx(whole.machines * share * whole.queue_limit).epsilon(0.01));
}

}  // namespace

TEST_CASE("A slice has the load of the whole in every tier, and is a valid scenario") {
  for (const double share : {0.01, 0.05, 0.2}) {
    INFO("slice " << share);
    const Scenario whole = catalogue("chat_2b", share);
    const Scenario part = slice(whole);
    CHECK(issues(part) == "");
    CHECK(part.simulation.slice == 1);
    CHECK(part.population.users == std::floor(whole.population.users * share));
    CHECK(message_rate(part.population).value() == Approx(message_rate(whole.population).value() * share));
    CHECK(login_rate(part.population).value() == Approx(login_rate(whole.population).value() * share));
    const Services& a = whole.services;
    const Services& b = part.services;
    check_load("gateway", a.gateway, b.gateway, share);
    check_load("messaging", a.messaging, b.messaging, share);
    check_load("group", a.group, b.group, share);
    check_load("profile", a.profile, b.profile, share);
    check_load("blob", a.blob, b.blob, share);
    check_load("message", whole.stores.message, part.stores.message, share);
    check_load("conversation", whole.stores.conversation, part.stores.conversation, share);
    check_load("group_store", whole.stores.group, part.stores.group, share);
    check_load("profile_store", whole.stores.profile, part.stores.profile, share);
    // Connections, caches and disks of all machines together.
    CHECK(1.0 * b.gateway.machines * b.gateway.connections_per_machine ==
          Approx(1.0 * a.gateway.machines * a.gateway.connections_per_machine * share).epsilon(1e-3));
    CHECK((b.gateway.machines * b.gateway.memory) / (a.gateway.machines * a.gateway.memory) == Approx(share));
    CHECK((b.profile.machines * b.profile.cache_per_machine) /
              (a.profile.machines * a.profile.cache_per_machine) ==
          Approx(share));
    CHECK((b.blob.machines * b.blob.disks * b.blob.disk_bandwidth) /
              (a.blob.machines * a.blob.disks * a.blob.disk_bandwidth) ==
          Approx(share));
    for (const SlicedTier& tier : sliced_tiers(whole)) {
      INFO(tier.name);
      CHECK(std::abs(tier.load_error()) <= 0.01);
    }
  }
}

TEST_CASE("Racks keep their hosts and uplinks, pods are as many as racks allow") {
  const Scenario whole = catalogue("chat_2b", 0.01);
  const Datacenter& before = whole.datacenter;
  const Datacenter after = slice(whole).datacenter;
  CHECK(after.hosts_per_rack == before.hosts_per_rack);
  CHECK(after.rack_uplink.bandwidth == before.rack_uplink.bandwidth);
  CHECK(after.host_link.bandwidth == before.host_link.bandwidth);
  CHECK(hosts(after) >= machines(slice(whole)));
  CHECK(hosts(after) < 2 * machines(slice(whole)));
  CHECK(after.pods_per_datacenter >= 10);
  CHECK(after.pod_uplink.bandwidth / after.racks_per_pod ==
        before.pod_uplink.bandwidth / before.racks_per_pod);
}

TEST_CASE("However small, a slice has as many racks and pods as replicas need") {
  Scenario whole = catalogue("small", 0.5);
  whole.stores.message.spread = FailureDomain::pod;
  whole.stores.message.replication = 4;
  whole.stores.message.write_quorum = 3;
  whole.datacenter.pods_per_datacenter = 10;
  whole.datacenter.racks_per_pod = 1;
  whole.services.blob.spread = FailureDomain::rack;
  whole.services.blob.copies = 8;
  REQUIRE(issues(whole) == "");
  const Scenario part = slice(whole);
  CHECK(part.datacenter.pods_per_datacenter >= 4);
  CHECK(part.datacenter.pods_per_datacenter * part.datacenter.racks_per_pod >= 8);
  CHECK(part.services.blob.machines >= 8);
}

TEST_CASE("The slice of 1 is the scenario itself") {
  for (const char* name : {"small", "chat_2b"}) {
    const Scenario whole = catalogue(name, 1);
    CHECK(text(slice(whole)) == text(whole));
    CHECK(size_dependent(whole).empty());
    for (const SlicedTier& tier : sliced_tiers(whole)) CHECK(tier.load_error() == 0);
  }
}

TEST_CASE("A slice of a slice's scenario changes nothing more") {
  const Scenario part = slice(catalogue("chat_2b", 0.01));
  CHECK(text(slice(part)) == text(part));
}

TEST_CASE("What a valid slice leaves is a valid scenario, whatever its size") {
  // Steps of a fifth over four decades, where most counts of machines, threads and cores come out broken.
  int valid = 0;
  for (double part = 1; part > 1e-4; part *= 0.8) {
    Scenario whole = catalogue("chat_2b", 1);
    whole.simulation.slice = part;
    if (!validate(whole).empty()) continue;
    ++valid;
    INFO("slice " << part);
    CHECK(issues(slice(whole)) == "");
    for (const SlicedTier& tier : sliced_tiers(whole)) CHECK(std::abs(tier.load_error()) <= 0.05);
  }
  CHECK(valid > 15);
}

TEST_CASE("A slice that is too small says what is missing, and what would do") {
  Scenario scenario;
  scenario.population.users = 1000;
  scenario.simulation.slice = 1e-3;
  CHECK(issues(scenario) == "simulation.slice: 0.001 is too small: it leaves 1 users, at least 2\n");

  scenario = catalogue("small", 1);
  scenario.simulation.slice = 0.05;
  CHECK(issues(scenario) ==
        "simulation.slice: 0.05 is too small: services.gateway is left 8 cores, but 12 machines with whole "
        "cores have "
        "12; 0.075 is enough\n");

  // What is said to be enough is enough, for that tier.
  scenario.simulation.slice = 0.075;
  CHECK(issues(scenario).find("services.gateway") == std::string::npos);

  scenario = Scenario{};
  scenario.population.users = 2e4;
  scenario.simulation.slice = 5e-3;
  CHECK(issues(scenario) ==
        "simulation.slice: 0.005 is too small: then population.group_size_max: 200 is too large, at most "
        "population.users (100)\n");
}

TEST_CASE("Figures that depend on size are listed") {
  Scenario whole = catalogue("chat_2b", 0.01);
  const auto listed = [&whole](const char* path) { return is_listed(size_dependent(whole), path); };
  CHECK(listed("tiers.gateway.utilisation_max"));
  CHECK(listed("tiers.message_store.queue_max"));
  CHECK(listed("latency.login.max_ms"));
  CHECK(listed("sessions.connections_max"));
  CHECK_FALSE(listed("tiers.gateway.utilisation"));
  CHECK_FALSE(listed("latency.login.p99_ms"));
  CHECK_FALSE(listed("messages.offered"));
  CHECK_FALSE(listed("tiers.gateway"));
  CHECK_FALSE(listed("tiers.gateway.loads.send.utilisation_max"));
  // Of tiers that keep their machines and scale threads: a few long queues instead of many short ones.
  CHECK(listed("tiers.profile.wait_mean_ms"));
  CHECK_FALSE(listed("tiers.gateway.wait_mean_ms"));

  CHECK_FALSE(listed("latency.group_fanout.p50_ms"));
  whole.services.group.fanout = Fanout::batched;
  CHECK(listed("latency.group_fanout.p50_ms"));
  CHECK(listed("tiers.messaging.utilisation"));
}

TEST_CASE("A bulkhead holds what the machines of a slice are smaller") {
  Scenario whole = catalogue("chat_2b", 0.01);
  CHECK(slice(whole).resilience.bulkhead.calls == 0);
  whole.resilience.bulkhead.calls = 3000;
  const Scenario part = slice(whole);
  const double scale = 1.0 * part.services.messaging.threads / whole.services.messaging.threads;
  CHECK(part.resilience.bulkhead.calls == Approx(3000 * scale).epsilon(0.05));
  CHECK(is_listed(size_dependent(whole), "resilience.tiers.message_store.refused_by_bulkhead"));
  CHECK_FALSE(is_listed(size_dependent(whole), "resilience.tiers.message_store.breaker_openings"));
  whole.resilience.breaker.failures = Probability{0.5};
  CHECK(is_listed(size_dependent(whole), "resilience.tiers.message_store.breaker_openings"));
}

TEST_CASE("A tier whose load cannot be kept is marked as a whole") {
  Scenario whole;
  whole.services.group.machines = 1;
  whole.services.group.cores = 51;
  whole.simulation.slice = 0.5;  // 25.5 cores
  REQUIRE(issues(whole) == "");
  CHECK(is_listed(size_dependent(whole), "tiers.group.utilisation"));
}

TEST_CASE("The disks of a slice's stores are as full as the whole's") {
  for (const char* name : {"chat_2b", "chat_2b_as_published"}) {
    const Scenario whole = catalogue(name, 0.01), part = slice(whole);
    const auto capacity = [](const Store& store) { return store.machines * store.disks * store.disk_capacity.value(); };
    const StorageWorkload of_whole = storage_workload(whole), of_part = storage_workload(part);
    const auto fullness = [&](const Store& store, const TableWorkload& table) {
      return table.kept_replicated.value() / capacity(store);
    };
    INFO(name);
    CHECK(fullness(part.stores.message, of_part.message) == Approx(fullness(whole.stores.message, of_whole.message)));
    CHECK(fullness(part.stores.conversation, of_part.conversation) ==
          Approx(fullness(whole.stores.conversation, of_whole.conversation)));
    CHECK(fullness(part.stores.profile, of_part.profile) ==
          Approx(fullness(whole.stores.profile, of_whole.profile)));
  }
}

TEST_CASE("Scenarios that differ in what may change while a service runs are cut into as many machines") {
  const Scenario whole = catalogue("chat_2b", 0.01);
  Scenario changed = whole;
  changed.services.messaging.threads *= 3;
  changed.services.profile.cpu_share = Probability{1};
  changed.services.gateway.outbound_limit /= 2;
  changed.stores.group.threads = 7;
  changed.stores.group.queue_limit = 50;
  const Scenario part = slice(whole), changed_part = slice_like(changed, whole);
  CHECK(machines(changed_part) == machines(part));
  CHECK(changed_part.services.messaging.machines == part.services.messaging.machines);
  CHECK(changed_part.services.messaging.threads == Approx(3 * part.services.messaging.threads).margin(1.5));
  CHECK(changed_part.services.profile.machines == part.services.profile.machines);
  CHECK(changed_part.services.gateway.outbound_limit == Approx(part.services.gateway.outbound_limit / 2.0).margin(1));
  CHECK(changed_part.stores.group.machines == part.stores.group.machines);
  CHECK(changed_part.stores.group.threads >= 1);
  CHECK(changed_part.stores.group.queue_limit < part.stores.group.queue_limit);
}
