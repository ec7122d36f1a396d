#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "cli/paint.hpp"
#include "models/run/branch.hpp"
#include "scenarios/spec/scenario.hpp"

namespace chatsim::cli {

/// A field with another value in a variant, as it is written.
struct FieldChange {
  std::string path, before, after;
};

/// All fields that differ, in the order of the scenario.
std::vector<FieldChange> changes_between(const spec::Scenario& before, const spec::Scenario& after);

/// One of the futures that are laid side by side.
struct NamedBranch {
  std::string name;
  std::vector<FieldChange> changes;  ///< None: the baseline.
  models::Branch outcome;
};

/// What an architect decides by, a column for each branch that has a result: over all that was measured, then from the
/// instant on; each variant's change over the baseline in per cent. Ends with a newline. The baseline is the first.
std::string branch_report(const spec::Scenario& scenario, spec::Seconds at, const std::vector<NamedBranch>& branches,
                          const Paint& paint);

/// {name, changes: {path: value}, after: {...}, result: {...}}, or failure in place of the last two; both null for one
/// that was not begun.
nlohmann::ordered_json branch_json(const NamedBranch& branch, spec::Seconds at);

}  // namespace chatsim::cli
