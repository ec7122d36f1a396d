#pragma once

#include <coroutine>
#include <utility>

#include "sim/kernel/task.hpp"

namespace chatsim::models {

/// Whether something that is tried again until it is confirmed has been done. It lives in the frame of whoever tries;
/// who does it holds a OnceRef. At-least-once delivery and no second effect, without a table of all that was ever done.
struct Once {
  bool done = false;
};

/// Names the Once of a task that may be gone by then.
class OnceRef {
 public:
  OnceRef() = default;
  OnceRef(sim::Handle owner, Once& once) : owner_(owner), once_(&once) {}
  /// Of something whose owner is gone.
  static OnceRef without_owner() {
    static Once of_nobody;
    return {sim::Handle{}, of_nobody};
  }

  /// Whoever tried is not there to be told: it died, or gave up. It may be tried again by somebody else.
  bool owner_is_gone() const { return once_ != nullptr && (!owner_ || !sim::arena.alive(owner_)); }

  /// Marks it as done. \returns false if it was done before, as far as is known here.
  bool first() const {
    if (once_ == nullptr || owner_is_gone()) return true;
    return !std::exchange(once_->done, true);
  }

 private:
  sim::Handle owner_;
  Once* once_ = nullptr;
};

/// `const sim::Handle self = co_await this_task();`: names the coroutine that asks.
struct [[nodiscard]] this_task {
  sim::Handle handle;
  bool await_ready() const { return false; }
  bool await_suspend(std::coroutine_handle<> coroutine) {
    handle = sim::handle_of(coroutine);
    return false;
  }
  sim::Handle await_resume() const { return handle; }
};

}  // namespace chatsim::models
