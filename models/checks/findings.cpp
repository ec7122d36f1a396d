#include "models/checks/findings.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>

namespace chatsim::models {

namespace {

std::string extent_of(const Findings::Table& table) {
  std::string extent;
  if (table.stale_by.value() > 0) extent = fmt::format("up to {} old", time_text(table.stale_by));
  if (table.stale_by_versions > 0) {
    extent += fmt::format("{} {} version{} behind", extent.empty() ? "up to" : " and", table.stale_by_versions,
                          table.stale_by_versions == 1 ? "" : "s");
  }
  return extent;
}

}  // namespace

std::vector<spec::PromiseReport> judge(const spec::Scenario& scenario, const Findings& findings) {
  std::vector<spec::PromiseReport> reports;
  const auto add = [&](std::string name, std::string what, Promise promise, std::uint64_t count, std::uint64_t of = 0,
                       std::string extent = "") {
    reports.push_back({.name = std::move(name),
                       .promised = promise.promised,
                       .kept = count == 0,
                       .count = count,
                       .of = of,
                       .what = std::move(what),
                       .reason = std::move(promise.reason),
                       .extent = std::move(extent)});
  };
  for (const Findings::Table& table : findings.tables) {
    add("lost_acknowledged." + table.name, "acknowledged writes of " + table.name + " lost",
        no_write_lost(table.guarantees, table.data_losses), table.lost_writes);
  }
  for (const Findings::Table& table : findings.tables) {
    add("stale_reads." + table.name, "stale reads in " + table.name, no_stale_read(table.guarantees, table.data_losses),
        table.stale_reads, table.rows_read, extent_of(table));
  }
  for (const Findings::Table& table : findings.tables) {
    add("divergent_rows." + table.name, "rows of " + table.name + " left on which replicas differ",
        table.overloaded ? Promise{false, "its machines are overloaded: writes wait there, or are turned away"}
        : table.full     ? Promise{false, "machines whose disks are full take no rows"}
                         : replicas_agree(table.guarantees, findings.quiet_for),
        table.divergent_rows);
  }
  add("duplicates", "messages shown twice", shown_once(), findings.duplicates, findings.shown);
  // It holds for the whole run, so both before and after a change of the scenario.
  const bool never_promised = findings.in_order_before && !findings.in_order_before->promised;
  add("out_of_order", "messages shown out of order",
      never_promised ? *findings.in_order_before : shown_in_order(scenario), findings.out_of_order, findings.shown);
  add("lost_deliveries", "deliveries of persisted messages lost", every_delivery(), findings.lost_deliveries,
      findings.due);
  const bool majority_lost = std::any_of(findings.tables.begin(), findings.tables.end(), [](const Findings::Table& table) {
    return table.guarantees.replication == Guarantees::Replication::leader &&
           table.data_losses >= table.guarantees.holders();
  });
  if (const spec::SettleReport& settle = findings.settle; settle.demanded) {
    const bool full = std::any_of(findings.tables.begin(), findings.tables.end(),
                                  [](const Findings::Table& table) { return table.full; });
    const BeyondHealing beyond{
        .majority_lost = majority_lost, .overloaded = settle.overloaded_tiers > 0, .full = full};
    add("healed", "messages, users, rows, ranges and machines that faults left behind", heals(scenario, beyond),
        settle.messages_open + settle.deliveries_open + settle.left_behind + settle.divergent_rows +
            settle.leaderless_ranges + settle.listed_down);
  }
  add("conservation_residual", "messages or deliveries unaccounted for", books_balance(),
      static_cast<std::uint64_t>(std::abs(findings.conservation_residual)));
  const auto off = std::count_if(findings.little_law_errors.begin(), findings.little_law_errors.end(),
                                 [](double error) { return !(error <= little_law_tolerance); });
  add("little_law_error", "tiers whose queues disobey Little's law", queues_obey_little(),
      static_cast<std::uint64_t>(off), findings.little_law_errors.size());
  return reports;
}

}  // namespace chatsim::models
