#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <variant>

namespace chatsim::models {

/// Work done in a forked child: its own address space, hence its own SimGrid engine.
///
///     parent                                   child
///     run_in_child(work, stop, on_notice)
///       fork ---------------------------------> work(stop, notify)
///       on_notice(bytes)  <---- pipe, frames --   notify(bytes), any number of times
///       stop becomes true  -- shared memory -->   stop
///       ChildOutput       <---- pipe, frames --   the string that work returns; _exit
///
/// The child does not see the terminal's Ctrl-C, which goes to the whole process group: the parent decides
/// what it means. It dies with its parent. Must not be called from a process that has other threads.

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

/// Throws std::system_error when there is no process or pipe to be had. What `on_notice` throws ends the
/// child.
std::variant<ChildOutput, ChildFailure> run_in_child(const ChildWork& work, const std::atomic<bool>& stop,
                                                     const Notify& on_notice);

}  // namespace chatsim::models
