#include "models/store/versions.hpp"

#include <algorithm>
#include <bit>
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
      holders_(replication),
      required_(replication),
      stride_(stride_of(replication)),
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

std::uint64_t VersionTable::begin_write(std::uint64_t key, std::uint32_t holders) {
  CHATSIM_CHECK(key != 0 && holders <= holders_, "a row with key {} and {} holders", key, holders);
  if (2 * (rows_ + 1) > slots_) grow();
  // Versions count through the whole store, so that one of a row that was retired is never given out again.
  const std::uint64_t version = ++last_version_;
  std::size_t slot = home(key);
  while (at(slot)->key != 0 && at(slot)->key != key) slot = (slot + 1) & (slots_ - 1);
  Row* row = at(slot);
  if (!previous_.empty()) [[unlikely]] {
    const std::uint64_t back = row->key == 0 ? 0 : version - row->latest;
    previous_[version & (previous_.size() - 1)] = lag_more(0, back);
  }
  if (row->key == 0) {
    ++rows_;
    row->key = key;
    row->commit_lag = never;
    // A row that is not here is one on which all replicas agree: each holds what was written before this version.
    std::fill_n(row->replica_lag, holders, 1);
    std::fill_n(row->replica_lag + holders, holders_ - holders, 0);
  } else {
    const std::uint64_t newer_by = version - row->latest;
    row->commit_lag = lag_more(row->commit_lag, newer_by);
    for (std::uint32_t i = 0; i < holders; ++i) row->replica_lag[i] = lag_more(row->replica_lag[i], newer_by);
  }
  row->latest = version;
  return version;
}

void VersionTable::apply(std::uint64_t key, std::uint32_t replica, std::uint64_t version) {
  Row* row = find(key);
  // Retired: all replicas had a newer one.
  if (row == nullptr || version > row->latest) return;
  row->replica_lag[replica] = std::min(row->replica_lag[replica], lag_more(0, row->latest - version));
  for (std::uint32_t i = 0; i < required_; ++i) {
    if (row->replica_lag[i] != 0) return;
  }
  erase(row);
}

std::uint32_t VersionTable::commit(std::uint64_t key, std::uint64_t version) {
  Row* row = find(key);
  if (row == nullptr) return replication_;
  const std::uint32_t lag = lag_more(0, row->latest - version);
  row->commit_lag = std::min(row->commit_lag, lag);
  return holders_of(*row, lag);
}

std::uint32_t VersionTable::holders(std::uint64_t key, std::uint64_t version) const {
  const Row* row = find(key);
  if (row == nullptr) return replication_;
  return version > row->latest ? 0 : holders_of(*row, lag_more(0, row->latest - version));
}

void VersionTable::follow_writes(std::size_t history) {
  CHATSIM_CHECK(std::has_single_bit(history), "{} writes are no power of two", history);
  previous_.assign(history, 0);
}

std::uint64_t VersionTable::writes_between(std::uint64_t after, std::uint64_t until) const {
  std::uint64_t writes = 1;
  while (last_version_ - until < previous_.size()) {
    const std::uint32_t back = previous_[until & (previous_.size() - 1)];
    if (back == 0 || until - after <= back) break;
    until -= back;
    ++writes;
  }
  return writes;
}

bool VersionTable::settle(std::uint64_t key) {
  Row* row = find(key);
  if (row == nullptr) return false;
  const Lag least = *std::min_element(row->replica_lag, row->replica_lag + replication_);
  bool agree = true;
  for (std::uint32_t i = 0; i < replication_; ++i) agree &= row->replica_lag[i] == least;
  if (agree) {
    erase(row);
    return true;
  }
  row->latest -= least;
  if (row->commit_lag != never) row->commit_lag -= std::min(least, row->commit_lag);
  for (std::uint32_t i = 0; i < holders_; ++i) {
    if (row->replica_lag[i] != never) row->replica_lag[i] -= std::min(least, row->replica_lag[i]);
  }
  return false;
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

std::uint64_t VersionTable::rows_lagging_since(std::uint64_t version) const {
  std::uint64_t found = 0;
  if (rows_ == 0 || version == 0) return found;
  for (std::size_t slot = 0; slot < slots_; ++slot) {
    const Row* row = at(slot);
    if (row->key == 0) continue;
    for (std::uint32_t i = 0; i < replication_; ++i) {
      const std::uint32_t lag = row->replica_lag[i];
      // What it holds is older, so that what it lacks first is not newer: the row has been here since.
      if (lag != 0 && (lag == never || row->latest - lag < version)) {
        ++found;
        break;
      }
    }
  }
  return found;
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

void VersionTable::reshape(
    std::uint32_t holders, std::uint32_t required,
    const std::function<void(std::uint64_t key, std::span<const Lag> before, std::span<Lag> after)>& lags_of) {
  CHATSIM_CHECK(required >= replication_ && required <= holders, "{} of {} holders required", required, holders);
  const std::size_t old_stride = stride_;
  stride_ = stride_of(holders);
  sim::HugeVector<std::byte> old(slots_ * stride_);
  old.swap(memory_);
  rows_ = 0;
  for (std::size_t i = 0; i < slots_; ++i) {
    const auto* row = reinterpret_cast<const Row*>(&old[i * old_stride]);
    if (row->key == 0) continue;
    Row* fresh = insert(row->key);
    fresh->latest = row->latest;
    fresh->commit_lag = row->commit_lag;
    const std::span<Lag> lags(fresh->replica_lag, holders);
    lags_of(row->key, {row->replica_lag, holders_}, lags);
    if (std::all_of(lags.begin(), lags.begin() + required, [](Lag lag) { return lag == 0; })) erase(fresh);
  }
  holders_ = holders;
  required_ = required;
}

VersionTable::Row* VersionTable::insert(std::uint64_t key) {
  std::size_t slot = home(key);
  while (at(slot)->key != 0) slot = (slot + 1) & (slots_ - 1);
  ++rows_;
  at(slot)->key = key;
  return at(slot);
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
