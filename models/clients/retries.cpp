#include "models/clients/retries.hpp"

#include "sim/kernel/scheduler.hpp"

namespace chatsim::models {

void Retries::wait(const ConnectAttempt& attempt, sim::Duration pause) {
  const sim::Time at = scheduler_.now() + pause;
  waiting_.push({at, attempt});
  if (at >= next_wake_) return;
  next_wake_ = at;
  sim::spawn(sim::no_machine, wake(at));
}

/// One that was overtaken by an earlier one finds nothing due, or what that one did not take.
sim::Task<void> Retries::wake(sim::Time at) {
  co_await sim::sleep(scheduler_, at - scheduler_.now());
  while (!waiting_.empty() && waiting_.top().at <= scheduler_.now()) {
    const ConnectAttempt attempt = waiting_.top().attempt;
    waiting_.pop();
    due_(attempt);
  }
  if (next_wake_ > at) co_return;
  next_wake_ = waiting_.empty() ? sim::time_never : waiting_.top().at;
  if (next_wake_ != sim::time_never) sim::spawn(sim::no_machine, wake(next_wake_));
}

}  // namespace chatsim::models
