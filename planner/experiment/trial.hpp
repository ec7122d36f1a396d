#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <variant>
#include <vector>

#include "scenarios/spec/result.hpp"
#include "scenarios/spec/scenario.hpp"

namespace chatsim::planner {

using Seed = std::uint64_t;

/// One simulation of the scenario with this seed in place of its own, or a formula that stands in for it.
using Trial = std::function<spec::Result(const spec::Scenario&, Seed)>;

/// Why a trial has no result.
struct TrialFailure {
  std::string message;
};
using TrialOutcome = std::variant<spec::Result, TrialFailure>;

/// Trials that are wanted of one scenario.
struct BatchOrder {
  const spec::Scenario& scenario;
  std::vector<Seed> seeds;  ///< To be begun in this order, and to be ended in any.
  /// To be called once for each trial that has ended, with its place in `seeds`.
  std::function<void(std::size_t index, TrialOutcome)> take;
  /// True once no more are wanted: what is under way may be dropped.
  std::function<bool()> enough;
};

/// Carries an order out, several trials at a time if it likes. It may leave early, as when a user interrupts;
/// what was taken by then counts.
using Batch = std::function<void(const BatchOrder&)>;

/// Trials one after the other. What a trial throws becomes its failure.
Batch one_by_one(Trial trial);

}  // namespace chatsim::planner
