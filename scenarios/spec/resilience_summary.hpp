#pragma once

#include <cstdint>
#include <string>

namespace chatsim::spec {

/// What was left out under overload, and for how long.
struct DegradationSummary {
  double presence_s = 0, receipts_s = 0, pictures_s = 0;
  double presence_left_out = 0;  ///< Rows of last seen.
  double receipts_left_out = 0;
  double pictures_left_out = 0;  ///< Not fetched.

  template <class Visitor>
  static void fields(Visitor&& visit) {
    visit("presence_s", &DegradationSummary::presence_s);
    visit("receipts_s", &DegradationSummary::receipts_s);
    visit("pictures_s", &DegradationSummary::pictures_s);
    visit("presence_left_out", &DegradationSummary::presence_left_out);
    visit("receipts_left_out", &DegradationSummary::receipts_left_out);
    visit("pictures_left_out", &DegradationSummary::pictures_left_out);
  }
};

/// What was not served, or not sent, so that a tier that is slow or full does not stay so; and what was sent twice.
struct TierResilience {
  std::string name;
  std::uint64_t expired = 0;             ///< Not served: the caller's deadline had passed.
  std::uint64_t unsent = 0;              ///< Calls not sent: no time was left.
  std::uint64_t shed_by_codel = 0;       ///< Refused after waiting too long.
  std::uint64_t shed_by_class = 0;       ///< Refused on arrival, as of less importance.
  std::uint64_t hedged = 0;              ///< Calls that might have been hedged.
  std::uint64_t hedges_sent = 0;
  std::uint64_t hedges_won = 0;
  std::uint64_t hedges_denied = 0;       ///< The budget was used up.
  std::uint64_t ties_cancelled = 0;      ///< Skipped: the counterpart was served first.
  std::uint64_t refused_by_bulkhead = 0; ///< Calls not sent: as many as may be were under way.
  std::uint64_t refused_by_breaker = 0;  ///< Calls not sent: too many had failed.
  std::uint64_t breaker_openings = 0;

  template <class Visitor>
  static void fields(Visitor&& visit) {
    visit("expired", &TierResilience::expired);
    visit("unsent", &TierResilience::unsent);
    visit("shed_by_codel", &TierResilience::shed_by_codel);
    visit("shed_by_class", &TierResilience::shed_by_class);
    visit("hedged", &TierResilience::hedged);
    visit("hedges_sent", &TierResilience::hedges_sent);
    visit("hedges_won", &TierResilience::hedges_won);
    visit("hedges_denied", &TierResilience::hedges_denied);
    visit("ties_cancelled", &TierResilience::ties_cancelled);
    visit("refused_by_bulkhead", &TierResilience::refused_by_bulkhead);
    visit("refused_by_breaker", &TierResilience::refused_by_breaker);
    visit("breaker_openings", &TierResilience::breaker_openings);
  }
};

}  // namespace chatsim::spec
