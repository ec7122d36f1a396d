#pragma once

#include <cstddef>
#include <cstdint>

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

  explicit VersionTable(std::uint32_t replication);

  /// A new version of a row is on its way to its replicas. \param key not 0. \returns the version.
  std::uint64_t begin_write(std::uint64_t key);
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

  /// The newest version that was begun, of any row.
  std::uint64_t last_version() const { return last_version_; }
  /// The newest version of a row that was begun; 0 if the row is not in the table.
  std::uint64_t latest(std::uint64_t key) const {
    const Row* row = find(key);
    return row == nullptr ? 0 : row->latest;
  }
  /// Nobody will get a version of the row that nobody has by now: it was given up, as if it had not begun. Retires the row
  /// if all replicas agree then.
  void settle(std::uint64_t key);
  /// Calls use(key) for every row in the table, which must not be changed meanwhile.
  template <class Use>
  void for_each_key(Use use) const {
    for (std::size_t slot = 0; slot < slots_; ++slot) {
      if (at(slot)->key != 0) use(at(slot)->key);
    }
  }

  void prefetch(std::uint64_t key) const { __builtin_prefetch(&memory_[home(key) * stride_]); }
  std::size_t rows() const { return rows_; }
  std::size_t bytes() const { return memory_.capacity(); }

 private:
  static constexpr std::uint32_t never = ~std::uint32_t{0};  ///< Lags by everything, or by more than fits.

  struct Row {
    std::uint64_t key;
    std::uint64_t latest;
    std::uint32_t commit_lag;
    std::uint32_t replica_lag[1];  // One for each replica.
  };

  Row* at(std::size_t slot) { return reinterpret_cast<Row*>(&memory_[slot * stride_]); }
  const Row* at(std::size_t slot) const { return reinterpret_cast<const Row*>(&memory_[slot * stride_]); }
  std::size_t home(std::uint64_t key) const { return static_cast<std::size_t>(key * 0x9e3779b97f4a7c15 >> shift_); }
  const Row* find(std::uint64_t key) const;
  Row* find(std::uint64_t key) { return const_cast<Row*>(static_cast<const VersionTable*>(this)->find(key)); }
  void erase(const Row* row);
  void grow();

  std::uint32_t replication_;
  std::size_t stride_;  // Bytes of a row.
  std::size_t slots_;
  unsigned shift_;
  std::size_t rows_ = 0;
  std::uint64_t last_version_ = 0;
  sim::HugeVector<std::byte> memory_;  // Rows; all zero where there is none.
};

}  // namespace chatsim::models
