#pragma once

#include <string>
#include <vector>

#include "models/service/context.hpp"
#include "models/store/row_placement.hpp"

namespace chatsim::models {

/// What the machines of a store do with their disks in the background (spec::Compaction), a task on each machine that has
/// something to move:
///
///     rows written --> memory --(flush: 64 MB)--> debt, 10 times as much --(chunks of 1 MB, throttled)--> disks in turn
///
/// A row lies on one disk. A request to a machine whose disk is just moving a chunk waits for the rest of it, as it was
/// when the request was sent; foreground comes first, so that it waits for no second one. What requests themselves read and
/// write is in the service times of the store, and not on these disks.
///
/// A run begins in the steady state: where a machine is between two flushes is uniformly distributed, and what the last
/// flush left is there as far as it was not yet moved.
class Compaction {
 public:
  Compaction(Context& context, const spec::Store& store, sim::TierIndex tier, std::uint32_t number, const RowPlacement& ring);
  Compaction(const Compaction&) = delete;
  Compaction& operator=(const Compaction&) = delete;

  /// Machines go on with what their last flush has left.
  void start();

  /// A machine of the store (0 to machines - 1) has written so many bytes of rows.
  void written(std::uint32_t machine, spec::Bytes size);
  /// Requests wait for the disk that the row lies on.
  void delay(sim::LegOptions* legs, unsigned count, std::uint64_t row);

  void begin_measuring();
  spec::CompactionSummary summary(const std::string& name) const;

 private:
  struct Machine {
    double in_memory = 0;  ///< Bytes, less than a flush.
    double debt = 0;       ///< Bytes that are yet to be moved.
    std::uint32_t disk = 0;
    bool active = false;
    sim::Time active_since{};
    sim::Duration active_for{};
  };
  void begin_in_steady_state(std::uint32_t number, const RowPlacement& ring);
  void begin(std::uint32_t machine);
  void end(Machine& machine);
  sim::Task<void> compact(std::uint32_t number);
  sim::Time now() const { return context_.world.scheduler.now(); }

  Context& context_;
  const spec::Compaction& spec_;
  sim::TierIndex tier_;
  sim::MachineIndex first_;
  std::uint32_t disks_;  ///< Of a machine.
  std::vector<Machine> machines_;
  sim::Time measuring_since_{};
  std::uint64_t requests_ = 0, delayed_ = 0;
  sim::RequestTime waited_ = 0;
};

}  // namespace chatsim::models
