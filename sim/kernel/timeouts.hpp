#pragma once

#include <cstdint>
#include <vector>

#include "sim/kernel/arena.hpp"
#include "sim/kernel/time.hpp"

namespace chatsim::sim {

/// Timeouts of one duration: they expire in the order in which they were set, so a ring buffer holds them and only
/// the head needs an entry in the event queue. What completed meanwhile is dropped from the head in passing; the
/// ring's size follows the oldest request that is still open, not the length of the timeout.
class TimeoutList {
 public:
  explicit TimeoutList(Duration duration);
  ~TimeoutList();
  TimeoutList(const TimeoutList&) = delete;
  TimeoutList& operator=(const TimeoutList&) = delete;

  Duration duration() const { return duration_; }

  void push(Time deadline, Handle handle) {
    if (end_ - begin_ == ring_.size()) make_room();
    ring_[end_++ & (ring_.size() - 1)] = {deadline, handle};
  }

  /// Removes the next one that is due and still alive. \returns false if there is none.
  bool pop_due(Time now, Handle& handle);

  /// Deadline of the first that is still alive, time_never if there is none. Drops the dead before it.
  Time next_deadline();

  /// The block that stands for this list in the event queue.
  Handle handle() const;
  bool armed = false;  ///< Whether it stands there now.

 private:
  struct Pending {
    Time deadline;
    Handle handle;
  };

  void drop_dead();
  void make_room();

  Duration duration_;
  std::vector<Pending> ring_;  // Size is a power of two.
  std::uint64_t begin_ = 0;
  std::uint64_t end_ = 0;
  BlockHeader* block_;
};

}  // namespace chatsim::sim
