#include "models/service/traces.hpp"

#include <cmath>

#include "scenarios/spec/workload.hpp"

namespace chatsim::models {

namespace {

// For each message that is followed there is room for so many requests, and deliveries: means are a third of it or less,
// and the rest is for large groups.
constexpr std::size_t legs_of_one = 100, deliveries_of_one = 8;

}  // namespace

Traces::Traces(sim::World& world, const spec::Scenario& scenario)
    : tracer_(legs_of_one * static_cast<std::size_t>(scenario.simulation.traces)),
      salt_(spread(scenario.seed)),
      acknowledgements_{static_cast<std::size_t>(scenario.simulation.traces), {}},
      deliveries_{deliveries_of_one * static_cast<std::size_t>(scenario.simulation.traces), {}} {
  if (scenario.simulation.traces == 0) return;
  world.rpc.trace_into(tracer_);
  const double expected = spec::message_rate(scenario.population) *
                          (scenario.simulation.duration - scenario.simulation.warmup);
  const double part = scenario.simulation.traces / std::max(1.0, expected);
  chosen_ = part < 1 ? static_cast<std::uint64_t>(std::ldexp(part, 64)) : ~std::uint64_t{0};
}

void Traces::begin_measuring(sim::Time now) {
  from_ = now;
  threshold_ = chosen_;
}

}  // namespace chatsim::models
