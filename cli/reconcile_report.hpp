#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "cli/paint.hpp"
#include "planner/reconcile/reconcile.hpp"

namespace chatsim::cli {

/// Which rows are shown.
enum class RowsShown { telling, all };

/// How many figures agree, then the figures by subject: those that differ or that the ledger has too, or all.
std::string reconcile_report(const spec::Scenario& scenario, const planner::Reconciliation& found, const Paint& paint,
                             RowsShown shown);

/// rows[] of {subject, figure, estimated, planned, simulated, half_width, flow, agreement, cause}, scores by subject.
nlohmann::ordered_json reconcile_json(const planner::Reconciliation& found);

}  // namespace chatsim::cli
