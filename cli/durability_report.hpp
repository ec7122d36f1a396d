#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "cli/paint.hpp"
#include "planner/durability/accelerated.hpp"

namespace chatsim::cli {

/// A table as it is, as it might be, and what a simulation says to the formulas.
struct DurabilityFindings {
  planner::ReplicatedTable table;
  planner::TableDurability durability;
  std::vector<planner::Alternative> alternatives;
  std::vector<planner::AcceleratedLoss> accelerated;  ///< Empty without a simulation.
};

struct DurabilityQuestion {
  std::string scenario;
  double years = 1;
  bool simulated = true;
  std::string failure_source;  ///< Where the rate of lost disks is from.
  std::string outage_source;   ///< And that of outages.
};

std::string durability_report(const DurabilityQuestion& question, const std::vector<DurabilityFindings>& tables,
                              const Paint& paint);
nlohmann::ordered_json durability_json(const DurabilityQuestion& question,
                                       const std::vector<DurabilityFindings>& tables);

}  // namespace chatsim::cli
