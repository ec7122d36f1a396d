#include "models/store/disk_fill.hpp"

#include <cmath>
#include <numeric>

#include "tests/models/store/disk_world.hpp"

using namespace chatsim;
using namespace chatsim::models;
using tests::DiskWorld;
using tests::figure;
using tests::Figures;

namespace {

constexpr double row = 766, replicas = 3, machines = 8;

void note(const spec::DiskFillSummary& summary, Figures& figures) {
  spec::DiskFillSummary::fields([&](const char* name, auto member) {
    const auto value = static_cast<double>(summary.*member);
    if (std::isfinite(value)) figures[name] = value;
  });
}

/// Of a store that was written to for ten seconds at 200 rows a second.
Figures after_ten_seconds(const spec::Scenario& scenario) {
  return tests::with_disks(scenario, [](DiskWorld& at, Figures& figures) {
    sim::spawn(sim::no_machine, tests::write_rows(&at));
    at.run_until(10);
    const sim::Duration measured = sim::to_duration(spec::Seconds{10});
    note(at.store.disk_fill(measured), figures);
    figures["inserted"] = 10 * at.store.summary(measured).inserts_per_s;
    const std::vector<double> held = held_by_machine(at.store.ring(), 8);
    figures["held"] = std::accumulate(held.begin(), held.end(), 0.0);
    figures["held_max"] = *std::max_element(held.begin(), held.end());
  });
}

}  // namespace

TEST_CASE("disks hold at the start what the retention has left there, and grow no more") {
  const spec::Scenario scenario = tests::one_rack_of_constant_times(200);
  const Figures found = after_ten_seconds(scenario);
  CHECK(figure("shares of all machines together: the replicas", replicas, found.at("held"), 1e-6));
  const double all = 200 * row * scenario.population.retention.value() / 400e12;
  CHECK(figure("mean fill: 200/s x 766 B x 5 years x 3 / (8 x 400 TB)", all * replicas / machines, found.at("fill_mean"), 1e-9));
  CHECK(figure("of the fullest: its share", all * found.at("held_max"), found.at("fill_max"), 1e-9));
  CHECK(found.count("days_until_full") == 0);  // Never.
  CHECK(found.at("writes_refused_full") == 0);
}

TEST_CASE("a machine too small for the retention is reported, and not refused to") {
  spec::Scenario scenario = tests::one_rack_of_constant_times(200);
  scenario.stores.message.disk_capacity = spec::Bytes{1e12};
  const Figures found = after_ten_seconds(scenario);
  CHECK(found.at("fill_mean") > 1);
  CHECK(found.at("writes_refused_full") == 0);
}

TEST_CASE("a scenario says how full disks are: they grow by every row, and the days that are left are those of the fullest") {
  spec::Scenario scenario = tests::one_rack_of_constant_times(200);
  spec::Store& store = scenario.stores.message;
  store.disk_capacity = spec::Bytes{1e9};
  store.disk_fill_at_start = spec::Probability{0.5};
  const Figures found = after_ten_seconds(scenario);
  const double grown = found.at("inserted") * row * replicas / machines / 4e9;
  CHECK(figure("mean fill: half, and what came", 0.5 + grown, found.at("fill_mean"), 0.02 * grown));
  const double fullest = found.at("held_max") / (replicas / machines) * (0.5 + grown);
  CHECK(figure("of the fullest: by its share", fullest, found.at("fill_max"), 0.02 * grown));
  const double days = (1 - fullest) * 4e9 / (found.at("inserted") / 10 * row * found.at("held_max")) / 86'400;
  CHECK(figure("days: what is left over rows a second x 766 B x its share", days, found.at("days_until_full"), 0.01 * days));
  CHECK(found.at("writes_refused_full") == 0);
}

TEST_CASE("machines that are full refuse writes and are read on") {
  spec::Scenario scenario = tests::one_rack_of_constant_times(200);
  spec::Store& store = scenario.stores.message;
  // Room for 4 x 250 kB / 766 B = 1,305 rows a machine, half of it taken; 2000 x 3 / 8 = 750 come.
  store.disk_capacity = spec::Bytes{250e3};
  store.disk_fill_at_start = spec::Probability{0.5};
  const Figures found = tests::with_disks(scenario, [](DiskWorld& at, Figures& figures) {
    sim::spawn(sim::no_machine, tests::write_rows(&at));
    const auto ask = [](DiskWorld* world, Figures* into) -> sim::Task<void> {
      co_await sim::sleep(world->world.scheduler, sim::to_duration(spec::Seconds{29}));
      Hops hops = world->context.hops(MessageId{1'000'000}, 0);
      const Store::Shard shard = world->store.shard(1);
      const sim::Reply put = co_await world->store.put(world->clients.machine(0), shard,
                                                       {.step = Step::persist, .change = Store::Change::update}, hops);
      (*into)["put"] = static_cast<double>(put.outcome);
      const sim::Reply get = co_await world->store.get(world->clients.machine(0), shard, 1, Step::members, hops);
      (*into)["get"] = static_cast<double>(get.outcome);
      (*into)["version"] = static_cast<double>(get.value);
    };
    sim::spawn(sim::no_machine, ask(&at, &figures));
    at.run_until(30);
    const sim::Duration measured = sim::to_duration(spec::Seconds{30});
    note(at.store.disk_fill(measured), figures);
    figures["inserted"] = 30 * at.store.summary(measured).inserts_per_s;
    figures["lagging"] = static_cast<double>(at.store.versions().rows());
  });
  const double room = 8 * 1e6 * 0.5 / row;
  std::printf("%.0f rows came, 8 machines had room for %.0f replicas\n", found.at("inserted"), room);
  CHECK(figure("all full, but for less than a row a machine", 1, found.at("fill_mean"), row / 1e6));
  CHECK(found.at("fill_max") <= 1);
  CHECK(found.at("days_until_full") < 1e-3);
  CHECK(figure("replicas refused: what came and had no room", replicas * found.at("inserted") - room,
               found.at("writes_refused_full"), 40));
  CHECK(found.at("put") == static_cast<double>(sim::Outcome::rejected));
  CHECK(found.at("get") == static_cast<double>(sim::Outcome::ok));
  CHECK(found.at("lagging") > 0);
}
