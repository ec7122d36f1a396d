#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <utility>
#include <vector>

#include "sim/kernel/arena.hpp"
#include "sim/kernel/huge_pages.hpp"

namespace chatsim::sim {

/// The pending events in order of (time, class, order of insertion).
///
/// A ladder queue with two rungs of buckets and a heap for what is far away:
///
///     today (sorted)  | 64 to 128 fine buckets | 8,192 coarse buckets of 64 fine ones each      | far (heap)
///     ----------------+------------------------+------------------------------------------------+----------> time
///
/// An event is appended to its bucket unsorted, moves from a coarse into a fine bucket when its time comes near, and
/// is sorted among the sixteen or so events of its fine bucket when that becomes today. Each of these touches memory in
/// sequence, where a heap of 300,000 events misses the cache a dozen times. The width of a bucket follows the rate of
/// events. Order of insertion needs no sequence number in an event: appending keeps it.
///
/// Both rungs are refilled a little before they are empty, so that whoever prefetches sees what comes next at all times.
///
/// See Tang, Goh, Thng: Ladder queue: an O(1) priority queue structure for large-scale discrete event simulation,
/// ACM TOMACS 15(3), 2005.
class EventQueue {
 public:
  struct Entry {
    std::uint64_t key;  ///< Time in nanoseconds times four, plus the class.
    Handle handle;
  };

  EventQueue();

  void push(std::uint64_t key, Handle handle) {
    ++size_;
    const std::uint64_t time = key >> class_bits;
    const std::uint64_t fine = time >> shift_;
    const std::uint64_t coarse = fine >> fine_bits;
    if (coarse - coarse_cursor_ - 1 < coarse_count - 1) [[likely]] {
      const std::uint64_t slot = coarse & (coarse_count - 1);
      coarse_occupied_[slot / 64] |= std::uint64_t{1} << (slot % 64);
      append(coarse_[slot], {key, handle});
    } else if (static_cast<std::int64_t>(fine - fine_cursor_) <= 0) {
      push_late({key, handle});
    } else if (coarse <= coarse_cursor_) {
      append_fine({key, handle});
    } else {
      push_far({key, handle});
    }
  }

  /// Takes the first entry if its key is at most `limit`.
  bool pop(std::uint64_t limit, Entry& entry) {
    if (today_end_ - today_next_ <= least_sorted && size_ > today_end_ - today_next_ + late_.size()) advance(limit);
    if (today_next_ == today_end_ && late_.empty()) return false;
    // What came late was pushed after what is sorted already: at equal keys it is second.
    if (late_.empty() || (today_next_ != today_end_ && today_[today_next_].key <= late_.front().key)) {
      if (today_[today_next_].key > limit) return false;
      entry = today_[today_next_++];
    } else {
      if (late_.front().key > limit) return false;
      entry = pop_late();
    }
    --size_;
    return true;
  }

  /// The n-th entry after the next one, or nullptr if it is not sorted yet: for prefetching only.
  const Entry* look_ahead(std::size_t n) const {
    return today_next_ + n < today_end_ ? &today_[today_next_ + n] : nullptr;
  }

  /// Calls visit(Handle) for what waits in the n-th fine bucket after today's, if there is one: for prefetching only.
  template <class Visit>
  void visit_bucket_ahead(unsigned n, Visit visit) const {
    std::uint64_t coarse = front_;
    std::uint64_t left = fine_occupied_[coarse % 2];
    for (;; --n) {
      if (left == 0) {
        if (coarse == coarse_cursor_) return;
        left = fine_occupied_[++coarse % 2];
        if (left == 0) return;
      }
      if (n == 1) break;
      left &= left - 1;
    }
    const Bucket& bucket = fine_[coarse % 2 * fine_count + static_cast<std::size_t>(std::countr_zero(left))];
    unsigned used = bucket.used;
    for (std::uint32_t chunk = bucket.chunk; chunk != 0; chunk = next_of_[chunk], used = entries_per_chunk) {
      for (unsigned i = 0; i < used; ++i) visit(chunks_[chunk][i].handle);
    }
  }
  /// Whether a bucket became part of today since this was asked last.
  bool take_opened() { return std::exchange(opened_, false); }

