#include "sim/kernel/event_queue.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

namespace chatsim::sim {

struct EventQueue::Later {
  bool operator()(const Sequenced& a, const Sequenced& b) const {
    return a.key != b.key ? a.key > b.key : a.sequence > b.sequence;
  }
};

EventQueue::EventQueue() : coarse_(coarse_count), chunks_(1), next_of_(1) {}

std::size_t EventQueue::bytes() const {
  return chunks_.capacity() * sizeof(Chunk) + next_of_.capacity() * sizeof(std::uint32_t) + coarse_.capacity() * sizeof(Bucket) +
         today_.capacity() * sizeof(Entry) + (late_.capacity() + far_.capacity()) * sizeof(Sequenced);
}

void EventQueue::new_chunk(Bucket& bucket) {
  std::uint32_t chunk = free_chunk_;
  if (chunk != 0) {
    free_chunk_ = next_of_[chunk];
  } else {
    chunk = static_cast<std::uint32_t>(chunks_.size());
    chunks_.emplace_back();
    next_of_.push_back(0);
  }
  next_of_[chunk] = bucket.chunk;
  bucket = {chunk, 0};
}

/// Empties a bucket, oldest entry first.
template <class Visit>
void EventQueue::drain(Bucket& bucket, Visit visit) {
  chain_.clear();
  for (std::uint32_t chunk = bucket.chunk; chunk != 0; chunk = next_of_[chunk]) chain_.push_back(chunk);
  const unsigned used = bucket.used;
  bucket = {};
  for (std::size_t i = chain_.size(); i-- > 0;) {
    const std::uint32_t chunk = chain_[i];
    if (i >= 3) {
      const auto* ahead = reinterpret_cast<const std::byte*>(&chunks_[chain_[i - 3]]);
      for (std::size_t line = 0; line < sizeof(Chunk); line += 64) __builtin_prefetch(ahead + line);
    }
    const unsigned count = i == 0 ? used : entries_per_chunk;
    for (unsigned k = 0; k < count; ++k) {
      const Entry entry = chunks_[chunk][k];  // By value: visiting may grow chunks_.
      visit(entry);
    }
    next_of_[chunk] = free_chunk_;
    free_chunk_ = chunk;
  }
}

void EventQueue::push_late(Entry entry) {
  late_.push_back({entry.key, sequence_++, entry.handle});
  std::push_heap(late_.begin(), late_.end(), Later{});
}

EventQueue::Entry EventQueue::pop_late() {
  std::pop_heap(late_.begin(), late_.end(), Later{});
  const Entry entry{late_.back().key, late_.back().handle};
  late_.pop_back();
  return entry;
}

void EventQueue::push_far(Entry entry) {
  far_.push_back({entry.key, sequence_++, entry.handle});
  std::push_heap(far_.begin(), far_.end(), Later{});
}

/// Moves what the horizon has reached from the heap into its coarse buckets. Nothing can have been appended to those
/// directly before, so the order of insertion stays.
void EventQueue::pull_far() {
  while (!far_.empty()) {
    const std::uint64_t coarse = far_.front().key >> (class_bits + shift_ + fine_bits);
    if (coarse - coarse_cursor_ >= coarse_count) return;
    std::pop_heap(far_.begin(), far_.end(), Later{});
    const std::uint64_t slot = coarse & (coarse_count - 1);
    coarse_occupied_[slot / 64] |= std::uint64_t{1} << (slot % 64);
    append(coarse_[slot], {far_.back().key, far_.back().handle});
    far_.pop_back();
  }
}

/// Makes the next coarse bucket that holds something the current one and spreads it over the fine buckets.
bool EventQueue::next_coarse(std::uint64_t limit) {
  const std::uint64_t start = coarse_cursor_ + 1;
  std::uint64_t found = coarse_count;  // Distance from start.
  for (std::uint64_t distance = 0; distance < coarse_count;) {
    const std::uint64_t slot = (start + distance) & (coarse_count - 1);
    const std::uint64_t word = coarse_occupied_[slot / 64] >> (slot % 64);
    if (word != 0) {
      found = distance + static_cast<std::uint64_t>(std::countr_zero(word));
      break;
    }
    distance += 64 - slot % 64;
  }
  if (found == coarse_count && far_.empty()) return false;
  const std::uint64_t next =
      found < coarse_count ? start + found : far_.front().key >> (class_bits + shift_ + fine_bits);
  if (next << (class_bits + shift_ + fine_bits) > limit) return false;
  coarse_cursor_ = next;
  fine_cursor_ = (coarse_cursor_ << fine_bits) - 1;
  pull_far();
  const std::uint64_t slot = coarse_cursor_ & (coarse_count - 1);
  coarse_occupied_[slot / 64] &= ~(std::uint64_t{1} << (slot % 64));
  drain(coarse_[slot], [this](Entry entry) {
    const std::uint64_t fine = (entry.key >> (class_bits + shift_)) % fine_count;
    fine_occupied_ |= std::uint64_t{1} << fine;
    append(fine_[fine], entry);
  });
  return true;
}

void EventQueue::load_today(std::uint64_t fine) {
  today_.clear();
  drain(fine_[fine], [this](Entry entry) { today_.push_back(entry); });
  today_next_ = 0;
  today_end_ = today_.size();
  if (today_.size() > 96) {
    std::stable_sort(today_.begin(), today_.end(), [](const Entry& a, const Entry& b) { return a.key < b.key; });
  } else {
    for (std::size_t i = 1; i < today_.size(); ++i) {
      const Entry entry = today_[i];
      std::size_t k = i;
      for (; k > 0 && today_[k - 1].key > entry.key; --k) today_[k] = today_[k - 1];
      today_[k] = entry;
    }
  }
  loaded_since_tuning_ += today_end_;
}

bool EventQueue::advance(std::uint64_t limit) {
  while (fine_occupied_ == 0) {
    if (loaded_since_tuning_ >= 32768) {
      retune();
      if (!late_.empty()) return true;
      if (fine_occupied_ != 0) break;
    }
    if (!next_coarse(limit)) return false;
  }
  // All fine buckets lie in one coarse bucket, and those before the cursor are empty: the lowest bit is the next.
  const auto fine = static_cast<std::uint64_t>(std::countr_zero(fine_occupied_));
  const std::uint64_t next = (coarse_cursor_ << fine_bits) + fine;
  if (next << (class_bits + shift_) > limit) return false;
  fine_occupied_ &= fine_occupied_ - 1;
  fine_cursor_ = next;
  load_today(fine);
  return true;
}

/// Chooses the width of a fine bucket for about 32 events: fewer leave too little to look ahead to,
/// more take longer to sort at the rate seen lately, and moves everything. Called
/// when the current coarse bucket is used up, so that only coarse buckets and the heap hold entries.
void EventQueue::retune() {
  const std::uint64_t now = (coarse_cursor_ + 1) << (shift_ + fine_bits);
  const double elapsed = static_cast<double>(now - std::min(now, tuned_at_));
  const double width = 32 * elapsed / static_cast<double>(loaded_since_tuning_);
  loaded_since_tuning_ = 0;
  tuned_at_ = now;
  const auto wanted = static_cast<unsigned>(std::clamp(std::lround(std::log2(std::max(width, 1.0))), 0L, long{largest_shift}));
  if (wanted + 1 >= shift_ && wanted <= shift_ + 1) return;

  std::vector<Entry> entries;
  entries.reserve(size_);
  for (std::uint64_t i = 1; i <= coarse_count; ++i) {
    drain(coarse_[(coarse_cursor_ + i) & (coarse_count - 1)], [&](Entry entry) { entries.push_back(entry); });
  }
  coarse_occupied_.fill(0);
  std::sort(far_.begin(), far_.end(), [](const Sequenced& a, const Sequenced& b) { return Later{}(b, a); });
  for (const Sequenced& entry : far_) entries.push_back({entry.key, entry.handle});
  far_.clear();

  shift_ = wanted;
  // The last instant of the old coarse bucket: everything that is pending is later.
  fine_cursor_ = (now - 1) >> shift_;
  coarse_cursor_ = fine_cursor_ >> fine_bits;
  size_ -= entries.size();
  for (const Entry& entry : entries) push(entry.key, entry.handle);
}

}  // namespace chatsim::sim
