#include "cli/resilience_report.hpp"

#include <fmt/format.h>

#include "cli/format.hpp"
#include "cli/table.hpp"

namespace chatsim::cli {

namespace {

bool has_any(const spec::TierResilience& tier) {
  std::uint64_t sum = 0;
  spec::TierResilience::fields([&](const char*, auto member) { sum += tier.*member; });
  return sum > 0;
}

}  // namespace

std::string resilience_report(const spec::Result& result, const Paint& paint) {
  const spec::ResilienceReport& resilience = result.resilience;
  if (resilience.tiers.empty() && resilience.retries == 0 && resilience.retries_denied == 0) return "";
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
  return text + fmt::format("Messages that clients sent again: {}, not sent again for want of budget: {}\n\n",
                            format_count(resilience.retries), format_count(resilience.retries_denied));
}

}  // namespace chatsim::cli
