#include "models/store/versions.hpp"

#include <algorithm>
#include <cstring>

#include "sim/kernel/check.hpp"

namespace chatsim::models {

VersionTable::VersionTable(std::uint32_t replication)
    : replication_(replication), stride_(3 + replication), slots_(1024), shift_(64 - 10), words_(slots_ * stride_) {}

const VersionTable::Row* VersionTable::find(std::uint64_t key) const {
  for (std::size_t slot = home(key);; slot = (slot + 1) & (slots_ - 1)) {
    const Row* row = at(slot);
    if (row->key == key) return row;
    if (row->key == 0) return nullptr;
  }
}

std::uint64_t VersionTable::begin_write(std::uint64_t key) {
  CHATSIM_CHECK(key != 0, "a row with key 0");
  if (2 * (rows_ + 1) > slots_) grow();
  // Versions count through the whole store, so that one of a row that was retired is never given out again.
  const std::uint64_t version = ++last_version_;
  std::size_t slot = home(key);
  while (at(slot)->key != 0 && at(slot)->key != key) slot = (slot + 1) & (slots_ - 1);
  Row* row = at(slot);
  if (row->key == 0) {
    ++rows_;
    row->key = key;
    row->committed = 0;
    std::fill_n(row->versions(), replication_, 0);
  }
  row->latest = version;
  return version;
}

void VersionTable::apply(std::uint64_t key, std::uint32_t replica, std::uint64_t version) {
  auto* row = const_cast<Row*>(find(key));
  if (row == nullptr) return;  // Retired: all replicas had a newer one.
  row->versions()[replica] = std::max(row->versions()[replica], version);
  for (std::uint32_t i = 0; i < replication_; ++i) {
    if (row->versions()[i] != row->latest) return;
  }
  erase(row);
}

void VersionTable::commit(std::uint64_t key, std::uint64_t version) {
  auto* row = const_cast<Row*>(find(key));
  if (row != nullptr) row->committed = std::max(row->committed, version);
}

std::uint64_t VersionTable::version_at(std::uint64_t key, std::uint32_t replica) const {
  const Row* row = find(key);
  return row == nullptr ? agreed : row->versions()[replica];
}

std::uint64_t VersionTable::committed(std::uint64_t key) const {
  const Row* row = find(key);
  return row == nullptr ? 0 : row->committed;
}

std::uint32_t VersionTable::holders(std::uint64_t key, std::uint64_t version) const {
  const Row* row = find(key);
  if (row == nullptr) return replication_;
  std::uint32_t holders = 0;
  for (std::uint32_t i = 0; i < replication_; ++i) holders += row->versions()[i] >= version;
  return holders;
}

/// Closes the gap, so that no later probe stops early (Knuth, volume 3, algorithm 6.4R).
void VersionTable::erase(const Row* row) {
  std::size_t gap = static_cast<std::size_t>(&row->key - words_.data()) / stride_;
  --rows_;
  for (std::size_t slot = gap;;) {
    slot = (slot + 1) & (slots_ - 1);
    if (at(slot)->key == 0) break;
    const std::size_t wanted = home(at(slot)->key);
    if (((slot - wanted) & (slots_ - 1)) < ((slot - gap) & (slots_ - 1))) continue;
    std::memcpy(at(gap), at(slot), stride_ * sizeof(std::uint64_t));
    gap = slot;
  }
  at(gap)->key = 0;
}

void VersionTable::grow() {
  std::vector<std::uint64_t> old(2 * words_.size());
  old.swap(words_);
  const std::size_t old_slots = slots_;
  slots_ *= 2;
  --shift_;
  for (std::size_t i = 0; i < old_slots; ++i) {
    const std::uint64_t* row = &old[i * stride_];
    if (row[0] == 0) continue;
    std::size_t slot = home(row[0]);
    while (at(slot)->key != 0) slot = (slot + 1) & (slots_ - 1);
    std::memcpy(at(slot), row, stride_ * sizeof(std::uint64_t));
  }
}

}  // namespace chatsim::models
