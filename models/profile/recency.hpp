#pragma once

#include <array>
#include <cstdint>
#include <limits>

#include "scenarios/spec/units.hpp"

namespace chatsim::models {

/// The order of eviction of one cache machine, which drops the row that was not used for the longest time
/// (LRU). Not the rows themselves: how many were used last in each slice of time. A row is there if and only
/// if its last use is after the boundary. Whatever comes into a full cache moves the boundary past the oldest
/// row; within a slice rows are taken to lie evenly.
///
///       evicted            | in the cache
///     ---------------------b-----------------------> time of last use
///                     [ 50 | 62 | 74 | 70 | ... ]       rows in slices: 16 to 128 from b until now
///
/// It begins as in the steady state under independent uses at one rate: n exp(-rate age) rate rows a second
/// of age (Che, Tung, Wang, 2002). From there on only what happens counts, so that load that changes or a few
/// users who are looked up all the time change the eviction age as they do in a list of all rows.
class Recency {
 public:
  /// \param rows of all users of this machine; \param capacity those that fit; \param uses of one row. Time
  /// begins at 0.
  Recency(double rows, double capacity, spec::PerSecond uses);

  /// Whether there are more rows than fit.
  bool evicts() const { return evicts_; }
  /// Whether not even one fits.
  bool holds_nothing() const { return capacity_ < 1; }
  /// Whatever was used last before it, or at it, is gone. Minus infinity if all rows fit.
  spec::Seconds boundary() const { return spec::Seconds{boundary_}; }

  /// A row comes in, and the oldest goes for it unless there is room.
  void insert(spec::Seconds now);
  /// A row that is there is used. \param last_use after the boundary.
  void use(spec::Seconds last_use, spec::Seconds now);
  /// All rows go: the machine lost its memory.
  void clear(spec::Seconds now);

  /// Rows that are there.
  double size() const { return capacity_ - static_cast<double>(free_); }

 private:
  static constexpr std::int64_t slices = 128;

  std::int64_t slice_of(double time) const;
  std::uint32_t& count_at(std::int64_t slice) {
    return counts_[static_cast<std::size_t>(slice & (slices - 1))];
  }
  void advance(double now);
  void coarsen();
  void refine();
  void take_from(double last_use);
  void evict();

  bool evicts_;
  double capacity_;
  double boundary_ = -std::numeric_limits<double>::infinity();
  double width_ = 0;  // Of a slice, in seconds; slice i begins at i * width.
  double now_ = 0;
  std::int64_t oldest_ = 0;                     // Slice of the boundary.
  std::int64_t newest_ = 0;                     // Slice of now.
  std::uint64_t free_ = 0;                      // Places that lost rows left.
  std::array<std::uint32_t, slices> counts_{};  // By slice, modulo their number.
};

}  // namespace chatsim::models
