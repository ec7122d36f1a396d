#include "planner/gate/figures.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "planner/experiment/numbers.hpp"
#include "planner/experiment/statistics.hpp"
#include "scenarios/spec/metrics.hpp"

namespace chatsim::planner {
namespace {

using Relation = spec::BudgetTerms::Relation;
constexpr double nothing = std::numeric_limits<double>::quiet_NaN();

double aggregated(std::string_view how, const std::vector<double>& windows) {
  if (windows.empty()) return nothing;
  if (how == "min") return *std::min_element(windows.begin(), windows.end());
  if (how == "max") return *std::max_element(windows.begin(), windows.end());
  return how == "last" ? windows.back() : mean(windows);
}

/// Whether the first is further from what is asked for.
bool is_worse(double value, double than, const spec::BudgetTerms& terms) {
  if (std::isnan(than) || std::isnan(value)) return std::isnan(than);
  switch (terms.relation) {
    case Relation::less:
    case Relation::at_most:
      return value > than;
    case Relation::at_least:
    case Relation::more:
      return value < than;
    case Relation::equal:
      break;
  }
  return std::abs(value - terms.limit) > std::abs(than - terms.limit);
}

}  // namespace

Figures::Figures(const spec::Result& result) {
  for (const Number& number : numbers_of(result)) values_.emplace(number.path, number.value);
  const double measured_since = result.simulated_s - result.measured_s;
  add_windows("", result.series, measured_since, HUGE_VAL);
  for (std::size_t i = 0; i < result.incidents.size(); ++i) {
    const spec::IncidentReport& incident = result.incidents[i];
    incidents_.push_back(incident.name);
    const double since = i > 0 ? std::max(measured_since, result.incidents[i - 1].ended_s) : measured_since;
    const double until = i + 1 < result.incidents.size() ? result.incidents[i + 1].began_s : HUGE_VAL;
    const std::string prefix = "incidents." + incident.name + ".";
    add_windows(prefix + "before.", result.series, since, incident.began_s);
    add_windows(prefix + "during.", result.series, incident.began_s, incident.ended_s);
    add_windows(prefix + "after.", result.series, incident.ended_s, until);
  }
}

/// A window belongs to where its middle is.
void Figures::add_windows(const std::string& prefix, const spec::TimeSeries& series, double begin_s, double end_s) {
  std::vector<std::size_t> chosen;
  for (std::size_t i = 0; i < series.time_s.size(); ++i) {
    const double middle = (series.time_s[i] + (i > 0 ? series.time_s[i - 1] : 0)) / 2;
    if (middle >= begin_s && middle < end_s) chosen.push_back(i);
  }
  spec::TimeSeries::fields([&](std::string_view key, auto member) {
    if (key == "time_s") return;
    std::vector<double> windows;
    for (const std::size_t i : chosen) windows.push_back((series.*member)[i]);
    for (const std::string_view how : spec::window_aggregations)
      values_.emplace(prefix + "series." + std::string(key) + "." + std::string(how), aggregated(how, windows));
  });
}

Figure Figures::find_at(const std::string& path, spec::BudgetTerms::Unit unit) const {
  if (const auto found = values_.find(path); found != values_.end()) return {path, found->second};
  if (unit == spec::BudgetTerms::Unit::none) return {path, nothing};
  for (const spec::UnitEnding& ending : spec::unit_endings) {
    const auto found = values_.find(path + std::string(ending.text));
    if (ending.unit == unit && found != values_.end()) return {found->first, found->second};
  }
  return {path, nothing};
}

Figure Figures::find(const spec::BudgetTerms& terms) const {
  if (terms.phase.part == spec::Phase::Part::whole) return find_at(terms.path, terms.unit);
  const std::string part(spec::part_text(terms.phase.part));
  Figure worst{terms.path, nothing};
  for (const std::string& incident : incidents_) {
    if (!terms.phase.incident.empty() && incident != terms.phase.incident) continue;
    Figure figure = find_at("incidents." + incident + "." + part + "." + terms.path, terms.unit);
    if (is_worse(figure.value, worst.value, terms)) worst = std::move(figure);
  }
  return worst;
}

}  // namespace chatsim::planner
