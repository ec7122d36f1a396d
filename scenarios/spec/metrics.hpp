#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "scenarios/spec/scenario.hpp"

namespace chatsim::spec {

/// What a figure of a run may be called, as in run.json: "latency.send_to_ack.p99_ms". '*' stands for a name that only a
/// run can tell: of a step, of a reason to fail, of an incident; such names can have dots in them.
using MetricPath = std::string;

/// What the windows of a time series come to: "series.waiting.max".
inline constexpr std::array<std::string_view, 4> window_aggregations{"min", "mean", "max", "last"};

/// Every figure of a run of the scenario, in the order of run.json, those of time series (window_aggregations) included.
/// Follows from the field lists of Result.
std::vector<MetricPath> metrics_of(const Scenario& scenario);

/// Those that a part of a run has too: "latency.send_to_ack.p99_ms", "failed_per_s", "series.waiting.max".
std::vector<MetricPath> metrics_of_a_phase();

bool matches(std::string_view metric, std::string_view path);

}  // namespace chatsim::spec
