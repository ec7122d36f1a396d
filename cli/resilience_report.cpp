#include "cli/resilience_report.hpp"

#include <fmt/format.h>

#include "cli/format.hpp"
#include "cli/listing.hpp"
#include "cli/table.hpp"

namespace chatsim::cli {

namespace {

bool has_any(const spec::TierResilience& tier) {
  std::uint64_t sum = 0;
  spec::TierResilience::fields([&](const char*, auto member) { sum += tier.*member; });
  return sum > 0;
}

std::string degradation_line(const spec::DegradationSummary& degradation) {
  if (degradation.presence_s == 0) return "";
  const auto part = [](double seconds, double count, const char* what) {
    return fmt::format("{} {} in {}", format_count(static_cast<std::uint64_t>(count)), what,
                       format_duration(spec::Seconds(seconds)));
  };
  return listing("Left out under overload",
                 {part(degradation.presence_s, degradation.presence_left_out, "last seen"),
                  part(degradation.receipts_s, degradation.receipts_left_out, "receipts"),
                  part(degradation.pictures_s, degradation.pictures_left_out, "pictures")}) +
         "\n";
}

std::string autoscaling_table(const spec::Result& result, const Paint& paint) {
  if (result.autoscaling.empty()) return "";
  using Align = Table::Align;
  Table table("Autoscaling", {{"", Align::left}, {"machines\nleast"}, {"\nmean"}, {"\nmost"}, {"decisions\nup"}, {"\ndown"}});
  for (const spec::AutoscalingSummary& tier : result.autoscaling) {
    table.add_row({tier.name, format_count(tier.machines_least), format_number(tier.machines_mean),
                   format_count(tier.machines_most), format_count(tier.ups), format_count(tier.downs)});
  }
  return table.render(paint) + "\n";
}

}  // namespace

std::string resilience_report(const spec::Result& result, const Paint& paint) {
  const spec::ResilienceReport& resilience = result.resilience;
  const std::string scaled = autoscaling_table(result, paint) + degradation_line(resilience.degradation);
  if (resilience.tiers.empty() && resilience.retries == 0 && resilience.retries_denied == 0) return scaled;
  using Align = Table::Align;
  Table table("Requests not served or not sent, and requests sent twice",
              {{"", Align::left}, {"expired"}, {"unsent"}, {"shed by\nCoDel"}, {"\nclass"}, {"hedges\nsent"}, {"\nwon"},
               {"\ndenied"}, {"ties\ncancelled"}, {"refused by\nbulkhead"}, {"\nbreaker"}});
  bool any = false;
  for (const spec::TierResilience& tier : resilience.tiers) {
    if (!has_any(tier)) continue;
    any = true;
    table.add_row({tier.name, format_count(tier.expired), format_count(tier.unsent), format_count(tier.shed_by_codel),
                   format_count(tier.shed_by_class), format_count(tier.hedges_sent), format_count(tier.hedges_won),
                   format_count(tier.hedges_denied), format_count(tier.ties_cancelled),
                   format_count(tier.refused_by_bulkhead), format_count(tier.refused_by_breaker)});
  }
  std::string text = any ? table.render(paint) + "\n" : "";
  return scaled + text + fmt::format("Messages that clients sent again: {}, not sent again for want of budget: {}\n\n",
                            format_count(resilience.retries), format_count(resilience.retries_denied));
}

}  // namespace chatsim::cli
