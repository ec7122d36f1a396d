#pragma once

#include <nlohmann/json_fwd.hpp>
#include <span>
#include <string>
#include <vector>

#include "cli/exit_code.hpp"
#include "cli/paint.hpp"
#include "cli/table.hpp"
#include "planner/gate/budgets.hpp"
#include "planner/gate/regressions.hpp"

namespace chatsim::cli {

/// Every budget beside what became of it: value, interval, limit, margin.
Table budget_table(const std::vector<planner::BudgetVerdict>& verdicts);
/// Every guarded figure beside that of the baseline; those that did not change are only counted.
Table regression_table(const std::vector<planner::RegressionVerdict>& verdicts);

nlohmann::ordered_json budgets_json(const std::vector<planner::BudgetVerdict>& verdicts);
nlohmann::ordered_json difference_json(const planner::Difference& difference);
nlohmann::ordered_json regressions_json(const std::vector<planner::RegressionVerdict>& verdicts);

/// A figure as tables show it; "never" where it is infinite.
std::string number_text(double value);
/// "latency.send_to_ack.p99_ms <= 250", with the phase where it says one.
std::string statement_of(const planner::BudgetVerdict& verdict);
/// What it came to: "212.4 +- 3.1".
std::string value_text(const planner::BudgetVerdict& verdict);
/// "+3.1 % +- 0.4 %"
std::string change_text(const planner::Difference& difference);

ExitCode exit_code_of(planner::Standing standing);
ExitCode exit_code_of(const std::vector<planner::BudgetVerdict>& verdicts);

}  // namespace chatsim::cli
