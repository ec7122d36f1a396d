#include "planner/sweep/sweep.hpp"

#include <algorithm>

#include "planner/experiment/numbers.hpp"
#include "scenarios/spec/field_tree.hpp"
#include "scenarios/spec/slice.hpp"
#include "scenarios/spec/validate.hpp"

namespace chatsim::planner {

ScenarioAt scenario_at(const Sweep& sweep, std::size_t point) {
  ScenarioAt at{sweep.scenario, ""};
  const auto complain = [&](const std::string& path, const std::string& message) {
    at.issues += (at.issues.empty() ? "" : "; ") + path + ": " + message;
  };
  for (std::size_t axis = 0; axis < sweep.axes.size(); ++axis) {
    const std::string& path = sweep.axes[axis].path;
    if (const auto wrong = spec::find_field(path)->set(at.scenario, sweep.points[point][axis])) complain(path, *wrong);
  }
  if (!at.issues.empty()) return at;
  for (const spec::Issue& issue : spec::validate(at.scenario)) complain(issue.path, issue.message);
  return at;
}

std::vector<SweepFigure> figures_of(const spec::Result& result, const std::vector<std::string>& metrics) {
  std::vector<SweepFigure> figures;
  for (Number& number : numbers_of(result)) {
    if (spec::is_listed(metrics, number.path)) figures.push_back({std::move(number.path), number.value});
  }
  return figures;
}

bool run_sweep(const Sweep& sweep, const std::vector<std::string>& metrics, SweepFile& file, const Runner& runner) {
  std::vector<SweepRun> wanted;
  for (const SweepRun& run : file.missing()) {
    if (const std::string issues = scenario_at(sweep, run.point).issues; !issues.empty()) {
      file.put_failure(run, issues);
    } else {
      wanted.push_back(run);
    }
  }
  RunOrder order;
  order.count = wanted.size();
  order.scenario_of = [&](std::size_t i) {
    spec::Scenario scenario = scenario_at(sweep, wanted[i].point).scenario;
    scenario.seed = wanted[i].seed;
    return scenario;
  };
  order.take = [&](std::size_t i, TrialOutcome outcome) {
    if (const auto* failure = std::get_if<TrialFailure>(&outcome)) {
      file.put_failure(wanted[i], failure->message);
    } else if (const auto& result = std::get<spec::Result>(outcome); !result.interrupted) {
      file.put(wanted[i], figures_of(result, metrics));
    }
  };
  order.enough = [] { return false; };
  if (!wanted.empty()) runner(order);
  if (!file.missing().empty()) return false;
  file.finish();
  return true;
}

}  // namespace chatsim::planner
