#pragma once

#include <atomic>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "models/run/replications.hpp"

namespace chatsim::models {

/// What one of several futures came to: a result, or why there is none. Neither: it was not begun before the stop.
struct Branch {
  std::optional<spec::Result> result;
  std::string failure;
};

/// How far branches have come; called in the caller's process.
struct BranchesCaller {
  /// Until the instant, while there is one simulation.
  std::function<void(const Progress&)> before;
  /// From then on: `simulated_s` and `duration_s` count from the instant, `wall_s` too.
  std::function<void(const ReplicationsProgress&)> after;
};

/// Simulates a scenario once up to an instant, then as it is and with each of the variants, from that very state:
///
///     caller            trunk                                     branches
///     fork -----------> simulates up to the instant
///                       fork, between two events ---------------> baseline: goes on
///                       fork -----------------------------------> variants[0]: changes the scenario, goes on
///     before, after <-- pipe, waits there until all are done <--- pipes
///
/// A variant may differ from the scenario in nothing but what may change while the service runs (spec::live_fields),
/// and `at` lies within the simulation, neither at its beginning nor its end. The baseline comes first, and is to the
/// byte what the scenario yields without branches, but for what it cost (Result::wall_s counts what came before the
/// instant and the wait for a process). What a branch gives does not depend on `jobs`, how many run at a time; memory
/// may allow fewer.
///
/// Once `stop` is true nothing more is begun, and what is under way ends early with what it has. Throws
/// std::system_error when there is no process or pipe to be had. Must not be called from a process that has other
/// threads.
std::vector<Branch> run_branches(const spec::Scenario& scenario, spec::Seconds at,
                                 std::span<const spec::Scenario> variants, int jobs, const std::atomic<bool>& stop,
                                 const BranchesCaller& caller);

}  // namespace chatsim::models
