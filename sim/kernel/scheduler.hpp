#pragma once

#include <array>
#include <coroutine>
#include <cstdint>
#include <deque>
#include <utility>

#include "sim/kernel/arena.hpp"
#include "sim/kernel/check.hpp"
#include "sim/kernel/event_queue.hpp"
#include "sim/kernel/time.hpp"
#include "sim/kernel/timeouts.hpp"

namespace chatsim::sim {

/// Order among events of one instant.
enum class EventClass : std::uint8_t {
  normal = 0,
  timeout = 1,  ///< What arrives at the very deadline is in time.
  control = 2,  ///< Measurement begins, the run ends: after all else of that instant.
};

/// The clock of the message plane and what happens when. Knows blocks of the arena and how to wake each kind of them;
/// nothing of SimGrid, which bounds how far it may run (see Plane).
class Scheduler {
 public:
  /// Called with the block that an event or a timeout woke.
  using Dispatch = void (*)(void* context, BlockHeader* block);

  Time now() const { return now_; }
  std::uint64_t events() const { return events_; }
  std::size_t pending() const { return queue_.size(); }

  void schedule(Time at, Handle handle, EventClass event_class = EventClass::normal) {
    CHATSIM_CHECK(at >= now_, "an event at {} ns, now is {} ns", at.time_since_epoch().count(),
                  now_.time_since_epoch().count());
    queue_.push((static_cast<std::uint64_t>(at.time_since_epoch().count()) << 2) | static_cast<unsigned>(event_class),
                handle);
  }

  /// Wakes the block `delay` from now, unless it is gone by then. O(1): a list a distinct delay, of which only the
  /// first waits in the queue. For the many timeouts that never come to pass.
  void schedule_timeout(Duration delay, Handle handle);

  /// How blocks of a kind are woken, by an event and by a timeout.
  void set_dispatch(BlockKind kind, Dispatch event, Dispatch timeout, void* context) {
    Target& target = dispatch_[static_cast<std::size_t>(kind)];
    target = {event, timeout, context, nullptr, nullptr};
  }
  /// Called for a block that will be woken soon, to bring what it will touch into the cache: first what the block
  /// itself points to, a few events later what that points to.
  void set_prefetch(BlockKind kind, Dispatch early, Dispatch late) {
    dispatch_[static_cast<std::size_t>(kind)].prefetch_early = early;
    dispatch_[static_cast<std::size_t>(kind)].prefetch_late = late;
  }

  /// Runs all events up to and including `bound`, unless stop_after_event() is called or `most_events` are done.
  /// Afterwards now() is the bound, or the time of the last event. \returns whether the bound was reached.
  bool run_until(Time bound, std::uint64_t most_events = std::uint64_t(-1));

  /// Ends run_until() when the current event is done.
  void stop_after_event() { stop_ = true; }

 private:
  struct Target {
    Dispatch event = nullptr;
    Dispatch timeout = nullptr;
    void* context = nullptr;
    Dispatch prefetch_early = nullptr;
    Dispatch prefetch_late = nullptr;
  };

  void dispatch(EventQueue::Entry entry);
  void prefetch_ahead();
  void prefetch_early(std::uint32_t block);
  void prefetch_late(std::uint32_t block);
  void fire(TimeoutList& list);

  EventQueue queue_;
  Time now_{};
  std::uint64_t events_ = 0;
  bool stop_ = false;
  std::array<Target, 16> dispatch_{};
  std::deque<TimeoutList> timeouts_;
};

/// The coroutine to go on with once the current one has suspended. g++ makes no tail calls at -O0 or under a
/// sanitizer, so that a chain of a million synchronous completions would overflow the stack if each resumed the next;
/// instead each leaves the next one here and returns.
inline std::coroutine_handle<> next_to_resume;

/// Resumes a coroutine, then whatever it leaves in next_to_resume, until nothing is left.
inline void resume_chain(std::coroutine_handle<> coroutine) {
  const std::coroutine_handle<> outer = std::exchange(next_to_resume, nullptr);
  for (; coroutine; coroutine = std::exchange(next_to_resume, nullptr)) coroutine.resume();
  next_to_resume = outer;
}

}  // namespace chatsim::sim
