#pragma once

#include <optional>

#include "models/population/directory.hpp"
#include "models/service/app_tier.hpp"
#include "models/store/store.hpp"

namespace chatsim::models {

/// "Information store about a user": get(userId) tells among other things the server that holds the user's connection.
/// A cache tier, sharded by consistent hashing, in front of the profile store.
class Profile {
 public:
  Profile(Context& context, const Directory& directory, Store& profiles);

  struct Location {
    sim::Outcome outcome = sim::Outcome::ok;
    std::optional<std::uint32_t> server;  ///< Number of the gateway; none: the user is offline.
  };
  /// The recipient's server: from the cache; if the row is not there, from the store (look-aside).
  sim::Task<Location> server_of(sim::MachineIndex client, UserId user, Hops hops);

  /// The memory that server_of will read first.
  const void* hint(UserId user) const { return shards_.hint(static_cast<std::uint64_t>(user)); }

  const AppTier& tier() const { return tier_; }
  /// Share of all profiles that the cache holds. Users are looked up equally often, so in the steady state each row is
  /// resident with this probability, whatever the order of eviction (Che, Tung, Wang, 2002).
  double resident_share() const { return resident_share_; }

 private:
  static sim::Served look_up(void* self, sim::Leg& leg, sim::CallRecord& call);
  bool resident(UserId user) const;

  Context& context_;
  const Directory& directory_;
  Store& profiles_;
  AppTier tier_;
  HashRing shards_;
  double resident_share_;
  std::uint8_t look_up_server_;
};

}  // namespace chatsim::models
