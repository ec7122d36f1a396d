#pragma once

#include <optional>
#include <string>
#include <vector>

#include "planner/estimate/figure.hpp"
#include "scenarios/spec/workload.hpp"

namespace chatsim::planner {

/// Whose inputs a column of the ledger is from.
enum class Inputs {
  exact,     ///< The scenario's.
  document,  ///< The document's roundings where it has them (scenario.published), else the scenario's.
};

/// One figure of one column.
struct Line {
  std::string name;
  Unit unit = Unit::bytes;
  double value = 0;                  ///< Infinite for a rate without limit.
  std::optional<Interval> interval;  ///< Of a rule that gives one, then in place of the value.
  std::string formula;
  std::string with_numbers;
};

/// The 26 figures in the order of the ledger.
std::vector<Line> lines(const spec::Scenario& scenario, Inputs inputs);

}  // namespace chatsim::planner
