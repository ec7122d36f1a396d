#include "models/store/disk_fill.hpp"

#include <algorithm>
#include <cmath>

namespace chatsim::models {

namespace {

/// Rings of more points are not looked through only to see that no machine will be full.
constexpr double few_points = 1 << 16;
/// Hours of high load, hot groups.
constexpr double generous = 4;

}  // namespace

std::vector<double> held_by_machine(const RowPlacement& rows, std::uint32_t machines) {
  std::vector<double> shares = held_shares(rows);
  shares.resize(machines);
  return shares;
}

spec::TableWorkload table_workload(const spec::Scenario& scenario, std::uint32_t number) {
  const spec::StorageWorkload workload = spec::storage_workload(scenario);
  const spec::TableWorkload tables[] = {workload.message, workload.conversation, workload.group, workload.profile};
  return tables[number];
}

DiskFill::DiskFill(const Context& context, const spec::Store& store, std::uint32_t number, const RowPlacement& ring)
    : context_(context),
      capacity_(store.disks * store.disk_capacity),
      machines_(static_cast<std::uint32_t>(spec::machines_at_most(store))),
      stated_(store.disk_fill_at_start) {
  const spec::Scenario& scenario = context.scenario;
  const spec::TableWorkload table = table_workload(scenario, number);
  row_ = table.row;
  kept_ = table.kept;
  const bool erased = table.kept != spec::Bytes{} && number <= 1;
  grows_ = stated_.has_value() || !erased;
  if (!stated_) return;

  const spec::PerSecond inserts = spec::message_rate(scenario.population) * table.inserts_per_message;
  const spec::Bytes comes = inserts * row_ * scenario.simulation.duration;
  const double growth = generous * (comes / capacity_);  // In every machine that had all rows.
  const double held_mean = 1.0 * store.replication / store.machines;
  const double points = 1.0 * store.machines * store.virtual_nodes;
  if (points > few_points) {
    // A machine's share is a sum of so many parts that are nearly exponential: its deviation is 1 / sqrt of them.
    const double held_most = held_mean * (1 + 10 / std::sqrt(1.0 * store.virtual_nodes * store.replication));
    if (fill_at_start(held_most, held_mean) + held_most * growth < 1) return;
  }
  const std::vector<double> held = held_by_machine(ring, machines_);
  const double held_most = *std::max_element(held.begin(), held.end());
  if (fill_at_start(held_most, held_mean) + held_most * growth < 1) return;
  for (const double share : held) {
    room_.push_back((1 - std::min(1.0, fill_at_start(share, held_mean))) * capacity_.value());
  }
}

double DiskFill::fill_at_start(double held, double held_mean) const {
  return stated_ ? stated_->value() * held / held_mean : held * kept_ / capacity_;
}

spec::DiskFillSummary DiskFill::summary(const std::string& name, const RowPlacement& ring, spec::PerSecond inserts) const {
  spec::DiskFillSummary summary{.name = name, .writes_refused_full = refused_};
  const std::vector<double> held = held_by_machine(ring, machines_);
  // Of those that there may be, those that belong to the ring now.
  const auto in_ring = machines_ - std::count(held.begin(), held.end(), 0.0);
  const double held_mean = 1.0 * ring.replication() / static_cast<double>(in_ring);
  // Of what all disks hold of all rows.
  const double growth_per_s = grows_ ? (inserts * row_).value() / capacity_.value() : 0;
  const double elapsed_s = sim::to_seconds(context_.world.scheduler.now()).value();
  double held_by_fullest = 0;
  for (std::uint32_t machine = 0; machine < machines_; ++machine) {
    if (held[machine] == 0) continue;
    const double fill = !room_.empty() ? 1 - room_[machine] / capacity_.value()
                                 : fill_at_start(held[machine], held_mean) + held[machine] * growth_per_s * elapsed_s;
    summary.fill_mean += fill / static_cast<double>(in_ring);
    if (fill <= summary.fill_max) continue;
    summary.fill_max = fill;
    held_by_fullest = held[machine];
  }
  const double growth_per_day = held_by_fullest * growth_per_s * 86400;
  if (growth_per_day > 0) summary.days_until_full = std::max(0.0, 1 - summary.fill_max) / growth_per_day;
  return summary;
}

}  // namespace chatsim::models
