#include "tests/catalogue/random_timetable.hpp"

#include <catch2/catch.hpp>
#include <cstdlib>
#include <iostream>

#include "models/run/run.hpp"
#include "scenarios/loader/dump.hpp"
#include "scenarios/spec/validate.hpp"
#include "tests/scenarios/load_scenario.hpp"

// Whatever breaks, and whenever: no oracle finds more than the configuration allows, and once all is mended the service heals.

using namespace chatsim;

namespace {

/// CHATSIM_FAULT_SEEDS=first-last looks at others than these.
std::pair<std::uint64_t, std::uint64_t> seeds() {
  const char* asked = std::getenv("CHATSIM_FAULT_SEEDS");
  if (asked == nullptr) return {1, 24};
  char* rest = nullptr;
  const std::uint64_t first = std::strtoull(asked, &rest, 10);
  return {first, *rest == '-' ? std::strtoull(rest + 1, nullptr, 10) : first};
}

std::string verdict(const spec::Scenario& scenario) {
  for (const spec::Issue& issue : spec::validate(scenario)) return "invalid: " + issue.path + ": " + issue.message;
  const std::atomic<bool> stop{false};
  const auto outcome = models::run(scenario, stop, [](const models::Progress&) {});
  if (const auto* failure = std::get_if<models::RunFailure>(&outcome)) return "failed: " + failure->message;
  const auto& result = std::get<spec::Result>(outcome);
  std::string broken;
  for (const spec::PromiseReport& promise : result.promises) {
    if (promise.broken())
      broken += promise.name + ": " + std::to_string(promise.count) + " " + promise.what + ", though " + promise.reason + "\n";
  }
  if (result.invariants.conservation_residual != 0) broken += "the books do not balance\n";
  if (!result.settle.demanded) broken += "it was given no time to heal\n";
  return broken;
}

}  // namespace

TEST_CASE("random faults break no promise, and heal") {
  spec::Scenario small = tests::load_scenario("scenarios/small.yaml");
  small.simulation.duration = spec::Seconds{8};
  small.simulation.warmup = spec::Seconds{1};
  const auto [first, last] = seeds();
  std::uint64_t found = 0;
  for (std::uint64_t seed = first; seed <= last; ++seed) {
    const spec::Scenario scenario = tests::with_random_faults(small, seed);
    const std::string broken = verdict(scenario);
    if (broken.empty()) continue;
    ++found;
    std::cout << "seed " << seed << ":\n" << broken << "--- a scenario to replay\n" << loader::to_yaml(scenario) << "---\n";
  }
  std::cout << "seeds " << first << " to " << last << ": " << found << " broken\n";
  CHECK(found == 0);
}
