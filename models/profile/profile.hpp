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
    Lookup found = Lookup::hit;           ///< In the cache; only a hit says where the user is.
    bool missing() const { return outcome == sim::Outcome::ok && found != Lookup::hit; }
  };
  class Get;
  /// get(userId): the server of a user, if the cache has it. \param step what it is needed for.
  ///
  ///     Location at = co_await profiles.server_of(self, user, step, hops);
  ///     if (at.missing()) at = co_await profiles.look_aside(self, user, at.found, step, hops);
  ///
  /// Nearly all look-ups hit, and there are more of them than of anything else: so the first step is a plain call.
  Get server_of(sim::MachineIndex client, UserId user, Step step, Hops& hops);
  /// get(userId): name and picture of a message's author; the same two steps.
  Get author(sim::MachineIndex client, UserId user, Hops& hops);
  /// What was not in the cache: waits for whoever reads it, or reads it.
  sim::Task<Location> look_aside(sim::MachineIndex client, UserId user, Lookup found, Step step, Hops hops);

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

  /// All machines of the cache begin anew, empty.
  void flush();

  /// The memory that server_of will read first.
  const void* hint(UserId user) const {
    if (!region_shards_.empty()) [[unlikely]] return nullptr;
    return shards_.hint(static_cast<std::uint64_t>(user));
  }
  /// Users of a cache machine's region for each of its machines, over that of all: 1 with one region.
  double relative_share_of(std::uint32_t shard) const;

  const AppTier& tier() const { return tier_; }
  /// Takes over what has changed in the scenario.
  void reconfigure();
  const RowCache& cache() const { return cache_; }
  void begin_measuring() { cache_.begin_measuring(); }
  spec::CacheSummary cache_summary() const;

 private:
  static void prefetch_row(void* self, const sim::CallRecord& call);
  static sim::Served look_up(void* self, sim::Leg& leg, sim::CallRecord& call);
  static sim::Served fill(void* self, sim::Leg& leg, sim::CallRecord& call);
  static sim::Served take_update(void* self, sim::Leg& leg, sim::CallRecord& call);

  static std::vector<HashRing> rings_of_regions(const Context& context, const MachinesByRegion& machines);
  std::vector<double> rows_of_shards() const;
  /// The cache machine that has a user's row.
  sim::MachineIndex machine_of(UserId user) const {
    if (!region_shards_.empty()) [[unlikely]] return machine_in_region(user);
    return tier_.machine(shards_.first_replica(static_cast<std::uint64_t>(user)));
  }
  sim::MachineIndex machine_in_region(UserId user) const;
  Store::Shard row_of(UserId user) const;
  sim::Call ask(sim::MachineIndex client, UserId user, Step step, Hops& hops);
  sim::Call put(sim::MachineIndex client, UserId user, Step step, std::uint8_t server, Hops& hops);
  Location location_of(UserId user) const;
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
  /// Of several regions: the machines of each, which have the rows of its users.
  MachinesByRegion by_region_;
  std::vector<HashRing> region_shards_;
  RowCache cache_;
  std::vector<Machine> machines_;
  std::uint8_t look_up_server_, fill_server_, update_server_;
};

/// A look-up in the cache: to be awaited, once.
class [[nodiscard]] Profile::Get {
 public:
  bool await_ready() const { return false; }
  void await_suspend(std::coroutine_handle<> coroutine) { call_.await_suspend(coroutine); }
  Location await_resume() const {
    const sim::Reply cached = call_.await_resume();
    if (cached.outcome != sim::Outcome::ok) return {.outcome = cached.outcome, .server = {}};
    if (Lookup(cached.value) != Lookup::hit) return {.server = {}, .found = Lookup(cached.value)};
    return profiles_.location_of(user_);
  }

 private:
  friend class Profile;
  Get(const Profile& profiles, UserId user, sim::Call call)
      : profiles_(profiles), user_(user), call_(std::move(call)) {}

  const Profile& profiles_;
  UserId user_;
  sim::Call call_;
};

/// How often the rows of the cache are used in a scenario: each by the mean of all.
RowUses expected_profile_uses(const spec::Scenario& scenario);

}  // namespace chatsim::models
