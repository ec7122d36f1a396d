#pragma once

#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "cli/exit_code.hpp"
#include "cli/paint.hpp"
#include "planner/experiment/budgets.hpp"

namespace chatsim::cli {

/// Every budget beside what became of it, for people; empty without budgets.
std::string budget_report(const std::vector<planner::BudgetVerdict>& verdicts, const Paint& paint);
nlohmann::ordered_json budgets_json(const std::vector<planner::BudgetVerdict>& verdicts);

/// A missed budget counts more than one without data.
ExitCode exit_code_of(const std::vector<planner::BudgetVerdict>& verdicts);

}  // namespace chatsim::cli
