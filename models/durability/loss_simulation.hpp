#pragma once

#include <cstdint>
#include <vector>

#include "models/durability/machine_sets.hpp"
#include "scenarios/spec/units.hpp"

namespace chatsim::models {

/// How machines fail and are filled again.
struct LossOptions {
  spec::PerSecond failure;                 ///< Of one machine that has its data.
  spec::Seconds wait;                      ///< Mean, from its failure until copying begins.
  spec::Bytes data{};                      ///< Of all rows, before replication.
  spec::BytesPerSecond table_bandwidth;    ///< Of the copies to one machine at most.
  spec::BytesPerSecond machine_bandwidth;  ///< Of those that one other machine sends.
  std::uint64_t failures = 100'000;        ///< To simulate.
  std::uint32_t batches = 20;              ///< That they are cut into: what is counted in one says little of the next.
  sim::RandomKey random{};
};

/// What was seen in a batch.
struct LossCounts {
  std::uint64_t failures = 0;
  std::uint64_t losses = 0;  ///< Sets that lost their last replica.
  std::uint64_t times = 0;   ///< Failures with which any did.
  double set_s = 0;          ///< Time for which sets had not lost their rows, of all sets together.
  spec::Seconds time{};      ///< Simulated.
  double repair_s = 0;       ///< Of all failures together.
};

/// Event by event: a machine fails and all that it holds is gone; the others that hold the same rows send it to where
/// it is needed, all at once, so that it takes an exponential time with the mean wait + held / min(table_bandwidth,
/// others x machine_bandwidth). A set whose replicas are all gone has lost its rows, and counts again once all its
/// machines have been filled: with new ones.
///
/// Each machine is filled as if it were alone on the throttle of the table: with rates of failure far above the true
/// ones, which is what losses are seen by, the throttle would be all that is seen.
std::vector<LossCounts> simulate_losses(const MachineSets& sets, const LossOptions& options);

}  // namespace chatsim::models
