#pragma once

#include <string>
#include <vector>

#include "planner/estimate/growth.hpp"
#include "planner/estimate/ledger.hpp"
#include "planner/estimate/reasons.hpp"

namespace chatsim::cli {

/// All that an estimate yields.
struct Estimate {
  spec::Scenario scenario;  ///< With mid values where inputs are given as ranges.
  planner::Ledger ledger;
  std::vector<planner::TierAnswers> reasons;
  planner::Growth growth;
};

/// For programs: `figures` (values in the base unit that `unit` names, null where there is none), `reasons`,
/// `growth`.
std::string estimate_json(const Estimate& estimate);

}  // namespace chatsim::cli
