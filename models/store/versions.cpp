#include "models/store/versions.hpp"

#include <algorithm>
#include <cstring>

#include "sim/kernel/check.hpp"

namespace chatsim::models {

namespace {

constexpr unsigned first_bits = 10;

// The lag behind a version that is `by` newer; what is at the end of the scale stays there.
std::uint32_t lag_more(std::uint32_t lag, std::uint64_t by) {
  constexpr std::uint64_t most = ~std::uint32_t{0};
  return static_cast<std::uint32_t>(std::min(most, lag + by));
}

}  // namespace

VersionTable::VersionTable(std::uint32_t replication)
    : replication_(replication),
      stride_((sizeof(Row) + (replication - 1) * sizeof(std::uint32_t) + alignof(Row) - 1) / alignof(Row) * alignof(Row)),
      slots_(std::size_t{1} << first_bits),
      shift_(64 - first_bits),
      memory_(slots_ * stride_) {}

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
    row->commit_lag = never;
    // A row that is not here is one on which all replicas agree: each holds what was written before this version.
    std::fill_n(row->replica_lag, replication_, 1);
  } else {
    const std::uint64_t newer_by = version - row->latest;
    row->commit_lag = lag_more(row->commit_lag, newer_by);
    for (std::uint32_t i = 0; i < replication_; ++i) row->replica_lag[i] = lag_more(row->replica_lag[i], newer_by);
  }
  row->latest = version;
  return version;
}

void VersionTable::apply(std::uint64_t key, std::uint32_t replica, std::uint64_t version) {
  Row* row = find(key);
  // Retired: all replicas had a newer one.
  if (row == nullptr || version > row->latest) return;
  row->replica_lag[replica] = std::min(row->replica_lag[replica], lag_more(0, row->latest - version));
  for (std::uint32_t i = 0; i < replication_; ++i) {
    if (row->replica_lag[i] != 0) return;
  }
  erase(row);
}

std::uint32_t VersionTable::commit(std::uint64_t key, std::uint64_t version) {
  Row* row = find(key);
  if (row == nullptr) return replication_;
  const std::uint32_t lag = lag_more(0, row->latest - version);
  row->commit_lag = std::min(row->commit_lag, lag);
  std::uint32_t holders = 0;
  for (std::uint32_t i = 0; i < replication_; ++i) holders += row->replica_lag[i] <= lag && lag != never;
  return holders;
}

std::uint64_t VersionTable::version_at(std::uint64_t key, std::uint32_t replica) const {
  const Row* row = find(key);
  if (row == nullptr) return agreed;
  return row->replica_lag[replica] == never ? 0 : row->latest - row->replica_lag[replica];
}

std::uint64_t VersionTable::committed(std::uint64_t key) const {
  const Row* row = find(key);
  return row == nullptr || row->commit_lag == never ? 0 : row->latest - row->commit_lag;
}

void VersionTable::settle(std::uint64_t key) {
  Row* row = find(key);
  if (row == nullptr) return;
  const std::uint32_t least = *std::min_element(row->replica_lag, row->replica_lag + replication_);
  if (least == never) return;
  row->latest -= least;
  if (row->commit_lag != never) row->commit_lag -= std::min(least, row->commit_lag);
  bool agree = true;
  for (std::uint32_t i = 0; i < replication_; ++i) {
    if (row->replica_lag[i] != never) row->replica_lag[i] -= least;
    agree &= row->replica_lag[i] == 0;
  }
  if (agree) erase(row);
}

/// Closes the gap, so that no later probe stops early (Knuth, volume 3, algorithm 6.4R).
void VersionTable::erase(const Row* row) {
  std::size_t gap = static_cast<std::size_t>(reinterpret_cast<const std::byte*>(row) - memory_.data()) / stride_;
  --rows_;
  for (std::size_t slot = gap;;) {
    slot = (slot + 1) & (slots_ - 1);
    if (at(slot)->key == 0) break;
    const std::size_t wanted = home(at(slot)->key);
    if (((slot - wanted) & (slots_ - 1)) < ((slot - gap) & (slots_ - 1))) continue;
    std::memcpy(at(gap), at(slot), stride_);
    gap = slot;
  }
  at(gap)->key = 0;
}

void VersionTable::grow() {
  sim::HugeVector<std::byte> old(2 * memory_.size());
  old.swap(memory_);
  const std::size_t old_slots = slots_;
  slots_ *= 2;
  --shift_;
  for (std::size_t i = 0; i < old_slots; ++i) {
    const auto* row = reinterpret_cast<const Row*>(&old[i * stride_]);
    if (row->key == 0) continue;
    std::size_t slot = home(row->key);
    while (at(slot)->key != 0) slot = (slot + 1) & (slots_ - 1);
    std::memcpy(at(slot), row, stride_);
  }
}

}  // namespace chatsim::models
