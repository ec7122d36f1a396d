#pragma once

#include "scenarios/spec/stores.hpp"

namespace chatsim::planner {

/// How uneven the machines of a ring are: relative standard deviation of what they hold. Each of a machine's points
/// owns an exponential part of the ring, with the N - 1 parts before it where there are N replicas.
double ring_imbalance(double points, double replicas);

/// The same if no machine has more than `bound` times the mean, for one replica: normal loads, of which what is beyond
/// the bound goes evenly to those with room. Within 5 % of rings as they are built (tests/validation).
double bounded_imbalance(double points, double bound);

/// As a store places its rows. A bound holds for the first of a row's replicas: with more of them, what a machine holds
/// altogether remains about as uneven as without.
double imbalance_of(const spec::Store& store);

}  // namespace chatsim::planner
