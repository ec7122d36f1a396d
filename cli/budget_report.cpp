#include "cli/budget_report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "cli/format.hpp"

namespace chatsim::cli {
namespace {

using planner::Standing;

std::string signed_percent(double fraction) { return (fraction >= 0 ? "+" : "-") + format_percent(std::abs(fraction)); }

nlohmann::ordered_json number_json(double value) {
  return std::isfinite(value) ? nlohmann::ordered_json(value) : nlohmann::ordered_json(nullptr);
}

nlohmann::ordered_json interval_json(const std::optional<spec::Interval>& interval) {
  if (!interval) return nullptr;
  return {{"low", interval->low()}, {"high", interval->high()}, {"replications", interval->replications}};
}

template <class Verdict>
std::size_t count_not_met(const std::vector<Verdict>& verdicts) {
  return static_cast<std::size_t>(std::count_if(verdicts.begin(), verdicts.end(), [](const Verdict& verdict) {
    return verdict.standing != Standing::met;
  }));
}

Ink ink_of(Standing standing) { return standing == Standing::met ? Ink::plain : Ink::alarm; }

}  // namespace

std::string number_text(double value) {
  if (std::isnan(value)) return "";
  return std::isfinite(value) ? format_number(value, 4) : "never";
}

std::string value_text(const planner::BudgetVerdict& verdict) {
  std::string text = number_text(verdict.value);
  if (verdict.interval) text += " +- " + format_number(verdict.interval->half_width, 2);
  return text;
}

std::string statement_of(const planner::BudgetVerdict& verdict) {
  std::string text = fmt::format("{} {} {}", verdict.metric, verdict.relation, number_text(verdict.limit));
  const bool is_said = verdict.metric.starts_with("incidents.");
  return verdict.phase.empty() || is_said ? text : text + " " + verdict.phase;
}

std::string change_text(const planner::Difference& difference) {
  const auto change = difference.change();
  if (!change) return difference.now == 0 ? "0 %" : "was 0";
  const std::string text = signed_percent(*change);
  if (!difference.interval) return text;
  return text + " +- " + format_percent(difference.interval->half_width / std::abs(difference.before));
}

Table budget_table(const std::vector<planner::BudgetVerdict>& verdicts) {
  using Align = Table::Align;
  const std::size_t missed = count_not_met(verdicts);
  Table table(missed == 0 ? fmt::format("Budgets: all {} met", verdicts.size())
                          : fmt::format("Budgets: {} of {} not met", missed, verdicts.size()),
              {{"", Align::left},
               {"value"},
               {"", Align::left},
               {"limit"},
               {"margin"},
               {"verdict", Align::left},
               {"because", Align::left}});
  for (const planner::BudgetVerdict& verdict : verdicts) {
    const double margin = verdict.margin();
    table.add_row({verdict.metric, value_text(verdict), verdict.relation, number_text(verdict.limit),
                   std::isnan(margin) ? "" : signed_percent(margin), name_of(verdict.standing), verdict.because},
                  ink_of(verdict.standing));
  }
  return table;
}

Table regression_table(const std::vector<planner::RegressionVerdict>& verdicts) {
  using Align = Table::Align;
  const auto is_same = [](const planner::RegressionVerdict& verdict) {
    return verdict.standing == Standing::met && verdict.difference->before == verdict.difference->now;
  };
  const std::size_t worse = count_not_met(verdicts);
  std::string title = worse == 0 ? fmt::format("Beside the baseline: none of {} figures is worse", verdicts.size())
                                 : fmt::format("Beside the baseline: {} of {} figures not kept", worse, verdicts.size());
  if (const auto same = std::count_if(verdicts.begin(), verdicts.end(), is_same); same > 0)
    title += fmt::format(", {} the same", same);
  Table table(title, {{"", Align::left}, {"baseline"}, {"now"}, {"change"}, {"verdict", Align::left}, {"", Align::left}});
  for (const planner::RegressionVerdict& verdict : verdicts) {
    if (!verdict.difference) {
      table.add_row({verdict.metric, "", "", "", name_of(verdict.standing), "not in both"}, Ink::alarm);
    } else if (!is_same(verdict)) {
      const planner::Difference& difference = *verdict.difference;
      table.add_row({verdict.metric, number_text(difference.before), number_text(difference.now), change_text(difference),
                     verdict.standing == Standing::missed ? "worse"
                     : verdict.standing == Standing::met  ? "kept"
                                                          : name_of(verdict.standing),
                     difference.paired ? "same seeds" : "other seeds"},
                    ink_of(verdict.standing));
    }
  }
  return table;
}

nlohmann::ordered_json budgets_json(const std::vector<planner::BudgetVerdict>& verdicts) {
  auto rows = nlohmann::ordered_json::array();
  for (const planner::BudgetVerdict& verdict : verdicts) {
    rows.push_back({{"metric", verdict.metric},
                    {"phase", verdict.phase},
                    {"relation", verdict.relation},
                    {"limit", number_json(verdict.limit)},
                    {"value", number_json(verdict.value)},
                    {"interval", interval_json(verdict.interval)},
                    {"margin", number_json(verdict.margin())},
                    {"status", name_of(verdict.standing)},
                    {"because", verdict.because}});
  }
  return rows;
}

nlohmann::ordered_json difference_json(const planner::Difference& difference) {
  return {{"metric", difference.metric},
          {"before", number_json(difference.before)},
          {"now", number_json(difference.now)},
          {"change", difference.change() ? nlohmann::ordered_json(*difference.change()) : nullptr},
          {"difference", interval_json(difference.interval)},
          {"paired", difference.paired}};
}

nlohmann::ordered_json regressions_json(const std::vector<planner::RegressionVerdict>& verdicts) {
  auto rows = nlohmann::ordered_json::array();
  for (const planner::RegressionVerdict& verdict : verdicts) {
    nlohmann::ordered_json row =
        verdict.difference ? difference_json(*verdict.difference) : nlohmann::ordered_json{{"metric", verdict.metric}};
    row["worse"] = verdict.worse == planner::Guard::Worse::up ? "up" : "down";
    row["status"] = name_of(verdict.standing);
    rows.push_back(std::move(row));
  }
  return rows;
}

ExitCode exit_code_of(Standing standing) {
  switch (standing) {
    case Standing::missed:
      return ExitCode::budget_missed;
    case Standing::inconclusive:
      return ExitCode::inconclusive;
    case Standing::no_data:
      return ExitCode::no_data;
    case Standing::met:
      break;
  }
  return ExitCode::done;
}

ExitCode exit_code_of(const std::vector<planner::BudgetVerdict>& verdicts) {
  std::vector<Standing> standings;
  for (const planner::BudgetVerdict& verdict : verdicts) standings.push_back(verdict.standing);
  return exit_code_of(worst_of(standings));
}

}  // namespace chatsim::cli
