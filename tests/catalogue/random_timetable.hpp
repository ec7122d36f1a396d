#pragma once

#include "scenarios/spec/scenario.hpp"

namespace chatsim::tests {

/// One to six faults at random, of every kind and of anything that the scenario has, and a random way to configure what
/// matters to them: quorums or leaders, sloppy or not, how deaths are detected. The same seed makes the same. Everything is
/// mended before nine tenths of the run.
spec::Scenario with_random_faults(spec::Scenario scenario, std::uint64_t seed);

}  // namespace chatsim::tests
