#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "cli/paint.hpp"
#include "planner/plan/plan.hpp"

namespace chatsim::cli {

/// What an architect reads: what is not stable, how busy tiers are and what they wait for, latencies, machines and what
/// decides about them, cost, what depends on a single thing, and what the plan assumes.
std::string plan_report(const spec::Scenario& scenario, const planner::Plan& plan, const Paint& paint);

/// tiers, latency and storage as in run.json; and visits, fleet, cost, unstable, single points, bisection bandwidth.
nlohmann::ordered_json plan_json(const spec::Scenario& scenario, const planner::Plan& plan);

}  // namespace chatsim::cli
