#include "sim/kernel/scheduler.hpp"

#include <cstring>

namespace chatsim::sim {

namespace {

constexpr std::size_t late_distance = 8;  // Events.

}  // namespace

void Scheduler::schedule_timeout(Duration delay, Handle handle) {
  TimeoutList* list = nullptr;
  for (TimeoutList& candidate : timeouts_) {
    if (candidate.duration() == delay) {
      list = &candidate;
      break;
    }
  }
  if (list == nullptr) list = &timeouts_.emplace_back(delay);
  list->push(now_ + delay, handle);
  if (!list->armed) {
    list->armed = true;
    schedule(now_ + delay, list->handle(), EventClass::timeout);
  }
}

void Scheduler::fire(TimeoutList& list) {
  // The list stays armed meanwhile: waking one may set another timeout of this duration, for which those that were
  // set before it must not wait.
  for (Handle handle; list.pop_due(now_, handle);) {
    BlockHeader* block = arena.at(handle.block);
    const Target& target = dispatch_[static_cast<std::size_t>(block->kind)];
    CHATSIM_CHECK(target.timeout != nullptr, "no timeout for blocks of kind {}", static_cast<int>(block->kind));
    target.timeout(target.context, block);
  }
  const Time next = list.next_deadline();
  list.armed = next != time_never;
  if (list.armed) schedule(next, list.handle(), EventClass::timeout);
}

void Scheduler::dispatch(EventQueue::Entry entry) {
  BlockHeader* block = arena.at(entry.handle.block);
  if (block->generation != entry.handle.generation) return;  // It died; nobody misses it.
  ++events_;
  if (block->kind == BlockKind::coroutine) {
    resume_chain(std::coroutine_handle<>::from_address(block + 1));
  } else if (block->kind == BlockKind::timeout_list) {
    TimeoutList* list = nullptr;
    std::memcpy(&list, block + 1, sizeof list);
    fire(*list);
  } else {
    const Target& target = dispatch_[static_cast<std::size_t>(block->kind)];
    CHATSIM_CHECK(target.event != nullptr, "no event for blocks of kind {}", static_cast<int>(block->kind));
    target.event(target.context, block);
  }
}

void Scheduler::prefetch_early(std::uint32_t index) {
  BlockHeader* block = arena.at(index);
  const Target& target = dispatch_[static_cast<std::size_t>(block->kind)];
  if (target.prefetch_early != nullptr) target.prefetch_early(target.context, block);
}

void Scheduler::prefetch_late(std::uint32_t index) {
  BlockHeader* block = arena.at(index);
  // A coroutine that goes on touches its whole frame.
  if (block->kind == BlockKind::coroutine) arena.prefetch(index + 1, 6);
  const Target& target = dispatch_[static_cast<std::size_t>(block->kind)];
  if (target.prefetch_late != nullptr) target.prefetch_late(target.context, block);
}

/// An event touches its block, what that points to, and what that points to in turn; waiting for memory at each would
/// cost more than all the rest. So a block is fetched two buckets of the queue ahead, what it points to one bucket
/// ahead, and the rest a few events ahead.
void Scheduler::prefetch_ahead() {
  if (queue_.take_opened()) {
    queue_.visit_bucket_ahead(2, [](Handle handle) { arena.prefetch(handle.block); });
    queue_.visit_bucket_ahead(1, [this](Handle handle) { prefetch_early(handle.block); });
  }
  if (const EventQueue::Entry* ahead = queue_.look_ahead(late_distance)) prefetch_late(ahead->handle.block);
}

bool Scheduler::run_until(Time bound, std::uint64_t most_events) {
  stop_ = false;
  const std::uint64_t stop_at = most_events > ~events_ ? ~std::uint64_t{0} : events_ + most_events;
  const std::uint64_t limit = (static_cast<std::uint64_t>(bound.time_since_epoch().count()) << 2) | 3;
  for (EventQueue::Entry entry; queue_.pop(limit, entry);) {
    now_ = Time{Duration{static_cast<Duration::rep>(entry.key >> 2)}};
    prefetch_ahead();
    dispatch(entry);
    if (stop_ || events_ >= stop_at) return false;
  }
  now_ = bound;
  return true;
}

}  // namespace chatsim::sim
