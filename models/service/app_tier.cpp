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
      cpu_share_(static_cast<float>(tier.cpu_share.value())),
      service_time_(tier.service_time) {}

sim::MachineIndex AppTier::next(sim::MachineIndex client) {
  for (std::uint32_t tries = 0; tries < machines_; ++tries) {
    turn_ = turn_ + 1 < machines_ ? turn_ + 1 : 0;
    if (context_.membership.believes_up(client, first_ + turn_)) break;
  }
  return first_ + turn_;
}

}  // namespace chatsim::models
