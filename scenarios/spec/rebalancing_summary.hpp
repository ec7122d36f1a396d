#pragma once

#include <cstdint>
#include <string>

#include "scenarios/spec/units.hpp"

namespace chatsim::spec {

/// Machines that came to a table or left it, and what was copied for that, over the whole run.
struct RebalancingSummary {
  std::string name;  ///< Table.
  std::uint64_t machines_before = 0, machines_after = 0;
  double share_expected = 0;  ///< Of all rows and copies: what has to move at least.
  double share_moved = 0;
  double bytes_copied = 0;
  double begun_s = 0, done_s = 0;     ///< 0: not begun, not done.
  std::uint64_t copies_done = 0, copies_failed = 0;
  double share_under_replicated = 0;  ///< Rows and copies that are not where they belong when the run ends.
  std::uint64_t machines_rebuilt = 0, machines_empty = 0, machines_empty_max = 0;  ///< Empty: without their data.
  double rows_lost = 0;  ///< All of their replicas lost their data before one was rebuilt.

  template <class Visitor>
  static void fields(Visitor&& visit) {
    visit("machines_before", &RebalancingSummary::machines_before);
    visit("machines_after", &RebalancingSummary::machines_after);
    visit("share_expected", &RebalancingSummary::share_expected);
    visit("share_moved", &RebalancingSummary::share_moved);
    visit("bytes_copied", &RebalancingSummary::bytes_copied);
    visit("begun_s", &RebalancingSummary::begun_s);
    visit("done_s", &RebalancingSummary::done_s);
    visit("copies_done", &RebalancingSummary::copies_done);
    visit("copies_failed", &RebalancingSummary::copies_failed);
    visit("share_under_replicated", &RebalancingSummary::share_under_replicated);
    visit("machines_rebuilt", &RebalancingSummary::machines_rebuilt);
    visit("machines_empty", &RebalancingSummary::machines_empty);
    visit("machines_empty_max", &RebalancingSummary::machines_empty_max);
    visit("rows_lost", &RebalancingSummary::rows_lost);
  }
};

}  // namespace chatsim::spec
