#pragma once

#include <string>
#include <vector>

#include "scenarios/spec/scenario.hpp"

namespace chatsim::planner {

/// What a scenario asks for and formulas leave out, so that only a simulation shows it.
struct NotModelled {
  std::string path;    ///< Of the scenario.
  std::string effect;  ///< What is missing in the figures.
};

enum class Formulas { estimate, plan };

/// In the order of the list in not_modelled.cpp, the one place where new abilities of the simulation are entered; empty
/// where the formulas know all that the scenario uses.
std::vector<NotModelled> not_modelled(const spec::Scenario& scenario, Formulas by);

/// "services.gateway.drain: clients that ...".
std::string text_of(const NotModelled& one);

}  // namespace chatsim::planner
