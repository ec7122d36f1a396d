#pragma once

#include <optional>
#include <string>

#include "planner/blame/hop.hpp"
#include "scenarios/spec/scenario.hpp"

namespace chatsim::planner {

/// A scenario in which a hop is faster by a part of its time.
struct Faster {
  spec::Scenario scenario;
  std::string change;  ///< What differs: "stores.message.write_time x 0.8".
};

/// What Counterfactual calculates, to be simulated. Nothing for hops that nobody can change by themselves.
std::optional<Faster> faster(const spec::Scenario& scenario, const Hop& hop, double part);

}  // namespace chatsim::planner
