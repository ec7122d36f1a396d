#pragma once

#include <string>

#include "scenarios/spec/tier.hpp"
#include "sim/resources/fleet.hpp"

namespace chatsim::models {

/// What a tier of services or the machines of a store are to the fleet.
template <class AnyTier>
sim::TierOptions tier_options(const std::string& name, const AnyTier& tier, int machines) {
  sim::TierOptions options{.name = name,
                           .machines = static_cast<std::uint32_t>(machines),
                           .threads = static_cast<std::uint32_t>(tier.threads),
                           .cores = static_cast<std::uint32_t>(tier.cores),
                           .queue_limit = static_cast<std::uint32_t>(tier.queue_limit),
                           .codel_target = sim::to_duration(tier.codel.target),
                           .codel_interval = sim::to_duration(tier.codel.interval),
                           .newest_first = tier.codel.order == spec::QueueOrder::newest_first};
  switch (tier.shedding) {
    case spec::Shedding::none:
      break;
    case spec::Shedding::codel:
      options.shedding = sim::Shedding::codel;
      break;
    case spec::Shedding::priority:
      options.shedding = sim::Shedding::priority;
  }
  return options;
}

/// The part of it that may change while machines serve.
template <class AnyTier>
sim::TierCapacity capacity_of(const AnyTier& tier) {
  const sim::TierOptions options = tier_options({}, tier, tier.machines);
  return {.threads = options.threads,
          .queue_limit = options.queue_limit,
          .shedding = options.shedding,
          .codel_target = options.codel_target,
          .codel_interval = options.codel_interval,
          .newest_first = options.newest_first};
}

}  // namespace chatsim::models
