#pragma once

#include "planner/durability/accelerated.hpp"

namespace chatsim::cli {

/// Simulates a table's failures on the placement that the tables of a run have, every machine in a failure domain of
/// its own. Of several regions that have their rows at home, one.
planner::LossTrial loss_trial();

}  // namespace chatsim::cli
