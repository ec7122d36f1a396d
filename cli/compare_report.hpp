#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "cli/paint.hpp"
#include "planner/gate/differences.hpp"

namespace chatsim::cli {

/// Two sets of runs side by side.
struct Comparison {
  std::string before, now;  ///< What they are called.
  std::size_t runs_before = 0, runs_now = 0;
  std::vector<planner::InputChange> inputs;
  /// Of every figure that both have, as certain as one figure needs to be to be believed.
  std::vector<planner::Difference> figures;
  /// The same, each so certain that of all of them hardly one is so by chance.
  std::vector<planner::Difference> of_many;

  bool paired() const;
};

/// Compares. `now` is laid beside `before`.
Comparison compared(const std::string& name_before, const planner::StoredExperiment& before, const std::string& name_now,
                    const planner::StoredExperiment& now);

/// Which figures of a comparison are shown.
struct Shown {
  std::vector<std::string> metrics;  ///< Paths, * for any name; none: what an architect decides by, then the largest changes.
  bool all = false;
};

/// The inputs that differ, then the figures with their intervals. Ends with a newline.
std::string compare_report(const Comparison& comparison, const Shown& shown, const Paint& paint);
std::string compare_markdown(const Comparison& comparison, const Shown& shown);
nlohmann::ordered_json compare_json(const Comparison& comparison);

}  // namespace chatsim::cli
