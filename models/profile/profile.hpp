#pragma once

#include <optional>
#include <vector>

#include "models/population/directory.hpp"
#include "models/profile/row_cache.hpp"
#include "models/service/app_tier.hpp"
#include "models/store/store.hpp"

namespace chatsim::models {

/// "Information store about a user": name, picture, and above all the server that holds the user's
/// connection. A cache tier, sharded by consistent hashing, in front of the profile store.
///
/// Reads look aside: whoever misses a row in the cache reads it from the store and fills it in, while others
/// who miss it wait for that. Where a user is and when it was last seen is written to the cache, which writes
/// it to the store later, many rows at once; name and picture go to the store first. (What a cache machine
/// has not yet written when it dies is lost: the next login writes it anew.)
class Profile {
 public:
  Profile(Context& context, const Directory& directory, Store& profiles);

  struct Location {
    sim::Outcome outcome = sim::Outcome::ok;
    std::optional<std::uint32_t> server;  ///< Number of the gateway; none: the user is offline.
  };
  /// get(userId): the server of a user. \param step what it is needed for.
  sim::Task<Location> server_of(sim::MachineIndex client, UserId user, Step step, Hops hops);
  /// get(userId): name and picture of a message's author.
  sim::Task<sim::Outcome> author(sim::MachineIndex client, UserId user, Hops hops);

  /// updateServer(userId, serverId): a request to the cache.
  sim::Call update_server(sim::MachineIndex client, UserId user, Hops& hops);
  /// updateLastSeen(userId) for many users of one cache machine, 0 to machines - 1, done when it is done.
  sim::Task<void> write_last_seen(std::uint32_t shard, double rows);

  /// create(name, picture) and update(name, picture).
  sim::Task<sim::Outcome> create(sim::MachineIndex client, UserId user, Hops hops) {
    return change(client, user, Store::Change::insert, hops);
  }
  sim::Task<sim::Outcome> update(sim::MachineIndex client, UserId user, Hops hops) {
    return change(client, user, Store::Change::update, hops);
  }

  /// The memory that server_of will read first.
  const void* hint(UserId user) const { return shards_.hint(static_cast<std::uint64_t>(user)); }

  const AppTier& tier() const { return tier_; }
  const RowCache& cache() const { return cache_; }
  void begin_measuring() { cache_.begin_measuring(); }
  spec::CacheSummary cache_summary() const;

 private:
  static sim::Served look_up(void* self, sim::Leg& leg, sim::CallRecord& call);
  static sim::Served fill(void* self, sim::Leg& leg, sim::CallRecord& call);
  static sim::Served take_update(void* self, sim::Leg& leg, sim::CallRecord& call);

  sim::Call ask(sim::MachineIndex client, UserId user, Step step, Hops& hops);
  sim::Call put(sim::MachineIndex client, UserId user, Step step, std::uint8_t server, Hops& hops);
  sim::Task<sim::Outcome> look_aside(sim::MachineIndex client, UserId user, Lookup found, Step step,
                                     Hops hops);
  sim::Task<void> fill_in(sim::MachineIndex client, UserId user, Hops hops);
  sim::Task<sim::Outcome> change(sim::MachineIndex client, UserId user, Store::Change change, Hops hops);
  sim::Task<void> write_behind(std::uint32_t shard, std::uint64_t batch);
  std::uint32_t shard_of(sim::MachineIndex machine);
  void note_changed(std::uint32_t shard, double rows);

  /// A cache machine, beside its rows.
  struct Machine {
    std::uint8_t deaths = 0;    ///< That have been noticed, modulo 256.
    double changed_rows = 0;    ///< Not yet written to the store.
    std::uint64_t batches = 0;  ///< Written to it.
  };

  Context& context_;
  const Directory& directory_;
  Store& profiles_;
  AppTier tier_;
  HashRing shards_;
  RowCache cache_;
  std::vector<Machine> machines_;
  std::uint8_t look_up_server_, fill_server_, update_server_;
};

/// How often the rows of the cache are used in a scenario: each by the mean of all.
RowUses expected_profile_uses(const spec::Scenario& scenario);

}  // namespace chatsim::models
