#pragma once

#include <cstdint>
#include <vector>

#include "sim/kernel/task.hpp"

namespace chatsim::sim {

/// Tasks that one task runs in parallel, at most `limit` at a time, and waits for. It lives in the frame of that task:
/// if the frame dies, the children die with it.
///
///     TaskGroup group(machine, limit);
///     for (...) co_await group.start(child(...));   // waits while `limit` children run
///     co_await group.join();
class TaskGroup {
 public:
  /// \param machine that of the task that owns the group: the children run there.
  TaskGroup(std::uint32_t machine, std::uint32_t limit) : machine_(machine), limit_(limit) {}
  TaskGroup(const TaskGroup&) = delete;
  TaskGroup& operator=(const TaskGroup&) = delete;
  ~TaskGroup() {
    for (const Handle child : children_) kill(child);
  }

  class [[nodiscard]] Start {
   public:
    Start(TaskGroup& group, Task<void> child) : group_(group), child_(std::move(child)) {}
    bool await_ready() const { return group_.running_ < group_.limit_; }
    void await_suspend(std::coroutine_handle<> parent) { group_.waiter_ = parent; }
    void await_resume() {
      // By now the parent is running, on its machine.
      ++group_.running_;
      const Handle child = spawn(group_.machine_, supervise(&group_, std::move(child_)));
      if (arena.alive(child)) group_.remember(child);
    }

   private:
    TaskGroup& group_;
    Task<void> child_;
  };
  Start start(Task<void> child) { return {*this, std::move(child)}; }

  class [[nodiscard]] Join {
   public:
    explicit Join(TaskGroup& group) : group_(group) {}
    bool await_ready() const { return group_.running_ == 0; }
    void await_suspend(std::coroutine_handle<> parent) {
      group_.joining_ = true;
      group_.waiter_ = parent;
    }
    void await_resume() const {}

   private:
    TaskGroup& group_;
  };
  Join join() { return Join{*this}; }

 private:
  // A child is a root of its own, so that it frees itself; the group's destructor ends it if it is still there, so the
  // pointer stays valid.
  static Task<void> supervise(TaskGroup* group, Task<void> child) {
    co_await child;
    --group->running_;
    if (!group->waiter_ || (group->joining_ && group->running_ != 0)) co_return;
    // The parent goes on when this frame is out of the way.
    next_to_resume = std::exchange(group->waiter_, nullptr);
  }

  void remember(Handle child) {
    if (children_.size() >= 2 * std::size_t{limit_} + 16) {
      std::erase_if(children_, [](Handle handle) { return !arena.alive(handle); });
    }
    children_.push_back(child);
  }

  std::uint32_t machine_;
  std::uint32_t limit_;
  std::uint32_t running_ = 0;
  bool joining_ = false;
  std::coroutine_handle<> waiter_;
  std::vector<Handle> children_;
};

}  // namespace chatsim::sim
