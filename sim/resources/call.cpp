#include "sim/resources/call.hpp"

#include "sim/kernel/task.hpp"
#include "sim/resources/rpc.hpp"

namespace chatsim::sim {

void ReplyTo::answer(bool accepted, std::uint64_t value) {
  if (Rpc* rpc = std::exchange(rpc_, nullptr)) rpc->reply(leg_, accepted, value);
}

void Call::await_suspend(std::coroutine_handle<> coroutine) {
  record_->waiter = handle_of(coroutine);
  record_->result = &result_;
  rpc_.send(record_, timeout_);
}

bool CallGroup::Start::await_suspend(std::coroutine_handle<> parent) {
  CallRecord* record = call_.record_;
  record->waiter = handle_of(parent);
  record->group = &group_;
  record->in_group = true;
  ++group_.running_;
  call_.rpc_.send(record, call_.timeout_);
  if (group_.running_ < group_.limit_) return false;
  group_.wanted_ = group_.limit_ - 1;
  return true;
}

}  // namespace chatsim::sim
