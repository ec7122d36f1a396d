#pragma once

#include <algorithm>
#include <catch2/catch.hpp>
#include <string>

#include "models/run/run.hpp"

namespace chatsim::tests {

/// What a scenario yields; a run that fails fails the test.
inline spec::Result result_of(const spec::Scenario& scenario) {
  const std::atomic<bool> never_stop = false;
  auto outcome = models::run(scenario, never_stop, [](const models::Progress&) {});
  if (const auto* failure = std::get_if<models::RunFailure>(&outcome)) FAIL(failure->message);
  return std::get<spec::Result>(std::move(outcome));
}

template <class Named>
const Named& named(const std::vector<Named>& all, const std::string& name) {
  const auto found = std::find_if(all.begin(), all.end(), [&](const Named& one) { return one.name == name; });
  if (found == all.end()) FAIL("there is no " << name);
  return *found;
}
inline const spec::TierSummary& tier(const spec::Result& result, const std::string& name) {
  return named(result.tiers, name);
}
inline const spec::LatencySummary& latency(const spec::Result& result, const std::string& name) {
  return named(result.latency, name);
}

/// Events of a step.
inline double events_of(const spec::Result& result, const std::string& step) {
  for (const spec::StepEvents& events : result.events_per_message) {
    if (events.step == step) return events.per_message * static_cast<double>(result.messages.offered);
  }
  FAIL("there is no step " << step);
  return 0;
}

}  // namespace chatsim::tests
