#include "planner/gate/budgets.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "planner/gate/figures.hpp"

namespace chatsim::planner {
namespace {

constexpr double nothing = std::numeric_limits<double>::quiet_NaN();
using Relation = spec::BudgetTerms::Relation;

/// The limit in the unit that the metric ends with.
double limit_for(std::string_view metric, const spec::BudgetTerms& terms) {
  const spec::UnitEnding ending = spec::unit_ending(metric);
  return ending.unit == terms.unit ? terms.limit * ending.per_base : terms.limit;
}

Standing standing_of(bool low_holds, bool high_holds) {
  if (low_holds != high_holds) return Standing::inconclusive;
  return low_holds ? Standing::met : Standing::missed;
}

/// \param terms with the limit in the unit of the values.
void judge(const spec::BudgetTerms& terms, const std::vector<double>& values, double with_confidence,
           BudgetVerdict& verdict) {
  if (terms.relation == Relation::equal) {
    verdict.value = *std::max_element(values.begin(), values.end(), [&](double one, double other) {
      return std::abs(one - terms.limit) < std::abs(other - terms.limit);
    });
    verdict.standing = terms.holds(verdict.value) ? Standing::met : Standing::missed;
    return;
  }
  const auto endless = std::find_if(values.begin(), values.end(), [](double value) { return std::isinf(value); });
  verdict.value = endless != values.end() ? *endless : mean(values);
  if (endless == values.end()) verdict.interval = t_interval(values, with_confidence);
  verdict.standing = verdict.interval
                         ? standing_of(terms.holds(verdict.interval->low()), terms.holds(verdict.interval->high()))
                         : standing_of(terms.holds(verdict.value), terms.holds(verdict.value));
}

}  // namespace

const char* name_of(Standing standing) {
  switch (standing) {
    case Standing::met:
      return "met";
    case Standing::missed:
      return "missed";
    case Standing::inconclusive:
      return "inconclusive";
    case Standing::no_data:
      break;
  }
  return "no data";
}

Standing worst_of(std::span<const Standing> standings) {
  for (const Standing one : {Standing::missed, Standing::no_data, Standing::inconclusive}) {
    if (std::find(standings.begin(), standings.end(), one) != standings.end()) return one;
  }
  return Standing::met;
}

double BudgetVerdict::margin() const {
  if (limit == 0 || relation == relation_text(Relation::equal) || !std::isfinite(value)) return nothing;
  const double over = (value - limit) / std::abs(limit);
  return relation.starts_with('<') ? -over : over;
}

std::vector<BudgetVerdict> judge_budgets(const std::vector<spec::Budget>& budgets,
                                         std::span<const spec::Result* const> results, double with_confidence) {
  std::vector<Figures> runs;
  if (!budgets.empty()) {
    for (const spec::Result* result : results) runs.emplace_back(*result);
  }
  std::vector<BudgetVerdict> verdicts;
  for (const spec::Budget& budget : budgets) {
    std::string error;
    auto terms = spec::parse_budget(budget, error);
    BudgetVerdict& verdict = verdicts.emplace_back();
    verdict.because = budget.because;
    verdict.phase = budget.phase;
    verdict.metric = terms ? terms->path : budget.holds;
    verdict.value = nothing;
    if (!terms) continue;
    verdict.relation = spec::relation_text(terms->relation);
    verdict.limit = terms->limit;
    std::vector<double> values;
    for (const Figures& run : runs) {
      Figure figure = run.find(*terms);
      if (std::isnan(figure.value)) continue;
      values.push_back(figure.value);
      verdict.metric = std::move(figure.metric);
    }
    if (values.empty()) continue;
    terms->limit = verdict.limit = limit_for(verdict.metric, *terms);
    judge(*terms, values, with_confidence, verdict);
  }
  return verdicts;
}

}  // namespace chatsim::planner
