#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>

#include "sim/kernel/check.hpp"
#include "sim/kernel/huge_pages.hpp"

namespace chatsim::models {

/// Rows by key, in one array: open addressing with linear probing, at most half full. What is no longer
/// needed goes when the table is full, before it grows: its size follows the rows that are needed, not those
/// that ever came.
///
/// \tparam Row a plain struct with a `std::uint64_t key`, 0 where there is none.
template <class Row>
class FlatTable {
 public:
  FlatTable() : shift_(64 - first_bits), slots_(std::size_t{1} << first_bits) {}

  /// The row, until the next call of insert() or erase(); nullptr if there is none.
  Row* find(std::uint64_t key) {
    for (std::size_t slot = home(key);; slot = (slot + 1) & mask()) {
      Row& row = slots_[slot];
      if (row.key == key) return &row;
      if (row.key == 0) return nullptr;
    }
  }

  const Row* find(std::uint64_t key) const { return const_cast<FlatTable*>(this)->find(key); }

  /// Calls visit(row) for every row, in no order that means anything but the same each time.
  template <class Visit>
  void for_each(Visit visit) const {
    for (const Row& row : slots_) {
      if (row.key != 0) visit(row);
    }
  }

  /// Fetches what find() will read.
  void prefetch(std::uint64_t key) const { __builtin_prefetch(&slots_[home(key)]); }

  /// \param row its key is not 0, and not in the table.
  /// \param needed tells of a row whether it has to stay; asked only when the table is full.
  template <class Needed>
  void insert(const Row& row, Needed needed) {
    if (2 * (rows_ + 1) > slots_.size()) make_room(needed);
    place(row);
    ++rows_;
  }

  /// Closes the gap, so that no later probe stops early (Knuth, volume 3, algorithm 6.4R).
  void erase(const Row* row) {
    auto gap = static_cast<std::size_t>(row - slots_.data());
    CHATSIM_CHECK(gap < slots_.size() && row->key != 0, "no row of this table is at slot {}", gap);
    --rows_;
    for (std::size_t slot = (gap + 1) & mask(); slots_[slot].key != 0; slot = (slot + 1) & mask()) {
      if (((slot - home(slots_[slot].key)) & mask()) < ((slot - gap) & mask())) continue;
      slots_[gap] = slots_[slot];
      gap = slot;
    }
    slots_[gap] = Row{};
  }

  std::size_t rows() const { return rows_; }
  std::size_t bytes() const { return slots_.capacity() * sizeof(Row); }

 private:
  static constexpr unsigned first_bits = 10;

  std::size_t mask() const { return slots_.size() - 1; }
  std::size_t home(std::uint64_t key) const {
    return static_cast<std::size_t>(key * 0x9e3779b97f4a7c15 >> shift_);
  }

  void place(const Row& row) {
    std::size_t slot = home(row.key);
    while (slots_[slot].key != 0) slot = (slot + 1) & mask();
    slots_[slot] = row;
  }

  template <class Needed>
  void make_room(Needed needed) {
    sim::HugeVector<Row> old;
    old.swap(slots_);
    const auto stays = [&](const Row& row) { return row.key != 0 && needed(row); };
    rows_ = static_cast<std::size_t>(std::count_if(old.begin(), old.end(), stays));
    // A quarter full at most, so that as many rows again come before the next time.
    const unsigned bits = std::max(first_bits, static_cast<unsigned>(std::bit_width(4 * rows_)));
    shift_ = 64 - bits;
    slots_.resize(std::size_t{1} << bits);
    for (const Row& row : old) {
      if (stays(row)) place(row);
    }
  }

  unsigned shift_;
  sim::HugeVector<Row> slots_;
  std::size_t rows_ = 0;
};

}  // namespace chatsim::models
