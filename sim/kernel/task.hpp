#pragma once

#include <coroutine>
#include <exception>
#include <optional>
#include <utility>

#include "sim/kernel/arena.hpp"
#include "sim/kernel/scheduler.hpp"

namespace chatsim::sim {

/// No machine: what runs here dies only with the simulation.
inline constexpr std::uint32_t no_machine = 0xffffffff;

/// BlockHeader::state of a coroutine that was spawned; the others belong to whoever awaits them.
inline constexpr std::uint8_t root_state = 1;

template <class T>
class Task;

namespace detail {

inline BlockHeader* block_of(std::coroutine_handle<> coroutine) {
  return static_cast<BlockHeader*>(coroutine.address()) - 1;
}

class TaskPromiseBase {
 public:
  static void* operator new(std::size_t bytes) {
    return arena.allocate(bytes + sizeof(BlockHeader), BlockKind::coroutine, Arena::Use::frame) + 1;
  }
  static void operator delete(void* frame) { arena.release(static_cast<BlockHeader*>(frame) - 1); }

  std::suspend_always initial_suspend() noexcept { return {}; }

  /// Goes on with whoever awaits this task; a root, which nobody awaits, frees itself.
  struct FinalAwaiter {
    bool await_ready() const noexcept { return false; }
    template <class Promise>
    void await_suspend(std::coroutine_handle<Promise> coroutine) const noexcept {
      TaskPromiseBase& promise = coroutine.promise();
      if (promise.continuation_) {
        next_to_resume = promise.continuation_;
      } else if (promise.detached_) {
        coroutine.destroy();
      }
    }
    void await_resume() const noexcept {}
  };
  FinalAwaiter final_suspend() noexcept { return {}; }

  void set_continuation(std::coroutine_handle<> continuation) { continuation_ = continuation; }
  void set_detached() { detached_ = true; }
  bool detached() const { return detached_; }

 private:
  std::coroutine_handle<> continuation_;
  bool detached_ = false;
};

template <class T>
class TaskPromise : public TaskPromiseBase {
 public:
  Task<T> get_return_object();
  void unhandled_exception() { exception_ = std::current_exception(); }
  void return_value(T value) { value_.emplace(std::move(value)); }
  T take() {
    if (exception_) std::rethrow_exception(exception_);
    return std::move(*value_);
  }

 private:
  std::optional<T> value_;
  std::exception_ptr exception_;
};

template <>
class TaskPromise<void> : public TaskPromiseBase {
 public:
  Task<void> get_return_object();
  // An exception is a bug of ours: out of a root it ends the run.
  void unhandled_exception() {
    if (detached()) throw;
    exception_ = std::current_exception();
  }
  void return_void() {}
  void take() {
    if (exception_) std::rethrow_exception(exception_);
  }

 private:
  std::exception_ptr exception_;
};

}  // namespace detail

/// A piece of service logic that runs on one machine. It starts when awaited or spawned, and belongs to whoever holds
/// it: destroying a task destroys the tasks it awaits, innermost first.
///
/// Coroutines take their parameters by value (a reference would outlive what it refers to), and a temporary with a
/// destructor has no place in a conditional co_await (g++ 12 destroys it twice).
template <class T>
class [[nodiscard]] Task {
 public:
  using promise_type = detail::TaskPromise<T>;

  Task() = default;
  explicit Task(std::coroutine_handle<promise_type> coroutine) : coroutine_(coroutine) {}
  Task(Task&& other) noexcept : coroutine_(std::exchange(other.coroutine_, nullptr)) {}
  Task& operator=(Task&& other) noexcept {
    std::swap(coroutine_, other.coroutine_);
    return *this;
  }
  ~Task() {
    if (coroutine_) coroutine_.destroy();
  }

  struct Awaiter {
    std::coroutine_handle<promise_type> coroutine;
    bool await_ready() const noexcept { return false; }
    void await_suspend(std::coroutine_handle<> parent) const noexcept {
      detail::block_of(coroutine)->machine = detail::block_of(parent)->machine;
      coroutine.promise().set_continuation(parent);
      next_to_resume = coroutine;
    }
    T await_resume() const { return coroutine.promise().take(); }
  };
  Awaiter operator co_await() const noexcept { return {coroutine_}; }

  std::coroutine_handle<promise_type> release() { return std::exchange(coroutine_, nullptr); }

 private:
  std::coroutine_handle<promise_type> coroutine_;
};

template <class T>
Task<T> detail::TaskPromise<T>::get_return_object() {
  return Task<T>(std::coroutine_handle<TaskPromise<T>>::from_promise(*this));
}
inline Task<void> detail::TaskPromise<void>::get_return_object() {
  return Task<void>(std::coroutine_handle<TaskPromise<void>>::from_promise(*this));
}

/// Names a coroutine that waits for something: stale once its machine has died.
inline Handle handle_of(std::coroutine_handle<> coroutine) { return arena.handle_of(detail::block_of(coroutine)); }

/// Starts a task at once as a root on a machine: it runs until its first wait before this returns, frees itself when
/// it is done, and dies with the machine.
inline Handle spawn(std::uint32_t machine, Task<void> task) {
  const auto coroutine = task.release();
  BlockHeader* block = detail::block_of(coroutine);
  block->machine = machine;
  block->state = root_state;
  coroutine.promise().set_detached();
  const Handle handle = arena.handle_of(block);
  resume_chain(coroutine);
  return handle;
}

/// Ends a root, if it is still there, with everything it awaits.
inline void kill(Handle root) {
  if (arena.alive(root)) std::coroutine_handle<>::from_address(arena.at(root.block) + 1).destroy();
}

/// Ends all that runs on a machine. Costs a walk over every block of the arena.
void kill_machine(std::uint32_t machine);

/// co_await sleep(scheduler, delay): goes on `delay` later.
class [[nodiscard]] sleep {
 public:
  sleep(Scheduler& scheduler, Duration delay) : scheduler_(scheduler), at_(scheduler.now() + delay) {}
  bool await_ready() const { return false; }
  void await_suspend(std::coroutine_handle<> coroutine) const { scheduler_.schedule(at_, handle_of(coroutine)); }
  void await_resume() const {}

 private:
  Scheduler& scheduler_;
  Time at_;
};

}  // namespace chatsim::sim
