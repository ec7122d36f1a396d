#include "models/control/heartbeats.hpp"

#include "sim/kernel/random/fast_math.hpp"

namespace chatsim::models {

Heartbeats::Heartbeats(const Context& context, const spec::Control& control)
    : context_(context),
      every_(sim::to_duration(control.heartbeat_every)),
      suspect_after_(sim::to_duration(control.suspect_after)),
      loss_(control.heartbeat_loss.value()),
      tolerated_(suspect_after_ / every_) {}

sim::Duration Heartbeats::phase_of(sim::MachineIndex machine) const {
  const auto every = static_cast<std::uint64_t>(every_.count());
  return sim::Duration{static_cast<sim::Duration::rep>(context_.draw(Stream::heartbeat, machine).below(every, 0))};
}

bool Heartbeats::lost(sim::MachineIndex machine, std::int64_t number) const {
  if (loss_ == 0) return false;
  // Step 0 is the phase's.
  const auto step = static_cast<std::uint32_t>(number) | 0x80000000;
  return context_.draw(Stream::heartbeat, machine, step).uniform64(0) < loss_;
}

sim::Time Heartbeats::last_before(sim::MachineIndex machine, sim::Time when) const {
  const sim::Time first{phase_of(machine)};
  std::int64_t number = (when - first) / every_;
  if (first + number * every_ > when) --number;
  for (std::int64_t i = 1; i < tolerated_ && lost(machine, number); ++i) --number;
  return first + number * every_;
}

sim::Time Heartbeats::next_after(sim::MachineIndex machine, sim::Time when) const {
  const sim::Time first{phase_of(machine)};
  std::int64_t number = (when - first) / every_;
  while (first + number * every_ <= when || lost(machine, number)) ++number;
  return first + number * every_;
}

double Heartbeats::false_alarm_rate(std::uint32_t machines) const {
  double rate = machines * (1 - loss_) / sim::to_seconds(every_).value();
  for (std::int64_t i = 0; i < tolerated_ && rate > 0; ++i) rate *= loss_;
  return rate;
}

sim::Duration Heartbeats::false_alarm(std::uint64_t number) const {
  // Further ones are lost, each with the same probability.
  const double lost = sim::negative_log(context_.draw(Stream::false_alarm, number, 1).bits64(0)) /
                      sim::negative_log(static_cast<std::uint64_t>(loss_ * 0x1p64));
  const auto further = static_cast<std::int64_t>(lost);
  return (tolerated_ + 1 + further) * every_ - suspect_after_;
}

}  // namespace chatsim::models
