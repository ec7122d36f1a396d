#include "models/checks/checks.hpp"

#include <algorithm>

namespace chatsim::models {

Checks::Checks(const Context& context, const Devices& devices, std::vector<const Store*> tables)
    : context_(context),
      devices_(devices),
      tables_(tables),
      convergence_(context.world, context.timeout(), tables),
      in_order_at_first_(shown_in_order(context.scenario)) {}

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
                            .overloaded = result.settle.demanded && is_overloaded(table.tier()),
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
