#include "tests/scenarios/load_scenario.hpp"

#include <stdexcept>

#include "scenarios/loader/load.hpp"

namespace chatsim::tests {

spec::Scenario load_scenario(const std::string& path) {
  const loader::LoadOutcome outcome = loader::load({.path = path, .sets = {}, .seed = {}});
  if (outcome.scenario) return *outcome.scenario;
  std::string issues;
  for (const loader::Issue& issue : outcome.issues) issues += to_text(issue) + "\n";
  throw std::runtime_error(issues);
}

}  // namespace chatsim::tests
