#pragma once

#include <cstdint>
#include <string>

#include "scenarios/spec/units.hpp"

namespace chatsim::spec {

/// Reads that did not see a write that had been committed when they began.
struct StalenessSummary {
  std::uint64_t stale_reads = 0;  ///< Rows.
  double share = 0;               ///< Of all rows read of which it is known.
  /// Writes of the row that the read missed. Where the table does not follow the writes of rows (R + W > N, so that only
  /// lost data makes a read stale) each counts as one.
  double versions_mean = 0;
  std::uint64_t versions_max = 0;
  /// Since the write that it was owed had begun.
  Seconds time_mean{}, time_p99{}, time_max{};

  template <class Visitor>
  static void fields(Visitor&& visit) {
    visit("stale_reads", &StalenessSummary::stale_reads);
    visit("share", &StalenessSummary::share);
    visit("versions_mean", &StalenessSummary::versions_mean);
    visit("versions_max", &StalenessSummary::versions_max);
    visit("time_mean_ms", &StalenessSummary::time_mean);
    visit("time_p99_ms", &StalenessSummary::time_p99);
    visit("time_max_ms", &StalenessSummary::time_max);
  }
};

/// What replicas missed, and what brought it to them.
struct RepairSummary {
  std::uint64_t missed = 0;           ///< Writes that did not reach one of their replicas.
  std::uint64_t hints_kept = 0;       ///< By another machine.
  std::uint64_t hints_replayed = 0;   ///< Given to the replica.
  std::uint64_t hints_dropped = 0;    ///< For want of room, of a machine that could keep them, or on the way there.
  std::uint64_t hints_expired = 0;
  std::uint64_t hints_lost = 0;       ///< With the data of the machine that kept them.
  std::uint64_t hints_open = 0;       ///< Kept now.
  std::uint64_t sloppy_acknowledgements = 0;  ///< By machines that hold no replica of the row.
  std::uint64_t read_repairs = 0;     ///< Rows sent to a replica since a read found them missing.
  std::uint64_t anti_entropy_rows = 0, anti_entropy_failed = 0;  ///< Rows copied; and those whose copy failed.
  double anti_entropy_bytes = 0;      ///< Hash trees included.
  std::uint64_t divergent_rows = 0;   ///< Now: replicas differ, and not because a write is under way.

  template <class Visitor>
  static void fields(Visitor&& visit) {
    visit("missed", &RepairSummary::missed);
    visit("hints_kept", &RepairSummary::hints_kept);
    visit("hints_replayed", &RepairSummary::hints_replayed);
    visit("hints_dropped", &RepairSummary::hints_dropped);
    visit("hints_expired", &RepairSummary::hints_expired);
    visit("hints_lost", &RepairSummary::hints_lost);
    visit("hints_open", &RepairSummary::hints_open);
    visit("sloppy_acknowledgements", &RepairSummary::sloppy_acknowledgements);
    visit("read_repairs", &RepairSummary::read_repairs);
    visit("anti_entropy_rows", &RepairSummary::anti_entropy_rows);
    visit("anti_entropy_failed", &RepairSummary::anti_entropy_failed);
    visit("anti_entropy_bytes", &RepairSummary::anti_entropy_bytes);
    visit("divergent_rows", &RepairSummary::divergent_rows);
  }
};

/// Of one table.
struct ConsistencySummary {
  std::string name{};
  std::uint64_t lost_acknowledged = 0;  ///< Acknowledged writes that no machine holds any more.
  StalenessSummary staleness{};
  RepairSummary repair{};

  template <class Visitor>
  static void fields(Visitor&& visit) {
    visit("lost_acknowledged", &ConsistencySummary::lost_acknowledged);
    visit("staleness", &ConsistencySummary::staleness);
    visit("repair", &ConsistencySummary::repair);
  }
};

}  // namespace chatsim::spec
