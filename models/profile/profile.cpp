#include "models/profile/profile.hpp"

#include <algorithm>

namespace chatsim::models {

namespace {

constexpr std::uint32_t virtual_nodes = 128;
constexpr std::uint64_t ring_number = 1u << 16;  // Beside those of the stores.

}  // namespace

Profile::Profile(Context& context, const Directory& directory, Store& profiles)
    : context_(context),
      directory_(directory),
      profiles_(profiles),
      tier_(context, "profile", context.scenario.services.profile),
      shards_({.machines = tier_.machines(),
               .virtual_nodes = virtual_nodes,
               .replication = 1,
               .random = context.random,
               .stream = static_cast<std::uint32_t>(Stream::ring),
               .store = ring_number},
              [](std::uint32_t machine) { return machine; }),
      look_up_server_(context.world.rpc.add_server(look_up, this)) {
  const spec::Profile& profile = context.scenario.services.profile;
  const spec::Bytes all_rows = context.scenario.population.users * profile.row;
  resident_share_ = std::min(1.0, profile.machines * profile.cache_per_machine / all_rows);
}

sim::Task<Profile::Location> Profile::server_of(sim::MachineIndex client, UserId user, Hops hops) {
  const auto key = static_cast<std::uint64_t>(user);
  sim::CallOptions request = tier_.request(client, Step::locate, context_.bytes(spec::Bytes{8}),
                                           context_.bytes(context_.scenario.services.profile.row));
  request.server = look_up_server_;
  request.argument = key;
  const sim::MachineIndex shard = tier_.machine(shards_.first_replica(key));
  const sim::Reply cached = co_await context_.world.rpc.call(request, tier_.leg(shard, hops));
  if (cached.outcome != sim::Outcome::ok) co_return Location{cached.outcome, {}};
  if (cached.value == 0) {
    const sim::Reply stored = co_await profiles_.get(client, profiles_.shard(key + 1), 1, Step::locate_miss, hops);
    if (stored.outcome != sim::Outcome::ok) co_return Location{stored.outcome, {}};
  }
  if (!directory_.online(user)) co_return Location{};
  co_return Location{sim::Outcome::ok, directory_.gateway_of(user)};
}

sim::Served Profile::look_up(void* self, sim::Leg& leg, sim::CallRecord& call) {
  leg.value = static_cast<const Profile*>(self)->resident(UserId{call.argument}) ? 1 : 0;
  return sim::Served::reply;
}

bool Profile::resident(UserId user) const {
  if (resident_share_ >= 1) return true;
  return context_.draw(Stream::residency, static_cast<std::uint64_t>(user)).uniform64(0) < resident_share_;
}

}  // namespace chatsim::models
