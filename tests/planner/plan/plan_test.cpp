#include "planner/plan/plan.hpp"

#include <algorithm>

#include "scenarios/spec/workload.hpp"
#include "tests/figure.hpp"
#include "tests/scenarios/load_scenario.hpp"

using namespace chatsim;
using namespace chatsim::planner;
using tests::figure;

namespace {

const spec::TierSummary& tier(const Plan& plan, const std::string& name) {
  return *std::find_if(plan.result.tiers.begin(), plan.result.tiers.end(),
                       [&](const spec::TierSummary& t) { return t.name == name; });
}
const TierSize& size(const Fleet& fleet, const std::string& name) {
  return *std::find_if(fleet.tiers.begin(), fleet.tiers.end(), [&](const TierSize& t) { return t.name == name; });
}
double cause(const Unstable& tier, const std::string& step) {
  for (const StationLoad& load : tier.by_cause) {
    if (load.step == step) return load.utilisation;
  }
  return 0;
}

}  // namespace

TEST_CASE("the document's 50 profile machines: not stable, by which factor, why, and how many would do") {
  const spec::Scenario scenario = tests::load_scenario("scenarios/chat_2b_as_published.yaml");
  const Plan found = plan(scenario);
  REQUIRE(found.unstable.size() == 1);
  const Unstable& profile = found.unstable.front();
  CHECK(profile.tier == "profile");
  CHECK(figure("a read a message alone: 1,157,407/s x 2 ms / (50 x 40)", 1.157407, cause(profile, "locate"), 1e-5));
  double sum = 0;
  for (const StationLoad& load : profile.by_cause) sum += load.utilisation;
  CHECK(figure("the causes are the whole", profile.offered, sum, 1e-9));
  CHECK(profile.smallest_stable == static_cast<int>(std::ceil(50 * profile.offered)));
  CHECK(found.result.latency.empty());

  // What it says is enough is enough, and one machine less is not.
  spec::Scenario mended = scenario;
  mended.services.profile.machines = profile.smallest_stable;
  CHECK(plan(mended).unstable.empty());
  mended.services.profile.machines = profile.smallest_stable - 1;
  CHECK(plan(mended).unstable.size() == 1);
  mended.services.profile.machines = profile.within_utilisation;
  CHECK(tier(plan(mended), "profile").utilisation <= 0.8);
  mended.services.profile.machines = profile.within_utilisation - 1;
  CHECK(tier(plan(mended), "profile").utilisation > 0.8);
}

TEST_CASE("a fleet of the size that a plan asks for holds its budgets at the peak") {
  for (const char* path : {"scenarios/small.yaml", "scenarios/chat_2b.yaml"}) {
    CAPTURE(path);
    spec::Scenario scenario = tests::load_scenario(path);
    const Fleet fleet = size_fleet(scenario);
    CHECK(fleet.out_of_reach.empty());
    scenario.services.gateway.machines = size(fleet, "gateway").at_peak;
    scenario.services.messaging.machines = size(fleet, "messaging").at_peak;
    scenario.services.group.machines = size(fleet, "group").at_peak;
    scenario.services.profile.machines = size(fleet, "profile").at_peak;
    scenario.services.blob.machines = size(fleet, "blob").at_peak;
    scenario.stores.message.machines = size(fleet, "message_store").at_peak;
    scenario.stores.conversation.machines = size(fleet, "conversation_store").at_peak;
    scenario.stores.group.machines = size(fleet, "group_store").at_peak;
    scenario.stores.profile.machines = size(fleet, "profile_store").at_peak;
    scenario.population.load_factor = scenario.planning.peak;
    const Plan at_peak = plan(scenario);
    CHECK(at_peak.unstable.empty());
    for (const spec::TierSummary& one : at_peak.result.tiers) {
      CAPTURE(one.name);
      CHECK(one.utilisation <= 0.8 + 1e-9);
    }
    for (const spec::LatencySummary& way : at_peak.result.latency) {
      if (way.name == "send_to_ack") CHECK(way.p99 <= scenario.planning.send_to_ack_p99);
      if (way.name == "send_to_deliver") CHECK(way.p99 <= scenario.planning.send_to_deliver_p99);
    }
    CHECK(fleet.machines_at_mean() <= fleet.machines_at_peak());
    CHECK(fleet.machines_at_peak() <= fleet.machines_with_spares());
  }
}

TEST_CASE("a tight budget buys machines, one below what the hops take by themselves is out of reach") {
  spec::Scenario scenario = tests::load_scenario("scenarios/small.yaml");
  const Fleet loose = size_fleet(scenario);
  scenario.planning.send_to_ack_p99 = spec::Seconds{31e-3};
  const Fleet tight = size_fleet(scenario);
  CHECK(tight.out_of_reach.empty());
  CHECK(tight.machines_at_peak() > loose.machines_at_peak());
  CHECK(size(tight, "message_store").binding == Resource::latency);
  scenario.planning.send_to_ack_p99 = spec::Seconds{10e-3};
  const Fleet none = size_fleet(scenario);
  REQUIRE(none.out_of_reach.size() == 1);
  CHECK(none.out_of_reach.front().way == "send_to_ack");
  CHECK(none.out_of_reach.front().at_best > spec::Seconds{10e-3});
}

TEST_CASE("spares: so many more that enough are left when the fullest domain is down") {
  CHECK(with_spares(10, 0) == 10);
  CHECK(with_spares(10, 1) == 10);
  for (const int domains : {2, 3, 10, 100}) {
    for (const int needed : {1, 2, 7, 10, 99, 1000}) {
      const int machines = with_spares(needed, domains);
      CAPTURE(domains, needed, machines);
      const auto left = [&](int of) { return of - (of + domains - 1) / domains; };
      CHECK(left(machines) >= needed);
      CHECK(left(machines - 1) < needed);
    }
  }
}

