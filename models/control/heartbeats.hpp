#pragma once

#include "models/service/context.hpp"
#include "scenarios/spec/control.hpp"

namespace chatsim::models {

/// When each machine sends its heartbeats, and which of them are lost: a function of machine and seed, so that no heartbeat
/// has to be an event. How long they travel, some ten microseconds, is left out.
class Heartbeats {
 public:
  Heartbeats(const Context& context, const spec::Control& control);

  /// The last one that arrived, sent at or before `when`. Of more lost ones in a row than make a machine suspect, all
  /// but so many are taken for arrived: these machines are false_alarm_rate()'s.
  sim::Time last_before(sim::MachineIndex machine, sim::Time when) const;
  /// The first one that arrives, sent after `when`.
  sim::Time next_after(sim::MachineIndex machine, sim::Time when) const;

  /// A machine is suspected when it was not heard of for longer than this.
  sim::Duration suspect_after() const { return suspect_after_; }
  /// Of so many healthy machines, how many are suspected in a second: so many heartbeats in a row have to be lost, and the
  /// one before them not, q^k (1 - q) / interval.
  double false_alarm_rate(std::uint32_t machines) const;
  /// How long a false alarm lasts, by its number: until the next heartbeat that arrives.
  sim::Duration false_alarm(std::uint64_t number) const;

 private:
  bool lost(sim::MachineIndex machine, std::int64_t number) const;
  sim::Duration phase_of(sim::MachineIndex machine) const;

  const Context& context_;
  sim::Duration every_;
  sim::Duration suspect_after_;
  double loss_;
  std::int64_t tolerated_;  ///< Lost in a row, they make a machine suspect.
};

}  // namespace chatsim::models
