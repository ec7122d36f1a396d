#include "cli/budget_report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "cli/format.hpp"
#include "cli/table.hpp"

namespace chatsim::cli {
namespace {

using Status = planner::BudgetVerdict::Status;

const char* name_of(Status status) {
  switch (status) {
    case Status::met:
      return "met";
    case Status::missed:
      return "missed";
    case Status::no_data:
      break;
  }
  return "no data";
}

std::string number_text(double value) {
  if (std::isnan(value)) return "";
  return std::isfinite(value) ? format_number(value, 4) : "never";
}

}  // namespace

std::string budget_report(const std::vector<planner::BudgetVerdict>& verdicts, const Paint& paint) {
  if (verdicts.empty()) return "";
  using Align = Table::Align;
  const auto missed = std::count_if(verdicts.begin(), verdicts.end(),
                                    [](const auto& verdict) { return verdict.status != Status::met; });
  Table table(missed == 0 ? fmt::format("Budgets: all {} met", verdicts.size())
                          : fmt::format("Budgets: {} of {} not met", missed, verdicts.size()),
              {{"", Align::left}, {"value"}, {"", Align::left}, {"limit"}, {"verdict", Align::left}, {"because", Align::left}});
  for (const planner::BudgetVerdict& verdict : verdicts) {
    table.add_row({verdict.metric, number_text(verdict.value), verdict.relation, number_text(verdict.limit),
                   name_of(verdict.status), verdict.because},
                  verdict.status == Status::met ? Ink::plain : Ink::alarm);
  }
  return table.render(paint);
}

nlohmann::ordered_json budgets_json(const std::vector<planner::BudgetVerdict>& verdicts) {
  auto rows = nlohmann::ordered_json::array();
  for (const planner::BudgetVerdict& verdict : verdicts) {
    const auto number = [](double value) {
      return std::isfinite(value) ? nlohmann::ordered_json(value) : nlohmann::ordered_json(nullptr);
    };
    rows.push_back({{"metric", verdict.metric},
                    {"relation", verdict.relation},
                    {"limit", number(verdict.limit)},
                    {"value", number(verdict.value)},
                    {"status", name_of(verdict.status)},
                    {"because", verdict.because}});
  }
  return rows;
}

ExitCode exit_code_of(const std::vector<planner::BudgetVerdict>& verdicts) {
  const auto any = [&](Status status) {
    return std::any_of(verdicts.begin(), verdicts.end(), [&](const auto& verdict) { return verdict.status == status; });
  };
  if (any(Status::missed)) return ExitCode::budget_missed;
  return any(Status::no_data) ? ExitCode::no_data : ExitCode::done;
}

}  // namespace chatsim::cli
