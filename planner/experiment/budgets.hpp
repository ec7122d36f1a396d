#pragma once

#include <string>
#include <vector>

#include "scenarios/spec/budget.hpp"
#include "scenarios/spec/result.hpp"

namespace chatsim::planner {

/// What became of a budget in a run.
struct BudgetVerdict {
  enum class Status { met, missed, no_data };
  Status status = Status::no_data;
  std::string metric;    ///< As in run.json, with its unit at the end; as written if there is no such number.
  std::string relation;  ///< "<="
  double limit = 0;      ///< In the unit of the metric.
  double value = 0;      ///< The same; NaN without data.
  std::string because;
};

/// In their order. They are valid (spec::validate). A number that never was (an incident that did not heal) is infinite, and
/// misses what has to be small.
std::vector<BudgetVerdict> judge_budgets(const std::vector<spec::Budget>& budgets, const spec::Result& result);

}  // namespace chatsim::planner
