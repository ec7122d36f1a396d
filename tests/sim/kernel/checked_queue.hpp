#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <map>
#include <string>

#include "sim/kernel/event_queue.hpp"

namespace chatsim::tests {

using namespace sim;

/// The queue beside a std::multimap, which keeps equal keys in order of insertion. Every pop is compared; of
/// all that differs the first is kept, so that a million pops need no assertion each.
class CheckedQueue {
 public:
  void push(std::uint64_t time, unsigned event_class = 0) {
    const std::uint64_t key = time << 2 | event_class;
    queue_.push(key, Handle{++pushed_, 0});
    reference_.emplace_hint(reference_.upper_bound(key), key, pushed_);
  }

  /// \returns whether the reference had one up to the limit, which is now the instant that was reached.
  bool pop(std::uint64_t limit_time = ~std::uint64_t{0} >> 2) {
    const std::uint64_t limit = limit_time << 2 | 3;
    const auto first = reference_.begin();
    const bool expected = first != reference_.end() && first->first <= limit;
    EventQueue::Entry entry{};
    const bool actual = queue_.pop(limit, entry);
    if (expected != actual) note(fmt::format("popped {}, expected {}", actual, expected));
    if (!expected) {
      if (limit_time > now_ && limit_time != ~std::uint64_t{0} >> 2) now_ = limit_time;
      return false;
    }
    now_ = first->first >> 2;
    if (actual && (entry.key != first->first || entry.handle.block != first->second)) {
      note(fmt::format("popped {} with key {}, expected {} with key {}", entry.handle.block, entry.key,
                       first->second, first->first));
    }
    reference_.erase(first);
    if (queue_.size() != reference_.size()) note(fmt::format("size {}, expected {}", queue_.size(), size()));
    return true;
  }
  void drain() {
    while (pop() && difference_.empty()) {
    }
  }

  std::uint64_t now() const { return now_; }
  std::size_t size() const { return reference_.size(); }
  std::size_t bytes() const { return queue_.bytes(); }
  const std::string& difference() const { return difference_; }

 private:
  void note(const std::string& what) {
    if (difference_.empty()) difference_ = fmt::format("push {}, now {} ns: {}", pushed_, now_, what);
  }

  EventQueue queue_;
  std::multimap<std::uint64_t, std::uint32_t> reference_;
  std::uint32_t pushed_ = 0;
  std::uint64_t now_ = 0;
  std::string difference_;
};

}  // namespace chatsim::tests
