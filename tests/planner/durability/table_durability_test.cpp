#include "planner/durability/table_durability.hpp"

#include "planner/durability/data_loss.hpp"
#include "planner/durability/replica_chain.hpp"
#include "tests/figure.hpp"

using namespace chatsim;
using namespace chatsim::planner;
using spec::Bytes;
using spec::BytesPerSecond;
using spec::PerSecond;
using spec::Seconds;
using tests::figure;

namespace {

/// 1,000 machines with 1 TB each, of which one loses its data every ten years.
ReplicatedTable table() {
  ReplicatedTable table;
  table.name = "message";
  table.machines = 1000;
  table.rows = 1e9;
  table.data = Bytes{1e15 / 3};
  table.failure = 0.1 / year;
  table.wait = Seconds{3600};
  table.table_bandwidth = BytesPerSecond{1e10};
  table.machine_bandwidth = BytesPerSecond{1e8};
  return table;
}

ReplicatedTable on_copysets(int width) {
  ReplicatedTable changed = table();
  changed.scattering = Scattering::copysets;
  changed.scatter_width = width;
  return changed;
}

}  // namespace

TEST_CASE("sets and scatter width follow from the placement") {
  CHECK(figure("ring: about 1,000 x 128 points, of C(1000, 3) sets", 128'000, durability(table()).sets, 100));
  CHECK(figure("ring: 2 x 2 x 128 neighbours, of 999 with repetition: 999 (1 - (1 - 1/999)^512)", 400.9,
               durability(table()).scatter_width, 0.5));
  CHECK(figure("copysets of width 10: 5 orders of 333 sets", 5000.0 / 3, durability(on_copysets(10)).sets, 1e-9));
  CHECK(durability(on_copysets(10)).scatter_width == 10);
  CHECK(figure("of width 3: 2 orders, 4 others", 4, durability(on_copysets(3)).scatter_width, 1e-12));
  ReplicatedTable small = table();
  small.machines = 10;
  CHECK(figure("a small ring has all sets: C(10, 3)", 120, durability(small).sets, 0.1));
  CHECK(figure("and all others as neighbours", 9, durability(small).scatter_width, 1e-6));
  small.regions = 2;
  CHECK(figure("two regions of five: 2 C(5, 3)", 20, durability(small).sets, 1e-6));
}

TEST_CASE("repair takes as long as the slower of those who send and the throttle of the table") {
  CHECK(figure("1 TB / (10 x 100 MB/s) and an hour", 1000 + 3600, durability(on_copysets(10)).repair.value(), 1e-6));
  ReplicatedTable slow = table();
  slow.table_bandwidth = BytesPerSecond{1e7};
  // 100 failures a year of 1e5 s each are a load of 0.317.
  const double load = 100 * 1e5 / year.value();
  CHECK(figure("1 TB / 10 MB/s shared with others: / (1 - load)", 1e5 / (1 - load), durability(slow).copying.value(),
               1e-3));
  slow.table_bandwidth = BytesPerSecond{1e6};
  CHECK(std::isinf(durability(slow).repair.value()));
  CHECK(figure("nobody is filled again: 10 years x (1 + 1/2 + 1/3)", 10 * 11.0 / 6, durability(slow).set_to_loss / year,
               1e-9));
}

TEST_CASE("more sets lose more often, and wider ones are repaired sooner") {
  const TableDurability narrow = durability(on_copysets(2)), wide = durability(on_copysets(100)),
                        ring = durability(table());
  CHECK(narrow.repair > wide.repair);
  CHECK(narrow.set_to_loss < wide.set_to_loss);  // So of a row the wide one is safer,
  CHECK(narrow.nines() < wide.nines());
  CHECK(wide.sets > narrow.sets);  // and that any row is lost in an outage is what the narrow one avoids.
  CHECK(narrow.outage_losses < wide.outage_losses);
  CHECK(wide.outage_losses < ring.outage_losses);
}

TEST_CASE("durability by hand") {
  const ReplicatedTable on = on_copysets(10);
  const TableDurability found = durability(on);
  const double set = time_to_data_loss({3, on.failure, Seconds{4600}}).value();
  CHECK(figure("mean time to loss of a set", set, found.set_to_loss.value(), 1e-6 * set));
  CHECK(figure("of any of 1,667", set / (5000.0 / 3), found.to_loss.value(), 1e-6 * set));
  const double rare = (5000.0 / 3) * year.value() / set;
  CHECK(figure("within a year: sets x year / time", rare, found.lost_by_failures(year).value(), 1e-3 * rare));
  const double outage = 1 - std::pow(1 - 1e-6, 5000.0 / 3);
  CHECK(figure("an outage a year loses rows with", outage, found.outage_losses * year, 1e-9));
  CHECK(figure("that is about what ten of the machines lost at once do", any_lost({1000, 10, 3}, 5000.0 / 3).value(),
               outage, 0.4 * outage));
  CHECK(figure("either: 1 - exp(-rates)", 1 - std::exp(-outage - rare), found.lost(year).value(), 1e-6));
  CHECK(figure("rows: each by its set", 1e9 * (year.value() / set + 1e-6), found.rows_lost(1e9, year), 1e-3));
}

TEST_CASE("outages of domains that no two replicas share lose nothing") {
  ReplicatedTable split = table();
  split.outage_domains = 3;
  const TableDurability strewn = durability(split);
  CHECK(strewn.outage_losses > PerSecond{});
  CHECK(strewn.outage_losses < durability(table()).outage_losses);
  split.outages_split_replicas = true;
  CHECK(durability(split).outage_losses == PerSecond{});
}

TEST_CASE("replicas, bandwidth and failures move durability the way they should") {
  const double as_is = durability(table()).nines();
  for (const Alternative& one : alternatives(table())) {
    INFO(one.change);
    const double nines = durability(one.table).nines();
    if (one.change == "repair bandwidth x 0.1" || one.change == "2 replicas") CHECK(nines < as_is);
    if (one.change == "repair bandwidth x 10") CHECK(nines >= as_is);
    if (one.change == "4 replicas") CHECK(nines > as_is + 1);
  }
  CHECK(alternatives(table()).size() == 7);
  ReplicatedTable worse = table();
  worse.failure = 2 * worse.failure;
  CHECK(durability(worse).nines() < as_is);
}

TEST_CASE("a scenario's tables, with failures of its own or usual ones") {
  spec::Scenario scenario;
  const std::vector<ReplicatedTable> usual = replicated_tables(scenario);
  REQUIRE(usual.size() == 4);
  CHECK(usual[0].name == "message");
  CHECK(usual[0].machines == 3000);
  CHECK(figure("4 disks x 2 % a year", 0.08, usual[0].failure * year, 1e-9));
  CHECK(figure("a tenth of 25 Gbit/s", 25e9 / 80, usual[0].machine_bandwidth.value(), 1e-3));
  scenario.faults.random.disk.time_to_failure = Seconds{year.value() / 2};
  scenario.faults.random.power.time_to_failure = 5 * year;
  const std::vector<ReplicatedTable> stated = replicated_tables(scenario);
  CHECK(figure("twice a year", 2, stated[0].failure * year, 1e-9));
  CHECK(stated[0].outage_domains == scenario.faults.power_domains);
  CHECK(figure("once in five years", 0.2, stated[0].outages_per_year, 1e-9));
  CHECK(failure_rates(scenario, 4).disk.source == "faults.random.disk");
}
