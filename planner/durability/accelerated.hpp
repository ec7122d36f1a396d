#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "planner/durability/table_durability.hpp"
#include "scenarios/spec/interval.hpp"

namespace chatsim::planner {

/// What a simulation saw of a table's sets in a part of its time.
struct LossBatch {
  std::uint64_t losses = 0;  ///< Of sets.
  std::uint64_t times = 0;   ///< Failures with which any set was lost.
  double set_s = 0;          ///< Time of sets that had not lost their rows, in seconds, together.
};

/// So many failures of machines of the table, on its placement: each machine is filled as if it were alone on the
/// throttle. Or a formula that stands in for it.
using LossTrial =
    std::function<std::vector<LossBatch>(const ReplicatedTable& table, std::uint64_t failures, std::uint64_t seed)>;

/// The table with machines that fail so much more often that losses are seen, by formula and by simulation.
struct AcceleratedLoss {
  double factor = 1;                 ///< Of the rate of failures.
  spec::Probability unavailability;  ///< Of a machine, then.
  std::uint64_t losses = 0;          ///< Seen.
  std::uint64_t times = 0;
  double per_set_year = 0;  ///< By formula.
  std::optional<spec::Interval> simulated_per_set_year;

  bool agrees() const { return simulated_per_set_year && simulated_per_set_year->contains(per_set_year); }
};

struct AccelerateOptions {
  std::uint64_t failures = 200'000;  ///< Of each simulation.
  std::uint64_t seed = 1;
};

/// At the three lowest of some rates at which at least a thousand losses are to be expected; at fewer where there are
/// not so many, and at none above.
std::vector<AcceleratedLoss> accelerate(const ReplicatedTable& table, const AccelerateOptions& options,
                                        const LossTrial& trial);

}  // namespace chatsim::planner
