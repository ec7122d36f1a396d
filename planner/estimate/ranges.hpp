#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "planner/estimate/ledger.hpp"

namespace chatsim::planner {

/// An input that is not known better than from low to high.
struct InputRange {
  std::string path;            ///< Of a field of the scenario: "population.messages_per_day".
  std::string low, mid, high;  ///< As in a scenario file.
};

/// 2^10 corners take about a second.
inline constexpr std::size_t ranges_max = 10;

struct RangeIssue {
  std::size_t range = 0;  ///< Index of the range that it is about.
  std::string path;
  std::string message;
};

struct RangedLedger {
  std::vector<RangeIssue> issues;        ///< When there are any, there is nothing else.
  std::optional<spec::Scenario> middle;  ///< The scenario with every input at its mid value.
  Ledger ledger;                         ///< Of the middle; the intervals hold the figures of all corners.
};

/// The ledger with every combination of lows and highs, and with all mids, since a figure need not be
/// monotone in its inputs. Between the corners it may exceed them where it is not.
RangedLedger ledger(const spec::Scenario& scenario, const std::vector<InputRange>& ranges);

}  // namespace chatsim::planner
