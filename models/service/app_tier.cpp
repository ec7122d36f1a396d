#include "models/service/app_tier.hpp"

namespace chatsim::models {

namespace {

/// Of a tier of which nine in ten machines are down, one choice in five takes more.
constexpr std::uint32_t most_draws = 16;

}  // namespace

AppTier::AppTier(Context& context, const std::string& name, const spec::Tier& tier)
    : context_(context),
      index_(context.world.fleet.add_tier({.name = name,
                                           .machines = static_cast<std::uint32_t>(tier.machines),
                                           .threads = static_cast<std::uint32_t>(tier.threads),
                                           .cores = static_cast<std::uint32_t>(tier.cores),
                                           .queue_limit = static_cast<std::uint32_t>(tier.queue_limit)})),
      first_(context.world.fleet.first(index_)),
      machines_(static_cast<std::uint32_t>(tier.machines)),
      balancing_(tier.balancing),
      cpu_share_(static_cast<float>(tier.cpu_share.value())),
      service_time_(tier.service_time) {}

sim::MachineIndex AppTier::next(sim::MachineIndex client) {
  switch (balancing_) {
    case spec::Balancing::round_robin:
      break;
    case spec::Balancing::random:
    case spec::Balancing::power_of_two:
      return at_random(client);
    case spec::Balancing::least_outstanding:
      return least_outstanding(client);
  }
  return in_turn(client);
}

sim::MachineIndex AppTier::in_turn(sim::MachineIndex client) {
  for (std::uint32_t tries = 0; tries < machines_; ++tries) {
    turn_ = turn_ + 1 < machines_ ? turn_ + 1 : 0;
    if (context_.membership.believes_up(client, first_ + turn_)) break;
  }
  return first_ + turn_;
}

/// One, or the better of two different ones, of all that are believed to be up. Draws again where one is not; if that takes
/// too long, goes by turns.
sim::MachineIndex AppTier::at_random(sim::MachineIndex client) {
  const std::uint64_t choice = choices_++;
  const bool of_two = balancing_ == spec::Balancing::power_of_two && machines_ > 1;
  sim::MachineIndex best = sim::no_machine;
  for (std::uint32_t tries = 0; tries < most_draws; ++tries) {
    const sim::Draw draw = context_.draw(Stream::balancing, choice, std::uint32_t{index_} * most_draws + tries);
    const auto one = static_cast<std::uint32_t>(draw.below(machines_, 0));
    auto other = of_two ? static_cast<std::uint32_t>(draw.below(machines_ - 1, 1)) : one;
    other += of_two && other >= one;
    for (const std::uint32_t number : {one, other}) {
      const sim::MachineIndex machine = first_ + number;
      if (machine == best || !context_.membership.believes_up(client, machine)) continue;
      if (!of_two) return machine;
      if (best != sim::no_machine) return outstanding(machine) < outstanding(best) ? machine : best;
      best = machine;
    }
  }
  return best != sim::no_machine ? best : in_turn(client);
}

sim::MachineIndex AppTier::least_outstanding(sim::MachineIndex client) {
  std::uint32_t best = machines_, least = 0;
  for (std::uint32_t i = 1; i <= machines_; ++i) {
    const std::uint32_t number = turn_ + i < machines_ ? turn_ + i : turn_ + i - machines_;
    const std::uint32_t requests = outstanding(first_ + number);
    if (best != machines_ && requests >= least) continue;
    if (!context_.membership.believes_up(client, first_ + number)) continue;
    best = number;
    least = requests;
    if (least == 0) break;
  }
  if (best == machines_) return in_turn(client);
  turn_ = best;
  return first_ + best;
}

}  // namespace chatsim::models
