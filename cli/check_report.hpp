#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "cli/exit_code.hpp"
#include "cli/paint.hpp"
#include "planner/gate/gate.hpp"
#include "scenarios/spec/scenario.hpp"

namespace chatsim::cli {

/// A scenario of a check and what became of it.
struct CheckedScenario {
  std::string path;
  spec::Scenario scenario;
  planner::GateOutcome outcome;
  double wall_s = 0;
  bool compared = false;  ///< With a baseline.
  bool in_baseline = false;
  std::vector<planner::InputChange> changed_inputs;  ///< Since the baseline.

  bool failed() const;       ///< A simulation ended with an internal error, or lost count.
  bool interrupted() const;  ///< It was not looked at to the end.
  planner::Standing standing() const;
};

struct Check {
  std::vector<CheckedScenario> scenarios;
  std::vector<std::string> without_budgets;  ///< Files that were left out.
  double allowed_regression = 0;
  double wall_s = 0;

  ExitCode exit_code() const;
};

/// "passed", "failed", "inconclusive", "no data", "internal error", "interrupted".
std::string verdict_text(const CheckedScenario& checked);
/// Of all together.
std::string verdict_text(const Check& check);

/// For people: every scenario with its tables, then one line of all.
std::string check_report(const Check& check, const Paint& paint);
/// The same for a comment on a change.
std::string check_markdown(const Check& check);
nlohmann::ordered_json check_json(const Check& check);

}  // namespace chatsim::cli
