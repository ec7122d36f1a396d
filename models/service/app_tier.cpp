#include "models/service/app_tier.hpp"

namespace chatsim::models {

AppTier::AppTier(Context& context, const std::string& name, const spec::Tier& tier)
    : context_(context),
      index_(context.world.fleet.add_tier({.name = name,
                                           .machines = static_cast<std::uint32_t>(tier.machines),
                                           .threads = static_cast<std::uint32_t>(tier.threads),
                                           .cores = static_cast<std::uint32_t>(tier.cores),
                                           .queue_limit = static_cast<std::uint32_t>(tier.queue_limit)})),
      first_(context.world.fleet.first(index_)),
      machines_(static_cast<std::uint32_t>(tier.machines)),
      by_region_(context.regions, first_, machines_),
      turn_in_(context.regions.count(), 0),
      cpu_share_(static_cast<float>(tier.cpu_share.value())),
      service_time_(tier.service_time) {}

sim::MachineIndex AppTier::next_of_all(sim::MachineIndex client) {
  for (std::uint32_t tries = 0; tries < machines_; ++tries) {
    turn_ = turn_ + 1 < machines_ ? turn_ + 1 : 0;
    if (context_.membership.believes_up(client, first_ + turn_)) break;
  }
  return first_ + turn_;
}

sim::MachineIndex AppTier::next_in(std::uint32_t region, sim::MachineIndex client) {
  if (by_region_.regions() == 1) return next_of_all(client);
  for (std::uint32_t away = 0; away < by_region_.regions(); ++away) {
    const std::uint32_t asked = (region + away) % by_region_.regions(), machines = by_region_.size(asked);
    for (std::uint32_t tries = 0; tries < machines; ++tries) {
      turn_in_[asked] = turn_in_[asked] + 1 < machines ? turn_in_[asked] + 1 : 0;
      const sim::MachineIndex machine = first_ + by_region_.number(asked, turn_in_[asked]);
      if (!context_.membership.believes_up(client, machine)) continue;
      if (away > 0) context_.regions.note_failover(region);
      return machine;
    }
  }
  return next_of_all(client);
}

}  // namespace chatsim::models
