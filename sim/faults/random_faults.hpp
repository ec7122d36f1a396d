#pragma once

#include <vector>

#include "scenarios/spec/faults.hpp"
#include "sim/kernel/random/random.hpp"
#include "sim/resources/world.hpp"

namespace chatsim::sim {

/// Failures by the scenario's random processes, as a timetable in the order of time. Elements of a kind (machines, racks, ...)
/// fail together as a Poisson process of their number over the mean time between the failures of one: exact for exponential
/// times, and what any others come to for many elements (Palm and Khintchine). Which one fails is uniform, a failed one may
/// be hit again.
///
/// \param stream of the random numbers: by kind and number of the failure.
std::vector<spec::Fault> draw_faults(const World& world, const spec::Faults& faults, spec::Seconds duration, RandomKey random,
                                     std::uint32_t stream);

}  // namespace chatsim::sim