TEST_CASE("twice the users need twice the machines where work decides; nobody at all needs no more than one each") {
  spec::Scenario scenario = tests::load_scenario("scenarios/chat_2b.yaml");
  const Plan found = plan(scenario);
  const double once = size(found.fleet, "conversation_store").with_spares;
  CHECK(figure("conversation_store", 2 * once, size(found.doubled, "conversation_store").with_spares, 0.002 * once));
  scenario.population.messages_per_day = 0;
  scenario.population.online = spec::Probability{0};
  const Plan idle = plan(scenario);
  CHECK(idle.unstable.empty());
  for (const spec::TierSummary& one : idle.result.tiers) {
    CAPTURE(one.name);
    CHECK(std::isfinite(one.utilisation));
    CHECK(std::isfinite(one.wait_mean.value()));
  }
  for (const spec::LatencySummary& way : idle.result.latency) CHECK(std::isfinite(way.p99.value()));
}

TEST_CASE("what has no mean wait is an obstacle, and nobody who ever logs in has no wait for it") {
  spec::Scenario scenario = tests::load_scenario("scenarios/small.yaml");
  CHECK(obstacles(scenario).empty());
  scenario.stores.message.write_time = spec::Distribution::pareto(1e-3, 1.5);
  REQUIRE(obstacles(scenario).size() == 1);
  CHECK(obstacles(scenario).front().path == "stores.message.write_time");
  scenario = tests::load_scenario("scenarios/small.yaml");
  for (const double online : {0.0, 1.0}) {
    scenario.population.online = spec::Probability{online};
    scenario.population.messages_per_day = 1e7;
    for (const spec::LatencySummary& way : plan(scenario).result.latency) CHECK(way.name != "mailbox_wait");
  }
}

TEST_CASE("cost: what is bought is paid for, at the prices given") {
  spec::Scenario scenario = tests::load_scenario("scenarios/small.yaml");
  scenario.prices = {};
  scenario.prices.core_hour = 1;
  scenario.prices.memory_gb_hour = scenario.prices.disk_tb_month = scenario.prices.egress_gb = 0;
  scenario.prices.power_kwh = 0;
  const Plan found = plan(scenario);
  double cores = 0;
  for (const spec::TierSummary& one : found.result.tiers) cores += static_cast<double>(one.machines) * one.cores;
  CHECK(figure("cores x 730 h x 1 dollar", cores * 730, found.cost_of_scenario.total(), 1e-6));
  scenario.prices.core_hour = 0;
  scenario.prices.egress_gb = 1;
  // 3,160/s x 966 B of messages and 316/s x 300 kB of pictures, for 730 h.
  const double messages = 1.3e8 / 86400 * 2.1 * (766 + 200), pictures = 1.3e8 / 86400 * 0.1 * 2.1 * 300e3;
  const double bytes = (messages + pictures) * 730 * 3600;
  CHECK(figure("egress, a dollar a gigabyte, 2 % for sizes that are cut", bytes / 1e9, plan(scenario).cost_of_scenario.total(),
               0.02 * bytes / 1e9));
}

TEST_CASE("compaction that a throttle lets keep up only on more machines binds the message store") {
  spec::Scenario scenario = tests::load_scenario("scenarios/small.yaml");
  scenario.stores.message.compaction.policy = spec::CompactionPolicy::leveled;
  const auto share = [](const spec::Scenario& of) {
    const std::vector<Constraint> all = size(size_fleet(of), "message_store").constraints;
    const auto found = std::find_if(all.begin(), all.end(),
                                    [](const Constraint& c) { return c.resource == Resource::storage_operations; });
    return found == all.end() ? 0 : found->used;
  };
  const spec::Store& store = scenario.stores.message;
  const double at_peak = spec::mean_message_rate(scenario.population).value() * scenario.planning.peak;
  const double moved = at_peak * store.row.value() * 3 * 10 / store.machines;
  CHECK(figure("part of what one disk can move, 1 MB in 0.1 ms + 0.5 ms", moved / (1e6 / 0.6e-3), share(scenario), 1e-9));
  scenario.stores.message.compaction.throttle = spec::BytesPerSecond{1e6};
  CHECK(figure("of the throttle, 1 MB/s", moved / 1e6, share(scenario), 1e-9));
  CHECK(size(size_fleet(scenario), "message_store").binding == Resource::storage_operations);
  scenario.stores.message.compaction.policy = spec::CompactionPolicy::none;
  CHECK(share(scenario) == 0);
}

TEST_CASE("without the index on status a plan's logins take as long as the scan of a user's conversations") {
  spec::Scenario scenario = tests::load_scenario("scenarios/small.yaml");
  scenario.population.retention = spec::Seconds{10 * 86'400.0};
  const auto login = [](const spec::Scenario& of) {
    const std::vector<spec::LatencySummary> ways = plan(of).result.latency;
    const auto found = std::find_if(ways.begin(), ways.end(), [](const auto& way) { return way.name == "login"; });
    return found == ways.end() ? 0 : 1e3 * found->mean.value();
  };
  const double indexed = login(scenario);
  scenario.stores.status_index.lookup = spec::MailboxLookup::scan;
  const double scan = 1e3 * spec::mailbox_scan(scenario).value();
  CHECK(scan > 1);
  CHECK(figure("mean login in ms: with the index, and the scan", indexed + scan, login(scenario), 0.1 * (indexed + scan)));
}
