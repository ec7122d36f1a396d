#include "models/store/store.hpp"

namespace chatsim::models {

// What a table knows of its own consistency: writes that are acknowledged and lost, and reads that are stale.

void Store::written(std::uint64_t key, std::uint64_t version) {
  if ((version & elsewhere) != 0) [[unlikely]] return;
  const std::uint32_t holders = versions_.commit(key, version);
  if (holders >= holders_owed_) return;
  if (!data_lost_ && !repair_.sloppy()) {
    ++counts_.lost;
  } else if (holders == 0) {
    losses_.may_be_lost(key, version);
  }
}

/// Whether anybody holds a version of a row, or a newer one.
bool Store::held(std::uint64_t key, std::uint64_t version) const {
  return versions_.holders(key, version) > 0 || repair_.keeps(key, version);
}

void Store::decide_losses(std::uint64_t row) {
  losses_.decide(row, [this](std::uint64_t key, std::uint64_t version) { return held(key, version); });
}

void Store::lose_data(sim::MachineIndex machine) {
  data_lost_ = true;
  anti_entropy_.missed();
  losses_.forget([this](std::uint64_t key, std::uint64_t version) { return versions_.holders(key, version) > 0; });
  const auto replica_of = [&](std::uint64_t key) { return ring_.place_of(position_of_row(key), machine - first_); };
  versions_.lose(replica_of, [this](std::uint64_t key, std::uint64_t version) { losses_.may_be_lost(key, version); });
  repair_.lose_data(machine);
  allow_changes();
  rebalancing_->rebuild(machine - first_);
  if (leaders_ != nullptr) leaders_->data_changed();
}

std::uint64_t Store::rows_differing_for(spec::Seconds time) const {
  const sim::Time since = context_.world.scheduler.now() - sim::to_duration(time);
  return versions_.rows_lagging_since(ages_.newest_at(since, versions_.last_version()));
}

std::uint64_t Store::lost_acknowledged() const {
  return counts_.lost +
         losses_.lost([this](std::uint64_t key, std::uint64_t version) { return held(key, version); });
}

/// What a read got, and what it was owed.
void Store::read(const Repair::ReadResult& read, std::uint64_t owed, std::uint32_t rows) {
  counts_.rows_got += rows;
  if (read.got == VersionTable::agreed) return;
  if (read.got < owed) [[unlikely]] found_stale(read, owed, rows);
  repair_.after_read(read);
}

void Store::found_stale(const Repair::ReadResult& read, std::uint64_t owed, std::uint32_t rows) {
  staleness_.record({.rows = rows,
                     .versions = versions_.writes_between(read.got, owed),
                     .time = context_.world.scheduler.now() - ages_.time_of(owed)});
}

spec::ConsistencySummary Store::consistency() const {
  spec::ConsistencySummary summary{.name = name_, .lost_acknowledged = lost_acknowledged()};
  summary.staleness = staleness_.summary(counts_.rows_got);
  repair_.report(summary.repair);
  anti_entropy_.report(summary.repair);
  return summary;
}

}  // namespace chatsim::models
