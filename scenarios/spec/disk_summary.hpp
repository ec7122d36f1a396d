#pragma once

#include <cstdint>
#include <limits>
#include <string>

#include "scenarios/spec/units.hpp"

namespace chatsim::spec {

/// How full the disks of a table's machines are when the run ends: with what the retention has left there, for machines
/// too small for that more than 1.
struct DiskFillSummary {
  std::string name;      ///< Table.
  double fill_mean = 0;  ///< Share of the capacity, mean over machines.
  double fill_max = 0;   ///< Of the fullest.
  double days_until_full = std::numeric_limits<double>::infinity();  ///< The fullest, at the present rate; infinite: never.
  std::uint64_t writes_refused_full = 0;  ///< By machines that were full, each replica for itself.

  template <class Visitor>
  static void fields(Visitor&& visit) {
    visit("fill_mean", &DiskFillSummary::fill_mean);
    visit("fill_max", &DiskFillSummary::fill_max);
    visit("days_until_full", &DiskFillSummary::days_until_full);
    visit("writes_refused_full", &DiskFillSummary::writes_refused_full);
  }
};

/// What compaction does on the machines of a table that has it.
struct CompactionSummary {
  std::string name;                 ///< Table.
  double bytes_per_s = 0;           ///< Moved by all machines together.
  double disk_utilisation = 0;      ///< Share of all disks' time, mean over machines.
  double disk_utilisation_max = 0;  ///< Of the busiest machine.
  double busy_share = 0;            ///< Of the time, that a machine has something to compact, mean over machines.
  double requests_delayed = 0;      ///< Share of requests whose disk was busy.
  Seconds wait_mean;                ///< For it, mean over all requests.
  double debt_bytes = 0;            ///< Yet to be moved when the run ends, all machines together.
  double debt_bytes_max = 0;        ///< Of one machine.

  template <class Visitor>
  static void fields(Visitor&& visit) {
    visit("bytes_per_s", &CompactionSummary::bytes_per_s);
    visit("disk_utilisation", &CompactionSummary::disk_utilisation);
    visit("disk_utilisation_max", &CompactionSummary::disk_utilisation_max);
    visit("busy_share", &CompactionSummary::busy_share);
    visit("requests_delayed", &CompactionSummary::requests_delayed);
    visit("wait_mean_ms", &CompactionSummary::wait_mean);
    visit("debt_bytes", &CompactionSummary::debt_bytes);
    visit("debt_bytes_max", &CompactionSummary::debt_bytes_max);
  }
};

}  // namespace chatsim::spec
