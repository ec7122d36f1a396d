#pragma once

#include <functional>
#include <map>
#include <optional>

#include "models/control/heartbeats.hpp"

namespace chatsim::models {

/// Suspects machines whose heartbeats do not come: those that are down or cannot be reached, a while after the last one
/// that came; and some that are well, if heartbeats are lost.
///
///     heartbeats  | | | | x                    | | |
///                       last   |               ^ heard of again
///     machine     ----------X  | down   o------
///                       <------> suspect_after
///
/// Only machines in trouble cost anything: a timer each and an entry here.
class FailureDetector {
 public:
  /// What it says of a machine: that it is down, or that it is well.
  using Report = std::function<void(sim::MachineIndex machine, bool up)>;

  FailureDetector(Context& context, Report report);

  /// False alarms begin, if there are to be any.
  void start();

  /// A machine's heartbeats do not come any more, or come again.
  void silent(sim::MachineIndex machine);
  void audible(sim::MachineIndex machine);
  bool is_silent(sim::MachineIndex machine) const;
  /// Somebody else listens from now on: whom he does not hear he suspects as if he had heard him just now. Those that
  /// `is_down` has been told are heard of at their next heartbeat.
  void listen_anew(const std::function<bool(sim::MachineIndex)>& is_down);

  /// Since when a machine has been in trouble; nothing if it is suspected without reason.
  std::optional<sim::Time> trouble_since(sim::MachineIndex machine) const;
  std::uint64_t count_silent(const std::function<bool(sim::MachineIndex)>& counts) const;

 private:
  struct Trouble {
    bool silent = false;
    bool was_silent = false;  ///< Else it is a false alarm.
    sim::Time since{};        ///< It fell silent.
    sim::Time heard{};        ///< Of its last heartbeat.
    std::uint64_t patience = 0;  ///< The timer that makes it suspect.
    std::uint64_t hope = 0;      ///< The timer of its next heartbeat; 0 is none.
  };

  void wait_for_suspicion(sim::MachineIndex machine, Trouble& trouble);
  void wait_for_heartbeat(sim::MachineIndex machine, Trouble& trouble, sim::Time when);
  sim::Task<void> suspect_at(sim::MachineIndex machine, std::uint64_t timer, sim::Time when);
  sim::Task<void> hear_at(sim::MachineIndex machine, std::uint64_t timer, sim::Time when);
  sim::Task<void> raise_false_alarms(double rate);
  sim::Time now() const { return context_.world.scheduler.now(); }

  Context& context_;
  Heartbeats heartbeats_;
  Report report_;
  std::map<sim::MachineIndex, Trouble> troubled_;
  std::uint64_t timers_ = 0;
};

}  // namespace chatsim::models
