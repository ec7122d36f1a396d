#include "planner/experiment/budgets.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <unordered_map>

#include "planner/experiment/numbers.hpp"
#include "scenarios/spec/quantity_text.hpp"

namespace chatsim::planner {
namespace {

using Unit = spec::BudgetTerms::Unit;

struct Suffix {
  std::string_view text;
  Unit unit;
  double per_base;  ///< Of this unit in one second or byte.
};
constexpr std::array<Suffix, 4> suffixes{
    {{"_ms", Unit::seconds, 1e3}, {"_s", Unit::seconds, 1}, {"_bytes", Unit::bytes, 1}, {"", Unit::none, 1}}};

bool is_time_or_size(std::string_view path, const Suffix& suffix) {
  return suffix.unit != Unit::none && path.ends_with(suffix.text) && !path.ends_with("_per_s");
}

/// The limit in the unit that the metric ends with.
double limit_for(std::string_view path, const spec::BudgetTerms& terms) {
  if (terms.unit == Unit::none) return terms.limit;
  for (const Suffix& suffix : suffixes) {
    if (suffix.unit == terms.unit && is_time_or_size(path, suffix)) return terms.limit * suffix.per_base;
  }
  return terms.limit;
}

}  // namespace

std::vector<BudgetVerdict> judge_budgets(const std::vector<spec::Budget>& budgets, const spec::Result& result) {
  std::unordered_map<std::string, double> values;
  if (!budgets.empty()) {
    for (const Number& number : numbers_of(result)) values.emplace(number.path, number.value);
  }
  std::vector<BudgetVerdict> verdicts;
  for (const spec::Budget& budget : budgets) {
    std::string error;
    const auto terms = spec::parse_budget(budget.holds, error);
    BudgetVerdict& verdict = verdicts.emplace_back();
    verdict.because = budget.because;
    verdict.metric = terms ? terms->path : budget.holds;
    verdict.value = std::numeric_limits<double>::quiet_NaN();
    if (!terms) continue;
    verdict.relation = spec::relation_text(terms->relation);
    auto found = values.find(terms->path);
    for (auto suffix = suffixes.begin(); found == values.end() && suffix != suffixes.end(); ++suffix) {
      if (suffix->unit == terms->unit) found = values.find(terms->path + std::string(suffix->text));
    }
    verdict.limit = terms->limit;
    if (found == values.end() || std::isnan(found->second)) continue;
    verdict.metric = found->first;
    verdict.value = found->second;
    verdict.limit = limit_for(found->first, *terms);
    spec::BudgetTerms in_unit = *terms;
    in_unit.limit = verdict.limit;
    verdict.status = in_unit.holds(verdict.value) ? BudgetVerdict::Status::met : BudgetVerdict::Status::missed;
  }
  return verdicts;
}

}  // namespace chatsim::planner
