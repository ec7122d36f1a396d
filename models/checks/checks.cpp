#include "models/checks/checks.hpp"

#include <algorithm>

namespace chatsim::models {

Checks::Checks(const Context& context, const Devices& devices, std::vector<const Store*> tables)
    : context_(context),
      devices_(devices),
      tables_(tables),
      convergence_(context.world, context.timeout(), tables),
      in_order_at_first_(shown_in_order(context.scenario)) {}

Checks::Requests Checks::requests_of(std::uint32_t tier) const {
  const sim::TierStatistics& statistics = context_.world.fleet.statistics(static_cast<sim::TierIndex>(tier));
  const sim::ResilienceCounts& counts = statistics.resilience;
  const std::uint64_t unsent = counts.unsent + counts.refused_by_bulkhead + counts.refused_by_breaker;
  return {statistics.arrivals + unsent,
          statistics.rejected + counts.expired + counts.shed_by_codel + counts.shed_by_class + unsent};
}

void Checks::heal() {
  requests_before_.clear();
  for (std::uint32_t tier = 0; tier < context_.world.fleet.tiers(); ++tier) requests_before_.push_back(requests_of(tier));
}

bool Checks::is_overloaded(sim::TierIndex tier) const {
  const sim::TierStatistics& statistics = context_.world.fleet.statistics(tier);
  if (statistics.waiting > std::max<std::uint64_t>(statistics.busy, 1)) return true;
  constexpr double turned_away_max = 0.01;
  Requests since = requests_of(tier);
  if (tier < requests_before_.size()) {
    since.asked -= requests_before_[tier].asked;
    since.turned_away -= requests_before_[tier].turned_away;
  }
  return static_cast<double>(since.turned_away) > turned_away_max * static_cast<double>(since.asked);
}

Findings Checks::findings(const spec::Result& result) const {
  Findings found;
  const sim::Time now = context_.world.scheduler.now();
  // Writes are missed without a disturbance too, by machines that reject them.
  found.quiet_for = std::min(convergence_.quiet_for(), sim::to_seconds(now));
  for (std::size_t i = 0; i < tables_.size(); ++i) {
    const Store& table = *tables_[i];
    const spec::StalenessSummary staleness = table.consistency().staleness;
    const int data_losses =
        table.rebalancing() == nullptr ? 0 : static_cast<int>(table.rebalancing()->summary().machines_empty_max);
    const Guarantees guarantees = guarantees_of(table.options());
    const bool was_time_to_repair = guarantees.repaired_within && found.quiet_for >= *guarantees.repaired_within;
    found.tables.push_back({.name = table.name(),
                            .guarantees = guarantees,
                            .lost_writes = table.lost_acknowledged(),
                            .rows_read = table.rows_read(),
                            .stale_reads = table.stale_reads(),
                            .divergent_rows = was_time_to_repair ? table.rows_differing_for(*guarantees.repaired_within)
                                                                 : convergence_.divergent_rows(i),
                            .overloaded = is_overloaded(table.tier()),
                            .full = table.has_full_disks(),
                            .data_losses = data_losses,
                            .stale_by = staleness.time_max,
                            .stale_by_versions = staleness.versions_max});
  }
  found.shown = result.deliveries.delivered + result.mailbox.delivered;
  found.duplicates = devices_.duplicates();
  found.out_of_order = devices_.out_of_order();
  if (reconfigured_) found.in_order_before = in_order_at_first_;
  found.due = result.deliveries.due;
  // No row says that there is something for the recipient, or nobody was told whom to deliver to: nobody tries again.
  found.lost_deliveries = result.deliveries.failed;
  found.settle = result.settle;
  found.conservation_residual = result.invariants.conservation_residual;
  const sim::Fleet& fleet = context_.world.fleet;
  for (std::uint32_t tier = 0; tier < fleet.tiers(); ++tier) {
    found.little_law_errors.push_back(
        fleet.little_law_error(static_cast<sim::TierIndex>(tier), context_.world.scheduler.now()));
  }
  return found;
}

void Checks::report(spec::Result& result) const {
  const Findings found = findings(result);
  spec::InvariantReport& invariants = result.invariants;
  for (const Findings::Table& table : found.tables) {
    invariants.lost_acknowledged += table.lost_writes;
    invariants.stale_reads += table.stale_reads;
  }
  invariants.lost_deliveries = found.lost_deliveries;
  invariants.duplicates = found.duplicates;
  invariants.out_of_order = found.out_of_order;
  for (const double error : found.little_law_errors)
    invariants.little_law_error = std::max(invariants.little_law_error, error);
  result.promises = judge(context_.scenario, found);
  result.convergence = convergence_.report();
}

}  // namespace chatsim::models
