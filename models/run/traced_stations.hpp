#pragma once

#include <string_view>

#include "models/run/traced_calls.hpp"
#include "scenarios/spec/traces.hpp"

namespace chatsim::models {

/// Which of a tier's times a request takes.
spec::WayPart::Use use_of(Step step, std::string_view tier);

/// What queues depend on: threads, cores and the load of every machine.
void add_stations(const Context& context, sim::Duration measured, spec::Traces& traces);

/// Every request of the slowest ways and of some others.
void add_requests(const Context& context, const TracedCalls& calls, spec::Traces& traces);

}  // namespace chatsim::models
