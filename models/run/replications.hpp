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
/// as many as the memory holds (see processes_that_fit). Seeds are begun in order; what a seed gives does not
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

/// How many processes fit into `available` bytes of memory when one needs `of_one`, a tenth left free; at least
/// one, which has to try.
std::uint64_t processes_that_fit(std::uint64_t available, std::uint64_t of_one);

/// What a process has in memory now, in bytes; 0 when it is gone. \param process "self", or its id.
std::uint64_t resident_bytes(const std::string& process);

/// Bytes of memory that may be taken without swapping: what the kernel says, or less where a control group
/// allows less. Nothing where neither can be read.
std::optional<std::uint64_t> available_memory();

}  // namespace chatsim::models
