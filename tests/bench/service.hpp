#pragma once

#include "scenarios/spec/result.hpp"
#include "scenarios/spec/scenario.hpp"
#include "tests/bench/benchmark.hpp"

namespace chatsim::bench {

/// scenarios/chat_2b.yaml, of about so many machines instead of 50,000: every tier, the datacenter and the population
/// divided or multiplied alike.
spec::Scenario chat_2b_at(std::uint64_t machines);

struct ServiceRun {
  Row row;  ///< What all benchmarks of the service say.
  spec::Result result;
};

/// Simulates it in this process. Rates are those after the warm-up.
ServiceRun run_service(const spec::Scenario& scenario);

}  // namespace chatsim::bench
