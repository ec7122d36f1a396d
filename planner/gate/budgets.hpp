#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "planner/experiment/statistics.hpp"
#include "scenarios/spec/budget.hpp"
#include "scenarios/spec/result.hpp"

namespace chatsim::planner {

/// What is known of something that has to hold.
enum class Standing {
  met,
  missed,
  inconclusive,  ///< Its confidence interval straddles the limit.
  no_data,
};
const char* name_of(Standing standing);  ///< "met", "missed", "inconclusive", "no data"

/// Of many, what all of them come to: missed if one is, else no_data, else inconclusive.
Standing worst_of(std::span<const Standing> standings);

/// What became of a budget in one or more runs.
struct BudgetVerdict {
  Standing standing = Standing::no_data;
  std::string metric;    ///< As in run.json, with its unit at the end; as written if there is no such number.
  std::string phase;     ///< As written.
  std::string relation;  ///< "<="
  double limit = 0;      ///< In the unit of the metric.
  double value = 0;      ///< The same: the mean over runs, of == that of the run that is furthest off; NaN without data.
  std::optional<spec::Interval> interval;  ///< Of the mean, from two runs on.
  std::string because;

  /// How far the value is on the right side of the limit, as a part of the limit; negative: on the wrong one. NaN where
  /// that has no meaning: of ==, and of a limit of 0.
  double margin() const;
};

/// In their order. They are valid (spec::validate). The runs are replications of one scenario. A budget is met where its
/// whole interval is on the right side of the limit, and missed where all of it is on the wrong one; without an interval the
/// value decides. What is to be equal has to be so in every run. A number that never was (an incident that did not heal) in
/// one of the runs is infinite, and misses what has to be small.
/// \param with_confidence of the intervals: what is looked at more than once needs more than is wanted in the end.
std::vector<BudgetVerdict> judge_budgets(const std::vector<spec::Budget>& budgets,
                                         std::span<const spec::Result* const> results,
                                         double with_confidence = confidence);

}  // namespace chatsim::planner
