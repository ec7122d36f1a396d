#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <string>
#include <variant>

#include "scenarios/spec/result.hpp"
#include "scenarios/spec/scenario.hpp"

namespace chatsim::models {

/// How far a simulation has come.
struct Progress {
  enum class Phase { building, running, finishing };
  Phase phase = Phase::building;
  double simulated_s = 0;
  double duration_s = 0;     ///< What simulated_s will be at the end, warm-up included.
  std::uint64_t events = 0;  ///< Of the message plane so far.
  double wall_s = 0;         ///< Since the simulation was started.
};

using ProgressCallback = std::function<void(const Progress&)>;

/// Simulates in this process, which can be done only once: SimGrid's engine is a process singleton.
/// `stop` is polled about every 100,000 events; once it is true the run ends early and the Result says so.
spec::Result simulate(const spec::Scenario& scenario, const std::atomic<bool>& stop,
                      const ProgressCallback& progress);

/// The simulating process ended without a Result: a bug, or the machine ran out of memory.
struct RunFailure {
  std::string message;
};

/// Simulates in a forked child, so that it can be called any number of times. `progress` is called in this
/// process. Once `stop` is true the child ends early and its partial Result is returned.
/// Throws std::system_error when there is no process or pipe to be had.
std::variant<spec::Result, RunFailure> run(const spec::Scenario& scenario, const std::atomic<bool>& stop,
                                           const ProgressCallback& progress);

}  // namespace chatsim::models
