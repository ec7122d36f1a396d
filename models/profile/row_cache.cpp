#include "models/profile/row_cache.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace chatsim::models {

namespace {

constexpr std::uint64_t user_bits = 40;
constexpr double infinite = std::numeric_limits<double>::infinity();
// Times the speed of the steady state that the boundary of eviction is allowed for.
constexpr double fastest_boundary = 4;
// Nobody uses anything: as good as never, but a number to calculate with.
constexpr spec::PerSecond least_uses{1e-12};

RowUses used_at_least(RowUses uses) {
  uses.look_ups = std::max(uses.look_ups, least_uses);
  return uses;
}

}  // namespace

RowCache::Shard::Shard(const Options& options, double rows_of_shard)
    : rows(rows_of_shard),
      recency(rows, options.capacity, used_at_least(options.uses).all()),
      history(used_at_least(options.uses), -recency.boundary()) {}

RowCache::RowCache(const Options& options)
    : random_(options.random),
      stream_(options.stream),
      time_to_live_(options.uses.time_to_live.value()),
      end_(options.end.value()),
      tick_(std::max(1e-9, end_ / (0x1p32 - 3))),
      lease_(sim::to_duration(options.lease)) {
  const double users = std::accumulate(options.rows.begin(), options.rows.end(), 0.0);
  CHATSIM_CHECK(users + 1 < 0x1p40 && options.rows.size() < std::size_t{1} << (64 - user_bits),
                "{} rows in {} shards", users, options.rows.size());
  shards_.reserve(options.rows.size());
  for (const double rows : options.rows) shards_.emplace_back(options, rows);
}

Lookup RowCache::look_up(UserId user, std::uint32_t number, sim::Time now) {
  Shard& shard = shards_[number];
  const std::uint64_t key = key_of(user, number);
  const State start = state_at_start(key);
  const bool evicts = shard.recency.evicts();
  // Nearly all rows where all fit: nothing that the run does to them would change an answer.
  if (!evicts && start.fresh_until > end_ && is_there(shard, start)) {
    ++counts_.hits;
    return Lookup::hit;
  }

  const double time = whole_ticks(sim::to_seconds(now).value());
  Row* row = rows_.find(key);
  const State state = row != nullptr ? state_of(*row) : start;
  if (!is_there(shard, state) || state.fresh_until <= time) {
    if (row != nullptr && !is_there(shard, state)) rows_.erase(row);
    return ask_for_lease(key, now);
  }
  ++counts_.hits;
  if (!evicts) return Lookup::hit;
  if (row != nullptr) {
    shard.recency.use(spec::Seconds{state.used}, spec::Seconds{time});
    row->used = ticks(time);
  } else if (may_be_dropped(shard, state, time)) {
    shard.recency.use(spec::Seconds{state.used}, spec::Seconds{time});
    store(key, time, state.fresh_until, time);
  }
  return Lookup::hit;
}

void RowCache::update(UserId user, std::uint32_t number, sim::Time now) {
  Shard& shard = shards_[number];
  const std::uint64_t key = key_of(user, number);
  end_lease(key);
  if (shard.recency.holds_nothing()) return;
  const double time = whole_ticks(sim::to_seconds(now).value());
  Row* row = rows_.find(key);
  const State state = row != nullptr ? state_of(*row) : state_at_start(key);
  const bool there = is_there(shard, state);
  if (row == nullptr && there && state.fresh_until > end_ && !may_be_dropped(shard, state, time)) return;

  if (there) {
    shard.recency.use(spec::Seconds{state.used}, spec::Seconds{time});
  } else {
    shard.recency.insert(spec::Seconds{time});
  }
  if (row != nullptr) {
    row->used = ticks(time);
    row->fresh_until = ticks_until_stale(time + time_to_live_);
  } else {
    store(key, time, time + time_to_live_, time);
  }
}

void RowCache::restart(std::uint32_t number, sim::Time now) {
  // What comes in at this very instant is there.
  const double time = whole_ticks(sim::to_seconds(now).value()) - tick_ / 2;
  shards_[number].recency.clear(spec::Seconds{time});
}

RowCache::State RowCache::state_at_start(std::uint64_t key) const {
  const std::uint64_t user = (key & ((std::uint64_t{1} << user_bits) - 1)) - 1;
  const RowHistory::Times last = shards_[key >> user_bits].history.last(sim::Draw(random_, stream_, user));
  return {last.used.value(), last.loaded.value() + time_to_live_};
}

RowCache::State RowCache::state_of(const Row& row) const {
  return {row.used * tick_, row.fresh_until == never ? infinite : row.fresh_until * tick_};
}

/// A stored time reads as the time that it was counted under.
double RowCache::whole_ticks(double seconds) const { return ticks(seconds) * tick_; }

std::uint32_t RowCache::ticks_until_stale(double fresh_until) const {
  return fresh_until > end_ ? never : ticks(fresh_until);
}

bool RowCache::may_be_dropped(const Shard& shard, const State& state, double now) const {
  if (!shard.recency.evicts()) return false;
  return state.used < shard.recency.boundary().value() + fastest_boundary * (end_ - now);
}

void RowCache::store(std::uint64_t key, double used, double fresh_until, double now) {
  // What is dropped or stale is so by the function too. A row that is stale still has its place in the order
  // in which rows are dropped.
  rows_.insert(Row{key, ticks(used), ticks_until_stale(fresh_until)}, [&](const Row& row) {
    const Shard& shard = shards_[row.key >> user_bits];
    const State state = state_of(row);
    return is_there(shard, state) && (shard.recency.evicts() || state.fresh_until > now);
  });
}

Lookup RowCache::ask_for_lease(std::uint64_t key, sim::Time now) {
  Lease* lease = leases_.find(key);
  if (lease != nullptr && lease->until > now) {
    ++counts_.waits;
    return Lookup::wait;
  }
  ++counts_.misses;
  if (lease != nullptr) {
    lease->until = now + lease_;
  } else {
    leases_.insert(Lease{key, now + lease_}, [&](const Lease& other) { return other.until > now; });
  }
  return Lookup::miss;
}

void RowCache::end_lease(std::uint64_t key) {
  if (leases_.rows() == 0) return;
  if (const Lease* lease = leases_.find(key)) leases_.erase(lease);
}

double RowCache::Counts::hit_ratio() const {
  const std::uint64_t all = hits + misses + waits;
  return all == 0 ? 0 : static_cast<double>(hits) / static_cast<double>(all);
}

double RowCache::resident_share() const {
  double there = 0, all = 0;
  for (const Shard& shard : shards_) {
    there += shard.recency.size();
    all += shard.rows;
  }
  return all > 0 ? there / all : 0;
}

spec::Seconds RowCache::eviction_age(sim::Time now) const {
  spec::Seconds sum;
  int shards = 0;
  for (const Shard& shard : shards_) {
    if (!shard.recency.evicts()) continue;
    sum += sim::to_seconds(now) - shard.recency.boundary();
    ++shards;
  }
  return shards == 0 ? spec::Seconds{infinite} : sum / shards;
}

double RowCache::expected_hit_ratio() const {
  double hits = 0, all = 0;
  for (const Shard& shard : shards_) {
    hits += shard.rows * shard.history.hit_ratio();
    all += shard.rows;
  }
  return all > 0 ? hits / all : 0;
}

std::size_t RowCache::bytes() const {
  return rows_.bytes() + leases_.bytes() + shards_.capacity() * sizeof(Shard);
}

}  // namespace chatsim::models
