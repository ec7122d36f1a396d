#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <variant>

#include "models/run/run.hpp"

namespace chatsim::models {

/// How far several simulations of one scenario have come.
struct ReplicationsProgress {
  std::uint64_t finished = 0;
  std::uint64_t running = 0;
  std::uint64_t planned = 0;
  double simulated_s = 0;  ///< By those that run now, together.
  double duration_s = 0;   ///< Of one, warm-up included.
  double wall_s = 0;       ///< Since the first was started.
};

/// What the caller of run_replications hears and says; all of it happens in the caller's process.
struct ReplicationsCaller {
  /// One has ended, in whatever order they do: its place in `seeds`, and its result or why there is none.
  std::function<void(std::size_t index, std::variant<spec::Result, RunFailure>)> take;
  /// Asked after each and several times a second: whether no more are wanted. Those under way are dropped
  /// then, but where nothing is finished yet, the first of them ends early and its partial result is taken.
  std::function<bool()> enough;
  std::function<void(const ReplicationsProgress&)> progress;
};

/// Simulates the scenario once with each of the seeds, in processes of their own, at most `jobs` at a time and
/// as many as the memory holds (see SimulationPool). Seeds are begun in order; what a seed gives does not
/// depend on `jobs`.
///
///     caller              host                          replications
///     fork -------------> builds the datacenter, once
///                         fork ------------------------> seed 0: simulates on its copy of it
///                         fork ------------------------> seed 1
///     take(0, result) <-- pipe <------------------------ pipe, as run_in_child
///                         fork ------------------------> seed 2 ...
///
/// When the host itself ends early (the datacenter cannot be built, say), the failure is returned and nothing
/// more is taken. Throws std::system_error when there is no process or pipe to be had. Must not be called from
/// a process that has other threads.
std::optional<RunFailure> run_replications(const spec::Scenario& scenario,
                                           std::span<const std::uint64_t> seeds, int jobs,
                                           const ReplicationsCaller& caller);

/// Simulates scenarios that have nothing to do with each other, `scenario_of(0)` to `scenario_of(count - 1)`, begun in this
/// order: each in a process of its own, which builds its own datacenter. All else is as with run_replications.
void run_each(std::size_t count, const std::function<spec::Scenario(std::size_t)>& scenario_of, int jobs,
              const ReplicationsCaller& caller);

}  // namespace chatsim::models
