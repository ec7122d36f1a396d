#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <variant>

namespace chatsim::models {

/// Work done in a forked child: its own address space, hence its own SimGrid engine.
///
///     parent                                   child
///     Child child(work)
///       fork ---------------------------------> work(stop, notify)
///       on_notice(bytes)  <---- pipe, frames --   notify(bytes), any number of times
///       child.stop()       -- shared memory -->   stop
///       ChildOutput       <---- pipe, frames --   the string that work returns; _exit
///
/// The child does not see the terminal's Ctrl-C, which goes to the whole process group: the parent decides
/// what it means. It dies with its parent. Must not be made in a process that has other threads. A child may have
/// children of its own.

using Notify = std::function<void(std::string_view)>;
using ChildWork = std::function<std::string(const std::atomic<bool>& stop, const Notify& notify)>;

struct ChildOutput {
  std::string bytes;
  std::uint64_t peak_rss_bytes = 0;  ///< Of the child, pages shared with the parent included.
};

/// The child threw (its message), was killed (the signal's name) or left without an output.
struct ChildFailure {
  std::string message;
};

/// A child under way, for those who wait for several. Destroyed before its end, it is killed, but only by the process
/// that made it: copies of it in processes that were forked since are no more than memory.
class Child {
 public:
  /// Throws std::system_error when there is no process or pipe to be had.
  explicit Child(const ChildWork& work);
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  ~Child();

  /// Splits the process that does the work of a Child in two, in the middle of it; both go on from here. The new one,
  /// where this returns nullptr, stands for the work of the Child that the other one gets: what it notifies and puts
  /// out goes there. It sees the `stop` of the one that was split, so that stop() of this Child has no effect.
  static std::unique_ptr<Child> split();

  int process() const;     ///< Its id.
  int descriptor() const;  ///< Readable (poll) when there is something to read().

  /// Asks it to end early.
  void stop();

  /// Waits for something to come and takes it; false when nothing will come any more. What `on_notice` throws
  /// passes through.
  bool read(const Notify& on_notice);

  /// What it came to. Once, after read() was false.
  std::variant<ChildOutput, ChildFailure> end();

 private:
  struct State;
  explicit Child(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

/// Ends the process that does the work of a Child, from anywhere within it, with an output.
[[noreturn]] void leave_child(std::string_view output);

/// How late a wish to stop is noticed by who polls children, when no signal interrupts the poll.
inline constexpr int poll_interval_ms = 50;

/// One child from its beginning to its end. Throws as Child does. What `on_notice` throws ends the child.
std::variant<ChildOutput, ChildFailure> run_in_child(const ChildWork& work, const std::atomic<bool>& stop,
                                                     const Notify& on_notice);

}  // namespace chatsim::models
