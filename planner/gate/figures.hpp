#pragma once

#include <string>
#include <unordered_map>
#include <vector>

#include "scenarios/spec/budget.hpp"
#include "scenarios/spec/result.hpp"

namespace chatsim::planner {

/// A figure of a run.
struct Figure {
  std::string metric;  ///< As in run.json, with its unit at the end; as it was asked for if there is no such number.
  double value = 0;    ///< NaN: nothing happened that it would be about. Infinite: it never came to pass.
};

/// The figures of one run that budgets can ask for (spec::metrics_of).
class Figures {
 public:
  explicit Figures(const spec::Result& result);

  /// Of several incidents the one that is worst for what is asked.
  Figure find(const spec::BudgetTerms& terms) const;

 private:
  Figure find_at(const std::string& path, spec::BudgetTerms::Unit unit) const;
  void add_windows(const std::string& prefix, const spec::TimeSeries& series, double begin_s, double end_s);

  std::unordered_map<std::string, double> values_;
  std::vector<std::string> incidents_;
};

}  // namespace chatsim::planner
