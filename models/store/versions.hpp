#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "sim/kernel/huge_pages.hpp"

namespace chatsim::models {

/// Which version of a row each of its replicas holds. Only rows on which replicas differ are kept: a row that all
/// replicas hold in its latest version is retired, so that the table holds what is being written, not two billion
/// users (and what was lost on the way, for as long as nothing repairs it).
///
/// Open addressing with linear probing. A row is its key, the latest version, and how far the commit and each replica
/// lag behind it: 32 bytes for three replicas.
class VersionTable {
 public:
  /// A replica's version of a row that is not in the table: newer than any that is.
  static constexpr std::uint64_t agreed = ~std::uint64_t{0};

  /// The lag of a replica that holds nothing of a row, or lags by more than fits.
  static constexpr std::uint32_t never = ~std::uint32_t{0};

  explicit VersionTable(std::uint32_t replication);

  /// A new version of a row is on its way to its replicas. \param key not 0. \returns the version.
  std::uint64_t begin_write(std::uint64_t key) { return begin_write(key, replication_); }
  /// The same to more holders than the replicas, of a table that is being moved.
  std::uint64_t begin_write(std::uint64_t key, std::uint32_t holders);
  /// A replica has it. Retires the row if that was the last one.
  void apply(std::uint64_t key, std::uint32_t replica, std::uint64_t version);
  /// A write quorum has it: whoever reads from now on is owed this version or a newer one.
  /// \returns how many replicas hold this version or a newer one.
  std::uint32_t commit(std::uint64_t key, std::uint64_t version);

  /// A replica that holds what all agreed on before the row came into the table holds all versions before that one. 0
  /// if it lags too far behind to tell.
  std::uint64_t version_at(std::uint64_t key, std::uint32_t replica) const;
  /// The newest version that was committed; 0 if nothing is owed.
  std::uint64_t committed(std::uint64_t key) const;

  /// How far a holder lags behind the latest version of a row, in versions of the whole table; `never` by everything.
  using Lag = std::uint32_t;
  /// From now on a row has so many holders, the replicas first, and is retired when the first `required` of them have its
  /// latest version. \param lags_of is handed the lags of a row and gives those of its holders from now on.
  void reshape(std::uint32_t holders, std::uint32_t required,
               const std::function<void(std::uint64_t key, std::span<const Lag> before, std::span<Lag> after)>& lags_of);

  std::uint32_t holders() const { return holders_; }
  std::uint32_t required() const { return required_; }
  /// Rows on which replicas have differed ever since a version was given out: one of them lacks what was written then or
  /// before, and has nothing newer. Looks at the whole table.
  std::uint64_t rows_lagging_since(std::uint64_t version) const;

  /// How many replicas hold a version or a newer one.
  std::uint32_t holders(std::uint64_t key, std::uint64_t version) const;

  /// From now on it is noted which writes of a row followed each other, for the last `history` of the store: 4 bytes each.
  void follow_writes(std::size_t history = std::size_t{1} << 20);
  /// The writes of a row that came after a version of it, up to another one. At least 1: the table may not know more.
  std::uint64_t writes_between(std::uint64_t after, std::uint64_t until) const;
  std::uint64_t last_version() const { return last_version_; }

  /// Rows by place, for whoever looks at all of them; a place changes when rows come and go.
  std::size_t slots() const { return slots_; }
  struct RowView {
    std::uint64_t key;
    std::uint64_t latest;
    const std::uint32_t* replica_lag;

    bool lost(std::uint32_t replica) const { return replica_lag[replica] == never; }
    std::uint64_t version(std::uint32_t replica) const { return lost(replica) ? 0 : latest - replica_lag[replica]; }
  };
  /// Without a key if there is no row.
  RowView row(std::size_t slot) const { return {at(slot)->key, at(slot)->latest, at(slot)->replica_lag}; }
  /// The newest version of a row that was begun; 0 if the row is not in the table.
  std::uint64_t latest(std::uint64_t key) const {
    const Row* row = find(key);
    return row == nullptr ? 0 : row->latest;
  }
  /// Nobody will get a version of the row that nobody has by now: it was given up, as if it had not begun.
  /// \returns whether all replicas agree then, so that the row was retired.
  bool settle(std::uint64_t key);
  /// Calls use(key) for every row in the table, which must not be changed meanwhile.
  template <class Use>
  void for_each_key(Use use) const {
    for (std::size_t slot = 0; slot < slots_; ++slot) {
      if (at(slot)->key != 0) use(at(slot)->key);
    }
  }

  /// A replica of each row for which index_of(key) gives one is empty from now on: that machine lost its data. Calls
  /// gone(key, version) for each committed version that no replica holds then.
  template <class IndexOf, class Gone>
  void lose(IndexOf index_of, Gone gone) {
    for (std::size_t slot = 0; slot < slots_; ++slot) {
      Row* row = at(slot);
      if (row->key == 0) continue;
      const std::optional<std::uint32_t> index = index_of(row->key);
      if (!index) continue;
      const bool held = row->commit_lag != never && holders_of(*row, row->commit_lag) > 0;
      row->replica_lag[*index] = never;
      if (held && holders_of(*row, row->commit_lag) == 0) gone(row->key, row->latest - row->commit_lag);
    }
  }

  void prefetch(std::uint64_t key) const { __builtin_prefetch(&memory_[home(key) * stride_]); }
  std::size_t rows() const { return rows_; }
  std::size_t bytes() const { return memory_.capacity(); }

 private:
  struct Row {
    std::uint64_t key;
    std::uint64_t latest;
    Lag commit_lag;
    Lag replica_lag[1];  // One for each holder.
  };

  Row* at(std::size_t slot) { return reinterpret_cast<Row*>(&memory_[slot * stride_]); }
  const Row* at(std::size_t slot) const { return reinterpret_cast<const Row*>(&memory_[slot * stride_]); }
  std::size_t home(std::uint64_t key) const { return static_cast<std::size_t>(key * 0x9e3779b97f4a7c15 >> shift_); }
  const Row* find(std::uint64_t key) const;
  Row* find(std::uint64_t key) { return const_cast<Row*>(static_cast<const VersionTable*>(this)->find(key)); }
  static std::size_t stride_of(std::uint32_t holders) {
    return (sizeof(Row) + (holders - 1) * sizeof(Lag) + alignof(Row) - 1) / alignof(Row) * alignof(Row);
  }
  Row* insert(std::uint64_t key);
  void erase(const Row* row);
  std::uint32_t holders_of(const Row& row, std::uint32_t lag) const {
    std::uint32_t holders = 0;
    for (std::uint32_t i = 0; i < replication_; ++i) holders += row.replica_lag[i] <= lag && lag != never;
    return holders;
  }
  void grow();

  std::uint32_t replication_;
  std::uint32_t holders_;   // That a row has room for.
  std::uint32_t required_;  // That must have the latest version of a row before it is retired.
  std::size_t stride_;  // Bytes of a row.
  std::size_t slots_;
  unsigned shift_;
  std::size_t rows_ = 0;
  std::uint64_t last_version_ = 0;
  std::vector<std::uint32_t> previous_;  // By version, modulo their number: how far back the row's last write lies.
  sim::HugeVector<std::byte> memory_;  // Rows; all zero where there is none.
};

}  // namespace chatsim::models
