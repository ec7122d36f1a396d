#include "sim/kernel/event_queue.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

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

/// Makes the next coarse bucket that holds something the current one.
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
  coarse_cursor_ = front_ = next;
  fine_cursor_ = (coarse_cursor_ << fine_bits) - 1;
  spread_coarse();
  return true;
}

/// Spreads the coarse bucket at the cursor over its fine buckets.
void EventQueue::spread_coarse() {
  pull_far();
  const std::uint64_t slot = coarse_cursor_ & (coarse_count - 1);
  coarse_occupied_[slot / 64] &= ~(std::uint64_t{1} << (slot % 64));
  drain(coarse_[slot], [this](Entry entry) { append_fine(entry); });
}

/// Appends a bucket, sorted, to what is left of today.
void EventQueue::load_today(std::uint64_t fine) {
  today_.erase(today_.begin(), today_.begin() + static_cast<std::ptrdiff_t>(today_next_));
  const std::size_t begin = today_.size();
  opened_bucket_.clear();
  drain(fine_[fine % (2 * fine_count)], [this](Entry entry) { opened_bucket_.push_back(entry); });
  const std::size_t count = opened_bucket_.size();
  today_.resize(begin + count);
  if (count <= most_ranked && shift_ <= largest_shift_ranked) {
    sort_by_ranks(fine << (shift_ + class_bits), &today_[begin]);
  } else {
    std::stable_sort(opened_bucket_.begin(), opened_bucket_.end(),
                     [](const Entry& a, const Entry& b) { return a.key < b.key; });
    std::copy(opened_bucket_.begin(), opened_bucket_.end(), today_.begin() + static_cast<std::ptrdiff_t>(begin));
  }
  today_next_ = 0;
  today_end_ = today_.size();
  loaded_since_tuning_ += count;
  opened_ = true;
}

/// Each entry's place is the number of those before it. All are compared with all, but several at once and without a
/// branch that would be predicted half of the time, which for a few dozen is faster than to sort.
void EventQueue::sort_by_ranks(std::uint64_t first_key, Entry* sorted) const {
  // What lies between the keys of a bucket fits into 32 bits, and the place in order of insertion as well.
  std::array<std::int32_t, most_ranked> keys;
  const std::size_t count = opened_bucket_.size();
  for (std::size_t i = 0; i < count; ++i) {
    keys[i] = static_cast<std::int32_t>((opened_bucket_[i].key - first_key) << rank_bits | i);
  }
  const std::size_t blocks = (count + ranked_at_once - 1) / ranked_at_once;
  for (std::size_t i = count; i < blocks * ranked_at_once; ++i) keys[i] = std::numeric_limits<std::int32_t>::max();
  for (std::size_t i = 0; i < count; ++i) {
    const std::int32_t key = keys[i];
    std::int32_t before = 0;
    for (std::size_t block = 0; block < blocks; ++block) {
      const std::int32_t* others = &keys[block * ranked_at_once];
      for (std::size_t k = 0; k < ranked_at_once; ++k) before += others[k] < key;
    }
    sorted[before] = opened_bucket_[i];
  }
}

void EventQueue::advance(std::uint64_t limit) {
  // As long as something is left, only by what comes right after it: all that is pushed before the cursor from then on
  // waits in the heap of what came late.
  const bool early = today_next_ != today_end_ || !late_.empty();
  const auto nothing_spread = [this] { return (fine_occupied_[0] | fine_occupied_[1]) == 0; };
  while (nothing_spread()) {
    if (early) return;
    if (is_to_be_tuned()) {
      retune();
      if (!late_.empty()) return;
    } else if (!next_coarse(limit)) {
      return;
    }
  }
  const std::uint64_t coarse = fine_occupied_[front_ % 2] != 0 ? front_ : coarse_cursor_;
  std::uint64_t& occupied = fine_occupied_[coarse % 2];
  const std::uint64_t next = (coarse << fine_bits) + static_cast<std::uint64_t>(std::countr_zero(occupied));
  if (next << (class_bits + shift_) > limit || (early && next - fine_cursor_ > 2)) return;
  occupied &= occupied - 1;
  front_ = coarse;
  fine_cursor_ = next;
  load_today(next);
  if (front_ == coarse_cursor_ && std::popcount(occupied) < fewest_fine && !is_to_be_tuned()) {
    ++coarse_cursor_;
    spread_coarse();
  }
}

/// Chooses the width of a fine bucket for about 32 events at the rate seen lately, and moves everything: more take longer to
/// sort, and with fewer the coarse buckets reach less far, so that more has to wait in the heap. Called when the current
/// coarse bucket is used up, so that only coarse buckets and the heap hold entries.
void EventQueue::retune() {
  const std::uint64_t now = (coarse_cursor_ + 1) << (shift_ + fine_bits);
  const double elapsed = static_cast<double>(now - std::min(now, tuned_at_));
  const double width = 32 * elapsed / static_cast<double>(loaded_since_tuning_);
  loaded_since_tuning_ = 0;
  tuned_at_ = now;
  const double bits = std::log2(std::max(width, 1.0));
  if (std::abs(bits - shift_) < 0.75) return;
  const auto wanted = static_cast<unsigned>(std::clamp(std::lround(bits), 0L, long{largest_shift}));
  if (wanted == shift_) return;

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
  coarse_cursor_ = front_ = fine_cursor_ >> fine_bits;
  size_ -= entries.size();
  for (const Entry& entry : entries) push(entry.key, entry.handle);
}

}  // namespace chatsim::sim
