#include "cli/disk_report.hpp"

#include <fmt/format.h>

#include <cmath>

#include "cli/format.hpp"
#include "cli/table.hpp"

namespace chatsim::cli {
namespace {

using Align = Table::Align;

constexpr double worth_a_look = 0.5;
constexpr double nearly_full = 0.9;
constexpr double soon_days = 365;

std::string fill_table(const spec::Result& result, const Marks& marks, const Paint& paint) {
  Table table("Disks", {{"", Align::left}, {"full"}, {"fullest\nmachine"}, {"days until\nit is full"}, {"writes\nrefused"}});
  for (const spec::DiskFillSummary& disks : result.disk_fill) {
    const bool soon = disks.days_until_full < soon_days;
    if (disks.fill_max < worth_a_look && !soon && disks.writes_refused_full == 0) continue;
    const auto cell = [&](const std::string& figure, std::string_view key) {
      return marks.cell_with_interval(figure, fmt::format("disk_fill.{}.{}", disks.name, key));
    };
    const bool grows = std::isfinite(disks.days_until_full);
    table.add_row({disks.name, cell(format_utilisation(disks.fill_mean), "fill_mean"),
                   cell(format_utilisation(disks.fill_max), "fill_max"),
                   grows ? cell(format_number(disks.days_until_full), "days_until_full") : "does not grow",
                   cell(format_count(disks.writes_refused_full), "writes_refused_full")},
                  disks.fill_max > nearly_full || disks.writes_refused_full > 0 ? Ink::alarm : Ink::plain);
  }
  return table.empty() ? "" : table.render(paint) + "\n";
}

std::string compaction_table(const spec::Result& result, const Marks& marks, const Paint& paint) {
  Table table("Compaction", {{"", Align::left},
                             {"moved"},
                             {"disks\nutilised"},
                             {"busiest\nmachine"},
                             {"time in\ncompaction"},
                             {"requests\ndelayed"},
                             {"wait\nmean"},
                             {"debt"}});
  for (const spec::CompactionSummary& one : result.compaction) {
    const auto cell = [&](const std::string& figure, std::string_view key) {
      return marks.cell_with_interval(figure, fmt::format("compaction.{}.{}", one.name, key));
    };
    table.add_row({one.name, cell(format_bytes_per_second(spec::BytesPerSecond(one.bytes_per_s)), "bytes_per_s"),
                   cell(format_utilisation(one.disk_utilisation), "disk_utilisation"),
                   cell(format_utilisation(one.disk_utilisation_max), "disk_utilisation_max"),
                   cell(format_percent(one.busy_share), "busy_share"),
                   cell(format_percent(one.requests_delayed), "requests_delayed"),
                   cell(format_duration(one.wait_mean), "wait_mean_ms"),
                   cell(format_bytes(spec::Bytes(one.debt_bytes)), "debt_bytes")});
  }
  return table.empty() ? "" : table.render(paint) + "\n";
}

}  // namespace

std::string disk_tables(const spec::Result& result, const Marks& marks, const Paint& paint) {
  return fill_table(result, marks, paint) + compaction_table(result, marks, paint);
}

}  // namespace chatsim::cli
