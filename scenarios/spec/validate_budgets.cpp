#include "scenarios/spec/validate_budgets.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "scenarios/spec/metrics.hpp"
#include "scenarios/spec/quantity_text.hpp"
#include "scenarios/spec/similar.hpp"

namespace chatsim::spec {
namespace {

/// As it may be written where the limit has a unit: without the ending that says the same.
std::string_view without_unit(const BudgetTerms& terms, std::string_view metric) {
  const UnitEnding ending = unit_ending(metric);
  const bool may_be_left_out = terms.unit != BudgetTerms::Unit::none && ending.unit == terms.unit;
  return may_be_left_out ? metric.substr(0, metric.size() - ending.text.size()) : metric;
}

bool is_metric(const BudgetTerms& terms, const std::vector<MetricPath>& metrics) {
  return std::any_of(metrics.begin(), metrics.end(), [&](const MetricPath& metric) {
    return matches(metric, terms.path) || matches(without_unit(terms, metric), terms.path);
  });
}

/// Like the path, names that only a run can tell are taken from it.
std::string filled_in(std::string_view metric, std::string_view path) {
  std::string text;
  while (true) {
    const auto dot = metric.find('.'), end = path.find('.');
    const std::string_view part = metric.substr(0, dot);
    text += part == "*" && !path.empty() ? path.substr(0, end) : part;
    if (dot == std::string_view::npos) return text;
    text += '.';
    metric.remove_prefix(dot + 1);
    path.remove_prefix(end == std::string_view::npos ? path.size() : end + 1);
  }
}

/// What follows a beginning of paths, each once; empty: it is no beginning of any.
std::vector<std::string> next_parts(std::string_view begin, const std::vector<std::string>& candidates) {
  std::vector<std::string> next;
  for (const std::string_view candidate : candidates) {
    const bool begins = begin.empty() || (candidate.starts_with(begin) && candidate.substr(begin.size()).starts_with('.'));
    if (!begins) continue;
    const std::string_view rest = begin.empty() ? candidate : candidate.substr(begin.size() + 1);
    const std::string_view part = rest.substr(0, rest.find('.'));
    if (next.empty() || next.back() != part) next.emplace_back(part);
  }
  return next;
}

std::string suggestion(const BudgetTerms& terms, const std::vector<MetricPath>& metrics) {
  std::vector<std::string> candidates;
  for (const MetricPath& metric : metrics) candidates.push_back(filled_in(without_unit(terms, metric), terms.path));
  // The longest beginning that is right, and those that have it.
  std::string_view begin = terms.path;
  while (!begin.empty() && next_parts(begin, candidates).empty()) {
    const auto dot = begin.rfind('.');
    begin = dot == std::string_view::npos ? "" : begin.substr(0, dot);
  }
  std::vector<std::string> with_it;
  for (std::size_t i = 0; i < metrics.size(); ++i) {
    // What ends in any name was no match, so that it is not what was meant.
    if (!metrics[i].ends_with('*') && candidates[i].starts_with(begin)) with_it.push_back(candidates[i]);
  }
  if (const auto similar = similar_to(terms.path, with_it); !similar.empty()) return did_you_mean(similar);
  return fmt::format("; {}there are {}", begin.empty() ? "" : "after " + quoted(std::string(begin)) + " ",
                     fmt::join(next_parts(begin, candidates), ", "));
}

void check_budget(const Budget& budget, const Scenario& scenario, const std::vector<MetricPath>& metrics,
                  const std::string& path, std::vector<Issue>& issues) {
  std::string error;
  const auto complain = [&](const char* field, std::string what) {
    issues.push_back({path + "." + field, std::move(what), {path}});
  };
  const auto terms = parse_budget(budget, error);
  if (!terms) {
    std::string ignored;
    return complain(parse_phase(budget.phase, ignored) ? "holds" : "phase", error);
  }
  const bool of_incidents = terms->phase.part != Phase::Part::whole;
  if ((of_incidents || terms->path.starts_with("incidents.")) && !scenario.faults.any()) {
    return complain(of_incidents ? "phase" : "holds", "there is no incident, for the scenario has no faults");
  }
  const std::vector<MetricPath> known = of_incidents ? metrics_of_a_phase() : metrics;
  if (is_metric(*terms, known)) return;
  complain("holds", fmt::format("{} is no figure of a {}{}", quoted(terms->path), of_incidents ? "phase" : "run",
                                suggestion(*terms, known)));
}

}  // namespace

void check_budgets(const Scenario& scenario, std::vector<Issue>& issues) {
  if (scenario.budgets.empty()) return;
  const std::vector<MetricPath> metrics = metrics_of(scenario);
  for (std::size_t i = 0; i < scenario.budgets.size(); ++i)
    check_budget(scenario.budgets[i], scenario, metrics, fmt::format("budgets[{}]", i), issues);
}

}  // namespace chatsim::spec
