#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace chatsim::bench {

/// A calendar queue of plain structs, for the yardstick only: 2^15 days in a ring, each a chain of 16-byte nodes; the day
/// that has come is sorted, and a bitmap leads over the empty ones. An event of another year waits in its day. Brown:
/// Calendar queues, CACM 31(10), 1988; whose days adapt themselves, where these have the width that suits the rate of events
/// from the beginning, to the advantage of the yardstick.
class CalendarQueue {
 public:
  struct Event {
    std::uint64_t time_ns;
    std::uint32_t what;
  };

  explicit CalendarQueue(double events_per_s)
      : shift_(static_cast<unsigned>(std::bit_width(static_cast<std::uint64_t>(events_per_day * 1e9 / events_per_s)))),
        first_(days, 0),
        occupied_(days / 64, 0),
        nodes_(1) {}

  void push(std::uint64_t time_ns, std::uint32_t what) {
    const std::uint64_t day = time_ns >> shift_;
    if (day <= today_) return insert_today({time_ns, what});
    const std::uint32_t node = new_node();
    const std::uint64_t slot = day % days;
    nodes_[node] = {time_ns, what, first_[slot]};
    first_[slot] = node;
    occupied_[slot / 64] |= std::uint64_t{1} << slot % 64;
  }

  /// There must be one.
  std::uint64_t next_ns() {
    while (sorted_.empty()) open_next_day();
    return sorted_.back().time_ns;
  }

  /// There must be one.
  Event pop() {
    while (sorted_.empty()) open_next_day();
    const Event first = sorted_.back();
    sorted_.pop_back();
    return first;
  }

 private:
  static constexpr double events_per_day = 3;
  static constexpr std::uint64_t days = std::uint64_t{1} << 15;

  struct Node {
    std::uint64_t time_ns;
    std::uint32_t what;
    std::uint32_t next;
  };

  std::uint32_t new_node() {
    if (free_ == 0) {
      nodes_.emplace_back();
      return static_cast<std::uint32_t>(nodes_.size() - 1);
    }
    const std::uint32_t node = free_;
    free_ = nodes_[node].next;
    return node;
  }

  // Latest first, so that the earliest is at the end. Equal times are ordered by what happens, hence always alike.
  void insert_today(Event event) {
    const auto later = [](const Event& a, const Event& b) {
      return a.time_ns != b.time_ns ? a.time_ns > b.time_ns : a.what > b.what;
    };
    sorted_.push_back(event);
    for (std::size_t i = sorted_.size() - 1; i > 0 && later(sorted_[i], sorted_[i - 1]); --i) {
      std::swap(sorted_[i], sorted_[i - 1]);
    }
  }

  void open_next_day() {
    today_ += days_until_occupied();
    const std::uint64_t slot = today_ % days;
    std::uint32_t left = 0;
    for (std::uint32_t node = first_[slot], next = 0; node != 0; node = next) {
      next = nodes_[node].next;
      const bool due = nodes_[node].time_ns >> shift_ == today_;
      if (due) insert_today({nodes_[node].time_ns, nodes_[node].what});
      std::uint32_t& chain = due ? free_ : left;
      nodes_[node].next = chain;
      chain = node;
    }
    first_[slot] = left;
    if (left == 0) occupied_[slot / 64] &= ~(std::uint64_t{1} << slot % 64);
  }

  std::uint64_t days_until_occupied() const {
    const std::uint64_t from = (today_ + 1) % days;
    std::uint64_t passed = 0;
    std::uint64_t word = occupied_[from / 64] >> from % 64;
    if (word != 0) return 1 + static_cast<std::uint64_t>(std::countr_zero(word));
    passed = 64 - from % 64;
    while ((word = occupied_[(from + passed) % days / 64]) == 0) passed += 64;
    return 1 + passed + static_cast<std::uint64_t>(std::countr_zero(word));
  }

  unsigned shift_;  // A day is 2^shift_ ns.
  std::uint64_t today_ = 0;
  std::vector<Event> sorted_;
  std::vector<std::uint32_t> first_;
  std::vector<std::uint64_t> occupied_;
  std::vector<Node> nodes_;
  std::uint32_t free_ = 0;
};

}  // namespace chatsim::bench
