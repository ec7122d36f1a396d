#include "cli/replica_report.hpp"

#include <fmt/format.h>

#include "cli/format.hpp"
#include "cli/table.hpp"

namespace chatsim::cli {
namespace {

using Align = Table::Align;

std::string rebalancing_table(const spec::Result& result, const Paint& paint) {
  Table table("Rebalancing", {{"", Align::left},
                              {"machines"},
                              {"rows that\nhave to move"},
                              {"\nmoved"},
                              {"\ncopied"},
                              {"\nbegun after"},
                              {"\ntook"},
                              {"not where\nthey belong"},
                              {"\nrebuilt"},
                              {"rows\nlost"}});
  for (const spec::RebalancingSummary& one : result.rebalancing) {
    const bool changes = one.machines_after != one.machines_before;
    const std::string took = !changes            ? ""
                             : one.begun_s == 0  ? "not begun"
                             : one.done_s == 0   ? "goes on"
                                                 : format_duration(spec::Seconds(one.done_s - one.begun_s));
    table.add_row({one.name,
                   changes ? fmt::format("{} -> {}", format_count(one.machines_before), format_count(one.machines_after))
                           : format_count(one.machines_before),
                   changes ? format_percent(one.share_expected) : "", changes ? format_percent(one.share_moved) : "",
                   format_bytes(spec::Bytes(one.bytes_copied)), changes ? format_duration(spec::Seconds(one.begun_s)) : "",
                   took, format_percent(one.share_under_replicated),
                   fmt::format("{} of {}", one.machines_rebuilt, one.machines_rebuilt + one.machines_empty),
                   format_number(one.rows_lost)},
                  one.rows_lost > 0 ? Ink::alarm : Ink::plain);
  }
  return table.empty() ? "" : table.render(paint) + "\n";
}

std::string leaders_table(const spec::Result& result, const Paint& paint) {
  Table table("Leaders", {{"", Align::left},
                          {"ranges"},
                          {"\nelections"},
                          {"without leader\nat most"},
                          {"refused:\nno leader"},
                          {"\nno majority"},
                          {"\nlease over"},
                          {"rows\ncaught up"}});
  for (const spec::LeadershipSummary& one : result.leadership) {
    table.add_row({one.name, format_count(one.ranges), format_count(one.elections),
                   format_duration(one.without_leader_max), format_count(one.refused_no_leader),
                   format_count(one.refused_no_majority), format_count(one.refused_by_lease),
                   format_count(one.caught_up_rows)});
  }
  return table.empty() ? "" : table.render(paint) + "\n";
}

std::string repair_table(const spec::Result& result, const Paint& paint) {
  Table table("Writes that replicas missed", {{"", Align::left},
                                              {"missed"},
                                              {"hints\nkept"},
                                              {"\ngiven"},
                                              {"\ndropped"},
                                              {"read\nrepairs"},
                                              {"copied by\ncomparison"},
                                              {"rows that\nstill differ"}});
  for (const spec::ConsistencySummary& one : result.consistency) {
    const spec::RepairSummary& repair = one.repair;
    if (repair.missed == 0) continue;
    table.add_row({one.name, format_count(repair.missed), format_count(repair.hints_kept),
                   format_count(repair.hints_replayed),
                   format_count(repair.hints_dropped + repair.hints_expired + repair.hints_lost),
                   format_count(repair.read_repairs), format_count(repair.anti_entropy_rows),
                   format_count(repair.divergent_rows)});
  }
  return table.empty() ? "" : table.render(paint) + "\n";
}

}  // namespace

std::string replica_report(const spec::Result& result, const Paint& paint) {
  return rebalancing_table(result, paint) + leaders_table(result, paint) + repair_table(result, paint);
}

}  // namespace chatsim::cli
