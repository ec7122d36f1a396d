#pragma once

#include <cmath>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "models/checks/promises.hpp"
#include "scenarios/spec/result.hpp"

namespace chatsim::models {

/// What the oracles found in a run: numbers, not yet judged.
struct Findings {
  struct Table {
    std::string name;
    Guarantees guarantees;
    std::uint64_t lost_writes = 0;     ///< Acknowledged.
    std::uint64_t rows_read = 0;
    std::uint64_t stale_reads = 0;     ///< Rows that were owed in a newer version.
    std::uint64_t divergent_rows = 0;  ///< At the end, for longer than a write takes.
    bool overloaded = false;           ///< More requests wait there than are served, or too many are turned away.
    bool full = false;                 ///< A machine's disks take no more rows.
    int data_losses = 0;               ///< Machines whose data were gone at the same time, at most.
    // Of the stalest read; 0 where nobody measures it.
    spec::Seconds stale_by{};
    std::uint64_t stale_by_versions = 0;
  };
  std::vector<Table> tables;

  std::uint64_t shown = 0;  ///< By devices.
  std::uint64_t duplicates = 0, out_of_order = 0;
  std::uint64_t due = 0, lost_deliveries = 0;
  std::int64_t conservation_residual = 0;
  std::optional<Promise> in_order_before;          ///< Of the scenario, if it changed while the service ran.
  std::vector<double> little_law_errors;           ///< By tier.
  spec::SettleReport settle;                       ///< Of a run that was given time to heal.
  spec::Seconds quiet_for{HUGE_VAL};               ///< Since the last disturbance.
};

/// Relative; a queue whose mean is not the rate times the mean wait was not counted right.
inline constexpr double little_law_tolerance = 1e-6;

/// Each finding beside what the scenario promises of it.
std::vector<spec::PromiseReport> judge(const spec::Scenario& scenario, const Findings& findings);

}  // namespace chatsim::models
