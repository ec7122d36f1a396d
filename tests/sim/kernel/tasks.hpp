#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "sim/kernel/task.hpp"

/// Tasks that several tests run.
namespace chatsim::tests {

using namespace sim;
using sim::sleep;  // Not the one of unistd.h.

inline Time at(Duration since_start) { return Time{since_start}; }

/// Says when it goes.
struct Local {
  std::string* log;
  std::string name;
  ~Local() { *log += "~" + name + " "; }
};

inline Task<void> note(Scheduler* scheduler, Duration delay, int id, std::vector<int>* order) {
  co_await sleep(*scheduler, delay);
  order->push_back(id);
}

/// Gives a task's value to somebody outside.
template <class T>
Task<void> keep(Task<T> task, T* result) {
  *result = co_await task;
}

/// As many tasks, each awaiting the next; the innermost sleeps for a millisecond.
inline Task<int> depth(Scheduler* scheduler, int levels) {
  if (levels == 0) {
    co_await sleep(*scheduler, std::chrono::milliseconds{1});
    co_return 0;
  }
  const int below = co_await depth(scheduler, levels - 1);
  co_return below + 1;
}

}  // namespace chatsim::tests
