#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "planner/sweep/sweep_file.hpp"
#include "scenarios/spec/scenario.hpp"

namespace chatsim::planner {

/// What a sweep varies of a scenario, and where.
struct Sweep {
  spec::Scenario scenario;
  std::vector<Axis> axes;
  std::vector<Point> points;
};

/// The scenario at a point; with `issues` that it has there, in words.
struct ScenarioAt {
  spec::Scenario scenario;
  std::string issues;
};
ScenarioAt scenario_at(const Sweep& sweep, std::size_t point);

/// Simulations that are wanted, of scenarios of their own.
struct RunOrder {
  std::size_t count = 0;
  std::function<spec::Scenario(std::size_t)> scenario_of;
  /// To be called once for each that has ended, in any order.
  std::function<void(std::size_t, TrialOutcome)> take;
  /// True once no more are wanted: what is under way may be dropped.
  std::function<bool()> enough;
};
/// Carries an order out, several at a time if it likes. It may leave early: what was taken counts.
using Runner = std::function<void(const RunOrder&)>;

/// The figures of a result whose paths are among the patterns.
std::vector<SweepFigure> figures_of(const spec::Result& result, const std::vector<std::string>& metrics);

/// Runs what is missing in the file. A run whose result was cut short does not count. Once nothing is missing the file is
/// finished. \returns whether nothing is.
bool run_sweep(const Sweep& sweep, const std::vector<std::string>& metrics, SweepFile& file, const Runner& runner);

}  // namespace chatsim::planner