  std::size_t size() const { return size_; }
  std::size_t bytes() const;

 private:
  static constexpr unsigned class_bits = 2;
  static constexpr unsigned fine_bits = 6;
  static constexpr std::uint64_t fine_count = std::uint64_t{1} << fine_bits;
  static constexpr std::uint64_t coarse_count = 8192;
  static constexpr unsigned entries_per_chunk = 16;
  static constexpr unsigned largest_shift = 40;
  // Buckets up to this number and width are sorted by ranks.
  static constexpr unsigned rank_bits = 6;
  static constexpr std::size_t most_ranked = std::size_t{1} << rank_bits;
  static constexpr unsigned largest_shift_ranked = 31 - rank_bits - class_bits;
  static constexpr std::size_t ranked_at_once = 16;
  /// Today is extended by the next bucket when no more than so many are left.
  static constexpr std::size_t least_sorted = 12;
  /// The next coarse bucket is spread when no more fine ones than so many are left.
  static constexpr int fewest_fine = 3;

  // A bucket is a chain of chunks, newest first; every chunk but the newest is full.
  struct Bucket {
    std::uint32_t chunk = 0;
    std::uint32_t used = 0;
  };
  using Chunk = std::array<Entry, entries_per_chunk>;
  struct Sequenced {
    std::uint64_t key;
    std::uint64_t sequence;
    Handle handle;
  };
  struct Later;

  void append(Bucket& bucket, Entry entry) {
    if (bucket.chunk == 0 || bucket.used == entries_per_chunk) [[unlikely]] new_chunk(bucket);
    chunks_[bucket.chunk][bucket.used++] = entry;
  }
  void append_fine(Entry entry) {
    const std::uint64_t fine = entry.key >> class_bits >> shift_;
    fine_occupied_[fine / fine_count % 2] |= std::uint64_t{1} << (fine % fine_count);
    append(fine_[fine % (2 * fine_count)], entry);
  }
  void new_chunk(Bucket& bucket);
  template <class Visit>
  void drain(Bucket& bucket, Visit visit);

  // Both leave the cursors where they are if all that is pending lies in buckets behind the limit: what is pushed
  // before those would have to wait in the heap of what came late.
  void advance(std::uint64_t limit);
  bool next_coarse(std::uint64_t limit);
  void spread_coarse();
  void load_today(std::uint64_t fine);
  void sort_by_ranks(std::uint64_t first_key, Entry* sorted) const;
  void pull_far();
  void push_late(Entry entry);
  Entry pop_late();
  void push_far(Entry entry);
  bool is_to_be_tuned() const { return loaded_since_tuning_ >= 32768; }
  void retune();

  unsigned shift_ = 8;  // A fine bucket is 2^shift_ ns wide.
  std::uint64_t fine_cursor_ = 0;
  std::uint64_t front_ = 0;          // The coarse bucket whose fine ones come next,
  std::uint64_t coarse_cursor_ = 0;  // and the last one that was spread: the same, or the one after it.
  std::size_t size_ = 0;

  std::vector<Entry> today_;
  std::size_t today_next_ = 0;
  std::size_t today_end_ = 0;
  bool opened_ = false;
  std::vector<Entry> opened_bucket_;  // Scratch of load_today().
  std::vector<Sequenced> late_;
  std::array<std::uint64_t, 2> fine_occupied_{};  // By coarse bucket, modulo 2.
  std::array<Bucket, 2 * fine_count> fine_{};
  std::vector<Bucket> coarse_;
  std::array<std::uint64_t, coarse_count / 64> coarse_occupied_{};
  std::vector<Sequenced> far_;
  std::uint64_t sequence_ = 0;

  HugeVector<Chunk> chunks_;
  std::vector<std::uint32_t> next_of_;  // By chunk: to follow a chain does not wait for the chunks.
  std::uint32_t free_chunk_ = 0;
  std::vector<std::uint32_t> chain_;  // Scratch of drain().

  std::uint64_t loaded_since_tuning_ = 0;
  std::uint64_t tuned_at_ = 0;  // Time in nanoseconds.
};

}  // namespace chatsim::sim
