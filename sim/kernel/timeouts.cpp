#include "sim/kernel/timeouts.hpp"

#include <cstring>

namespace chatsim::sim {

TimeoutList::TimeoutList(Duration duration)
    : duration_(duration),
      ring_(1024),
      block_(arena.allocate(sizeof(BlockHeader) + sizeof(TimeoutList*), BlockKind::timeout_list, Arena::Use::record)) {
  TimeoutList* self = this;
  std::memcpy(block_ + 1, &self, sizeof self);
}

TimeoutList::~TimeoutList() { arena.release(block_); }

Handle TimeoutList::handle() const { return arena.handle_of(block_); }

void TimeoutList::drop_dead() {
  while (begin_ != end_) {
    // The blocks lie at random: without looking ahead each check would wait for memory.
    if (end_ - begin_ > 16) arena.prefetch(ring_[(begin_ + 16) & (ring_.size() - 1)].handle.block);
    if (arena.alive(ring_[begin_ & (ring_.size() - 1)].handle)) return;
    ++begin_;
  }
}

void TimeoutList::make_room() {
  drop_dead();
  if (end_ - begin_ < ring_.size() / 2) return;
  std::vector<Pending> larger(ring_.size() * 2);
  for (std::uint64_t i = begin_; i != end_; ++i) larger[i & (larger.size() - 1)] = ring_[i & (ring_.size() - 1)];
  ring_ = std::move(larger);
}

bool TimeoutList::pop_due(Time now, Handle& handle) {
  drop_dead();
  if (begin_ == end_) return false;
  const Pending& head = ring_[begin_ & (ring_.size() - 1)];
  if (head.deadline > now) return false;
  handle = head.handle;
  ++begin_;
  return true;
}

Time TimeoutList::next_deadline() {
  drop_dead();
  return begin_ == end_ ? time_never : ring_[begin_ & (ring_.size() - 1)].deadline;
}

}  // namespace chatsim::sim
