#pragma once

#include <cstdint>

#include "models/durability/machine_sets.hpp"

namespace chatsim::models {

/// Of so many times that machines at random are lost at once, those with which some set lost all of its machines.
std::uint64_t times_with_losses(const MachineSets& sets, std::uint32_t lost_at_once, std::uint64_t times,
                                sim::RandomKey random);

}  // namespace chatsim::models
