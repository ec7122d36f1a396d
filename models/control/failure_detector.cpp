#include "models/control/failure_detector.hpp"

#include <algorithm>

#include "sim/kernel/random/fast_math.hpp"

namespace chatsim::models {

FailureDetector::FailureDetector(Context& context, Report report)
    : context_(context), heartbeats_(context, context.scenario.control), report_(std::move(report)) {}

void FailureDetector::start() {
  const double rate = heartbeats_.false_alarm_rate(context_.world.fleet.size());
  if (rate > 0) sim::spawn(sim::no_machine, raise_false_alarms(rate));
}

void FailureDetector::silent(sim::MachineIndex machine) {
  const auto [found, is_new] = troubled_.try_emplace(machine);
  Trouble& trouble = found->second;
  if (trouble.silent) return;
  trouble.silent = trouble.was_silent = true;
  trouble.since = now();
  trouble.hope = 0;
  if (!is_new) return;
  trouble.heard = heartbeats_.last_before(machine, now());
  wait_for_suspicion(machine, trouble);
}

void FailureDetector::audible(sim::MachineIndex machine) {
  const auto found = troubled_.find(machine);
  if (found == troubled_.end() || !found->second.silent) return;
  found->second.silent = false;
  wait_for_heartbeat(machine, found->second, heartbeats_.next_after(machine, now()));
}

bool FailureDetector::is_silent(sim::MachineIndex machine) const {
  const auto found = troubled_.find(machine);
  return found != troubled_.end() && found->second.silent;
}

void FailureDetector::listen_anew(const std::function<bool(sim::MachineIndex)>& is_down) {
  for (sim::MachineIndex machine = 0; machine < context_.world.fleet.size(); ++machine) {
    const auto found = troubled_.find(machine);
    if (found == troubled_.end() && !is_down(machine)) continue;
    Trouble& trouble = troubled_[machine];
    trouble.heard = now();
    wait_for_suspicion(machine, trouble);
    if (!trouble.silent) wait_for_heartbeat(machine, trouble, heartbeats_.next_after(machine, now()));
  }
}

std::optional<sim::Time> FailureDetector::trouble_since(sim::MachineIndex machine) const {
  const auto found = troubled_.find(machine);
  if (found == troubled_.end() || !found->second.was_silent) return std::nullopt;
  return found->second.since;
}

std::uint64_t FailureDetector::count_silent(const std::function<bool(sim::MachineIndex)>& counts) const {
  return static_cast<std::uint64_t>(std::count_if(troubled_.begin(), troubled_.end(), [&](const auto& entry) {
    return entry.second.silent && counts(entry.first);
  }));
}

void FailureDetector::wait_for_suspicion(sim::MachineIndex machine, Trouble& trouble) {
  trouble.patience = ++timers_;
  // A heartbeat that comes at the very deadline is in time.
  const sim::Time deadline = trouble.heard + heartbeats_.suspect_after() + sim::Duration{1};
  sim::spawn(sim::no_machine, suspect_at(machine, trouble.patience, std::max(deadline, now())));
}

void FailureDetector::wait_for_heartbeat(sim::MachineIndex machine, Trouble& trouble, sim::Time when) {
  trouble.hope = ++timers_;
  sim::spawn(sim::no_machine, hear_at(machine, trouble.hope, when));
}

sim::Task<void> FailureDetector::suspect_at(sim::MachineIndex machine, std::uint64_t timer, sim::Time when) {
  co_await sim::sleep(context_.world.scheduler, when - now());
  const auto found = troubled_.find(machine);
  if (found != troubled_.end() && found->second.patience == timer) report_(machine, false);
}

sim::Task<void> FailureDetector::hear_at(sim::MachineIndex machine, std::uint64_t timer, sim::Time when) {
  co_await sim::sleep(context_.world.scheduler, when - now());
  const auto found = troubled_.find(machine);
  if (found == troubled_.end() || found->second.hope != timer) co_return;
  troubled_.erase(found);
  report_(machine, true);
}

/// Of a whole fleet together: a Poisson process.
sim::Task<void> FailureDetector::raise_false_alarms(double rate) {
  for (std::uint64_t number = 0;; ++number) {
    const sim::Draw draw = context_.draw(Stream::false_alarm, number);
    const double wait = sim::negative_log(draw.bits64(0)) / rate;
    co_await sim::sleep(context_.world.scheduler, sim::to_duration(spec::Seconds{std::min(wait, 1e9)}));
    const auto machine = static_cast<sim::MachineIndex>(draw.below(context_.world.fleet.size(), 1));
    if (troubled_.contains(machine)) continue;
    Trouble& trouble = troubled_[machine];
    trouble.heard = now() - heartbeats_.suspect_after();
    wait_for_heartbeat(machine, trouble, now() + heartbeats_.false_alarm(number));
    report_(machine, false);
  }
}

}  // namespace chatsim::models
