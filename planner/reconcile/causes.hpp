#pragma once

#include <string>

#include "planner/reconcile/reconcile.hpp"

namespace chatsim::planner {

/// How far chance alone may take the mean of a run from the truth, relative to it, at about 95 %: of something that happens
/// so many times in the run, and of messages to the few very active groups, whose sizes are one sample for a whole run.
double noise_of(const spec::Scenario& scenario, double times, const std::string& step);

/// Why plan and simulation differ in this row, as far as it is known.
std::string cause_of_difference(const spec::Scenario& scenario, const Plan& plan, const spec::Result& simulated, const Row& row);

/// Why the ledger says something else than plan and simulation. \param name of the ledger's figure.
std::string cause_beside_ledger(const spec::Scenario& scenario, const std::string& name);

}  // namespace chatsim::planner
