#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "scenarios/spec/units.hpp"

namespace chatsim::spec {

/// One of several regions.
struct RegionSummary {
  std::string name;
  double users = 0;                 ///< Share of all users who live there.
  std::uint64_t acknowledged = 0;   ///< Messages of its users.
  Seconds send_to_ack_p50, send_to_ack_p99;
  std::uint64_t failovers = 0;      ///< Requests for which no machine of the region was believed to be up.

  template <class Visitor>
  static void fields(Visitor&& visit) {
    visit("users", &RegionSummary::users);
    visit("acknowledged", &RegionSummary::acknowledged);
    visit("send_to_ack_p50_ms", &RegionSummary::send_to_ack_p50);
    visit("send_to_ack_p99_ms", &RegionSummary::send_to_ack_p99);
    visit("failovers", &RegionSummary::failovers);
  }
};

/// What a store copies to other regions.
struct CopySummary {
  std::string name;                  ///< Table.
  double writes_per_s = 0;           ///< Applied elsewhere, each region counted.
  double bytes_per_s = 0;            ///< Sent, what was sent again included.
  Seconds lag_mean, lag_p99, lag_max;///< From the commit until a write quorum of the other region has it.
  std::uint64_t waiting = 0;         ///< Writes that are not there yet.
  std::uint64_t waiting_max = 0;
  std::uint64_t batches_failed = 0;  ///< Unanswered: sent again.
  std::uint64_t lost_uncopied = 0;   ///< Committed writes that nobody has but a region of which no machine is up.
  std::uint64_t failover_reads = 0, failover_writes = 0;
  std::uint64_t stale_reads = 0;     ///< From a region that did not have a committed write yet.

  template <class Visitor>
  static void fields(Visitor&& visit) {
    visit("writes_per_s", &CopySummary::writes_per_s);
    visit("bytes_per_s", &CopySummary::bytes_per_s);
    visit("lag_mean_ms", &CopySummary::lag_mean);
    visit("lag_p99_ms", &CopySummary::lag_p99);
    visit("lag_max_ms", &CopySummary::lag_max);
    visit("waiting", &CopySummary::waiting);
    visit("waiting_max", &CopySummary::waiting_max);
    visit("batches_failed", &CopySummary::batches_failed);
    visit("lost_uncopied", &CopySummary::lost_uncopied);
    visit("failover_reads", &CopySummary::failover_reads);
    visit("failover_writes", &CopySummary::failover_writes);
    visit("stale_reads", &CopySummary::stale_reads);
  }
};

/// Bytes of the requests and answers of one step that crossed the WAN.
struct WanBytes {
  std::string step;
  double bytes_per_s = 0;
};

}  // namespace chatsim::spec
