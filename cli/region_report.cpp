#include "cli/region_report.hpp"

#include <fmt/format.h>

#include "cli/format.hpp"
#include "cli/table.hpp"

namespace chatsim::cli {

std::string region_report(const spec::Result& result, const Paint& paint) {
  const spec::RegionReport& regions = result.regions;
  if (regions.each.empty()) return "";
  using Align = Table::Align;
  Table each("Regions",
             {{"", Align::left}, {"users"}, {"acknowledged"}, {"send_to_ack\np50"}, {"\np99"}, {"\nfailovers"}});
  for (const spec::RegionSummary& region : regions.each) {
    each.add_row({region.name, format_percent(region.users), format_count(region.acknowledged),
                  format_duration(region.send_to_ack_p50), format_duration(region.send_to_ack_p99),
                  format_count(region.failovers)});
  }
  std::string text = each.render(paint) + "\n";
  if (!regions.copies.empty()) {
    Table copies("Copies in other regions",
                 {{"", Align::left}, {"writes"}, {"lag mean"}, {"p99"}, {"max"}, {"waiting"}, {"lost with\na region"},
                  {"answered\nelsewhere"}, {"read\nstale"}});
    for (const spec::CopySummary& copy : regions.copies) {
      copies.add_row({copy.name, format_rate(spec::PerSecond(copy.writes_per_s)), format_duration(copy.lag_mean),
                      format_duration(copy.lag_p99), format_duration(copy.lag_max), format_count(copy.waiting),
                      format_count(copy.lost_uncopied), format_count(copy.failover_reads + copy.failover_writes),
                      format_count(copy.stale_reads)},
                     copy.lost_uncopied > 0 ? Ink::alarm : Ink::plain);
    }
    text += copies.render(paint) + "\n";
  }
  return text + fmt::format("Between regions: {} of requests and answers\n\n",
                            format_bytes_per_second(spec::BytesPerSecond(regions.wan_bytes_per_s)));
}

}  // namespace chatsim::cli
