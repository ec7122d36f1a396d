#pragma once

#include <cstdint>
#include <vector>

namespace chatsim::models {

/// Which version of a row each of its replicas holds. Only rows on which replicas differ are kept: a row that all
/// replicas hold in its latest version is retired, so that the table holds what is being written, not two billion
/// users (and what was lost on the way, for as long as nothing repairs it).
///
/// Open addressing with linear probing; a row is 3 + replication words.
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
  void commit(std::uint64_t key, std::uint64_t version);

  std::uint64_t version_at(std::uint64_t key, std::uint32_t replica) const;
  /// 0 if nothing is owed.
  std::uint64_t committed(std::uint64_t key) const;
  /// How many replicas hold this version or a newer one.
  std::uint32_t holders(std::uint64_t key, std::uint64_t version) const;

  std::size_t rows() const { return rows_; }
  std::size_t bytes() const { return words_.capacity() * sizeof(std::uint64_t); }

 private:
  struct Row {
    std::uint64_t key;
    std::uint64_t latest;
    std::uint64_t committed;
    // The replicas' versions follow.
    std::uint64_t* versions() { return &committed + 1; }
    const std::uint64_t* versions() const { return &committed + 1; }
  };

  Row* at(std::size_t slot) { return reinterpret_cast<Row*>(&words_[slot * stride_]); }
  const Row* at(std::size_t slot) const { return reinterpret_cast<const Row*>(&words_[slot * stride_]); }
  std::size_t home(std::uint64_t key) const { return static_cast<std::size_t>(key * 0x9e3779b97f4a7c15 >> shift_); }
  const Row* find(std::uint64_t key) const;
  void erase(const Row* row);
  void grow();

  std::uint32_t replication_;
  std::size_t stride_;
  std::size_t slots_;
  unsigned shift_;
  std::size_t rows_ = 0;
  std::uint64_t last_version_ = 0;
  std::vector<std::uint64_t> words_;
};

}  // namespace chatsim::models
