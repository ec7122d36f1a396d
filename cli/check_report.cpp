#include "cli/check_report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "cli/budget_report.hpp"
#include "cli/format.hpp"

namespace chatsim::cli {
namespace {

using planner::Standing;

constexpr std::size_t inputs_max = 8;

std::string effort_text(const CheckedScenario& checked) {
  const std::size_t runs = checked.outcome.results().size();
  std::string text = fmt::format("{} replication{}, {}", runs, runs == 1 ? "" : "s",
                                 format_duration(spec::Seconds{checked.wall_s}));
  if (checked.outcome.ending == planner::Ending::time_is_up) text += ", stopped by --max-time";
  return text;
}

std::vector<std::string> remarks_on(const CheckedScenario& checked) {
  std::vector<std::string> remarks;
  for (const planner::Replication& replication : checked.outcome.replications) {
    if (!replication.result) remarks.push_back(fmt::format("seed {}: {}", replication.seed, replication.failure));
  }
  if (checked.compared && !checked.in_baseline)
    remarks.emplace_back("It is not in the baseline: nothing to compare with; --update-baseline writes it down");
  const auto& changes = checked.changed_inputs;
  for (std::size_t i = 0; i < std::min(changes.size(), inputs_max); ++i) {
    remarks.push_back(fmt::format("Changed since the baseline: {}: {} -> {}", changes[i].path,
                                  changes[i].before.empty() ? "none" : changes[i].before,
                                  changes[i].after.empty() ? "none" : changes[i].after));
  }
  if (changes.size() > inputs_max) remarks.push_back(fmt::format("and {} more inputs", changes.size() - inputs_max));
  return remarks;
}

template <class Render>
std::string tables_of(const CheckedScenario& checked, const Render& render) {
  std::string text;
  if (!checked.outcome.budgets.empty()) text += render(budget_table(checked.outcome.budgets)) + "\n";
  if (!checked.outcome.regressions.empty()) text += render(regression_table(checked.outcome.regressions)) + "\n";
  return text;
}

nlohmann::ordered_json scenario_json(const CheckedScenario& checked) {
  nlohmann::ordered_json json{{"path", checked.path},
                              {"scenario", checked.scenario.name},
                              {"verdict", verdict_text(checked)},
                              {"replications", checked.outcome.results().size()},
                              {"first_seed", checked.scenario.seed},
                              {"ending", name_of(checked.outcome.ending)},
                              {"confidence", checked.outcome.confidence},
                              {"wall_s", checked.wall_s},
                              {"budgets", budgets_json(checked.outcome.budgets)}};
  if (checked.compared) {
    json["regressions"] = regressions_json(checked.outcome.regressions);
    auto& changes = json["changed_inputs"] = nlohmann::ordered_json::array();
    for (const planner::InputChange& change : checked.changed_inputs)
      changes.push_back({{"path", change.path}, {"before", change.before}, {"after", change.after}});
  }
  for (const planner::Replication& replication : checked.outcome.replications) {
    if (!replication.result) json["failures"].push_back({{"seed", replication.seed}, {"message", replication.failure}});
  }
  return json;
}

const char* text_of(ExitCode code) {
  switch (code) {
    case ExitCode::done:
      return "passed";
    case ExitCode::budget_missed:
      return "failed";
    case ExitCode::inconclusive:
      return "inconclusive";
    case ExitCode::no_data:
      return "no data";
    case ExitCode::interrupted:
      return "interrupted";
    default:
      return "internal error";
  }
}

ExitCode exit_code_of(const CheckedScenario& checked) {
  if (checked.failed()) return ExitCode::internal_error;
  return checked.interrupted() ? ExitCode::interrupted : cli::exit_code_of(checked.standing());
}

}  // namespace

bool CheckedScenario::failed() const {
  return std::any_of(outcome.replications.begin(), outcome.replications.end(), [](const planner::Replication& replication) {
    return !replication.result || replication.result->invariants.conservation_residual != 0;
  });
}

bool CheckedScenario::interrupted() const {
  return outcome.ending == planner::Ending::interrupted || outcome.replications.empty();
}

Standing CheckedScenario::standing() const {
  const Standing of_figures = outcome.standing();
  if (compared && !in_baseline && of_figures != Standing::missed) return Standing::no_data;
  return of_figures;
}

ExitCode Check::exit_code() const {
  std::vector<ExitCode> codes;
  for (const CheckedScenario& checked : scenarios) codes.push_back(exit_code_of(checked));
  // What stands in the way of a verdict first, then the worst verdict.
  for (const ExitCode code : {ExitCode::internal_error, ExitCode::interrupted, ExitCode::budget_missed, ExitCode::no_data,
                              ExitCode::inconclusive}) {
    if (std::find(codes.begin(), codes.end(), code) != codes.end()) return code;
  }
  return ExitCode::done;
}

std::string verdict_text(const CheckedScenario& checked) { return text_of(exit_code_of(checked)); }
std::string verdict_text(const Check& check) { return text_of(check.exit_code()); }

std::string check_report(const Check& check, const Paint& paint) {
  std::string text;
  for (const CheckedScenario& checked : check.scenarios) {
    const bool passed = exit_code_of(checked) == ExitCode::done;
    text += paint(passed ? Ink::good : Ink::alarm,
                  fmt::format("{}: {}", checked.path, verdict_text(checked))) + fmt::format(" ({})\n", effort_text(checked));
    for (const std::string& remark : remarks_on(checked)) text += "  " + remark + "\n";
    text += "\n" + tables_of(checked, [&](const Table& table) { return table.render(paint); });
  }
  for (const std::string& path : check.without_budgets) text += path + ": left out, it has no budgets\n";
  const bool passed = check.exit_code() == ExitCode::done;
  return text + paint(passed ? Ink::good : Ink::alarm,
                      fmt::format("{} scenario{}: {}", check.scenarios.size(), check.scenarios.size() == 1 ? "" : "s",
                                  verdict_text(check))) +
         fmt::format(" in {}\n", format_duration(spec::Seconds{check.wall_s}));
}

std::string check_markdown(const Check& check) {
  std::string text = fmt::format("# chatsim check: {}\n\n", verdict_text(check));
  for (const CheckedScenario& checked : check.scenarios) {
    text += fmt::format("**{}**: {} ({})\n\n", checked.path, verdict_text(checked), effort_text(checked));
    for (const std::string& remark : remarks_on(checked)) text += "- " + remark + "\n";
    if (!remarks_on(checked).empty()) text += "\n";
    text += tables_of(checked, [](const Table& table) { return table.markdown(); });
  }
  return text;
}

nlohmann::ordered_json check_json(const Check& check) {
  nlohmann::ordered_json json{{"version", CHATSIM_VERSION},
                              {"verdict", verdict_text(check)},
                              {"exit_code", static_cast<int>(check.exit_code())},
                              {"allowed_regression", check.allowed_regression},
                              {"wall_s", check.wall_s}};
  json["scenarios"] = nlohmann::ordered_json::array();
  for (const CheckedScenario& checked : check.scenarios) json["scenarios"].push_back(scenario_json(checked));
  json["without_budgets"] = check.without_budgets;
  return json;
}

}  // namespace chatsim::cli
