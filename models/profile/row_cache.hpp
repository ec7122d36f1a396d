#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "models/service/flat_table.hpp"
#include "models/profile/recency.hpp"
#include "models/profile/row_history.hpp"
#include "models/service/message.hpp"
#include "sim/kernel/time.hpp"

namespace chatsim::models {

/// What a cache says to a look-up.
enum class Lookup : std::uint8_t {
  hit,
  miss,  ///< Whoever asked reads the row from the store and fills it in: it has the lease.
  wait,  ///< Somebody else is reading it.
};

/// The rows that the machines of a cache tier hold: look-aside, the least recently used row goes first, rows
/// have a time to live, and one reader at a time fetches a row that is missing (leases: Nishtala et al., NSDI
/// 2013).
///
/// There are billions of rows. Each is a function of (seed, user) (RowHistory), in the steady state from the
/// start, until the run does something to it that changes a later answer of the run; only then it is stored:
///
/// - A use keeps a row from being dropped. It is stored if the row, used last when the function says so,
///   would be dropped before the end: if the boundary of eviction (Recency) comes that far. It is allowed
///   for to move four times as fast as in the steady state; should it be faster, rows in between are
///   dropped although they were used, and misses are too many rather than too few.
/// - What is filled in is stored, since the function says that it is missing. An update is stored if the
///   row would be dropped or become stale before the end.
///
/// Once a stored row is dropped or stale, so it is by the function: it is forgotten. The table therefore
/// holds what was missed within the eviction age and the time to live, and what is used of the oldest
/// rows; not what ever happened.
class RowCache {
 public:
  struct Options {
    sim::RandomKey random{};
    std::uint32_t stream = 0;  ///< Of the rows' histories, by user.
    std::vector<double> rows;  ///< By shard, a machine of the tier: rows of all users that belong there.
    double capacity = 0;       ///< Rows that fit into one machine.
    RowUses uses;              ///< Until the run begins.
    spec::Seconds lease{1};    ///< After it, who read a missing row is given up.
    spec::Seconds end;         ///< Of the run, from time 0 on.
  };
  explicit RowCache(const Options& options);

  /// Of leases that are given from now on.
  void change_lease(spec::Seconds lease) { lease_ = sim::to_duration(lease); }

  /// Asks a shard for a row. \param user below 2^40 - 1. A hit refreshes its last use.
  Lookup look_up(UserId user, std::uint32_t shard, sim::Time now);
  /// Whoever has the lease puts the row in.
  void fill(UserId user, std::uint32_t shard, sim::Time now) { update(user, shard, now); }
  /// A write through the cache: the row is there afterwards, and fresh. Ends a lease.
  void update(UserId user, std::uint32_t shard, sim::Time now);
  /// A shard begins anew, empty: its machine died and came back.
  void restart(std::uint32_t shard, sim::Time now);

  struct Counts {
    std::uint64_t hits = 0, misses = 0, waits = 0;

    /// A wait is no hit.
    double hit_ratio() const;
  };
  const Counts& counts() const { return counts_; }
  void begin_measuring() { counts_ = {}; }
  /// Of the rows of all users.
  double resident_share() const;
  /// How long ago the row was used that goes next: mean of the shards that drop rows, infinite if none does.
  spec::Seconds eviction_age(sim::Time now) const;
  /// Share of look-ups that hit in the steady state, by formula: what the run began with.
  double expected_hit_ratio() const;

  /// Fetches what an update of a user's row will read.
  void prefetch(UserId user, std::uint32_t number) const { rows_.prefetch(key_of(user, number)); }

  /// Rows that differ from what the function says, and memory of all of it.
  std::size_t stored() const { return rows_.rows(); }
  std::size_t bytes() const;

 private:
  /// Times in ticks of 1 / 2^32 of the run. Once stale, a row is stale for good.
  struct Row {
    std::uint64_t key = 0;
    std::uint32_t used = 0;
    std::uint32_t fresh_until = 0;  // never: beyond the end.
  };
  struct Lease {
    std::uint64_t key = 0;
    sim::Time until{};
  };
  struct State {
    double used, fresh_until;  // Seconds.
  };
  struct Shard {
    Shard(const Options& options, double rows);

    double rows;
    Recency recency;
    RowHistory history;
  };
  static constexpr std::uint32_t never = ~std::uint32_t{0};

  static std::uint64_t key_of(UserId user, std::uint32_t shard) {
    return (static_cast<std::uint64_t>(user) + 1) | std::uint64_t{shard} << 40;
  }
  static bool is_there(const Shard& shard, const State& state) {
    return state.used > shard.recency.boundary().value();
  }
  State state_at_start(std::uint64_t key) const;
  State state_of(const Row& row) const;
  double whole_ticks(double seconds) const;
  std::uint32_t ticks(double seconds) const {
    return static_cast<std::uint32_t>(std::min(seconds / tick_, static_cast<double>(never - 1)));
  }
  std::uint32_t ticks_until_stale(double fresh_until) const;
  bool may_be_dropped(const Shard& shard, const State& state, double now) const;
  void store(std::uint64_t key, double used, double fresh_until, double now);
  Lookup ask_for_lease(std::uint64_t key, sim::Time now);
  void end_lease(std::uint64_t key);

  sim::RandomKey random_;
  std::uint32_t stream_;
  double time_to_live_, end_, tick_;
  sim::Duration lease_;
  std::vector<Shard> shards_;
  FlatTable<Row> rows_;
  FlatTable<Lease> leases_;
  Counts counts_;
};

}  // namespace chatsim::models
