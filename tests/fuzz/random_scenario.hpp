#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "scenarios/spec/scenario.hpp"

namespace chatsim::fuzz {

struct RandomScenario {
  spec::Scenario scenario;
  bool valid_at_once = false;  ///< Before anything was taken back.
};

/// The base with any of its fields at random: few or most of them, each within a decade of the base, and faults at random.
/// What does not go together is taken back to the base, so that it is valid. The same seed makes the same.
RandomScenario random_scenario(const spec::Scenario& base, std::uint64_t seed);

/// The fields in which a scenario differs from the base, as options of the program that make it from the base again.
std::string difference(const spec::Scenario& scenario, const spec::Scenario& base);

/// The scenario with as many fields as possible taken back to the base while it still fails. \param looks at scenarios, at
/// most.
spec::Scenario shrunk(spec::Scenario scenario, const spec::Scenario& base,
                      const std::function<bool(const spec::Scenario&)>& fails, int looks);

}  // namespace chatsim::fuzz
