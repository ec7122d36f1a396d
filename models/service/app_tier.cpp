#include "models/service/app_tier.hpp"

#include "models/service/tier_options.hpp"

namespace chatsim::models {

namespace {

/// Of a tier of which nine in ten machines are down, one choice in five takes more.
constexpr std::uint32_t most_draws = 16;

}  // namespace

AppTier::AppTier(Context& context, const std::string& name, const spec::Tier& tier)
    : context_(context),
      index_(context.world.fleet.add_tier(tier_options(name, tier, tier.machines))),
      first_(context.world.fleet.first(index_)),
      machines_(static_cast<std::uint32_t>(tier.machines)),
      in_service_(machines_),
      balancing_(tier.balancing),
      by_region_(context.regions, first_, machines_),
      turn_in_(context.regions.count(), 0),
      cpu_share_(static_cast<float>(tier.cpu_share.value())),
      service_time_(tier.service_time) {}

void AppTier::reconfigure(const spec::Tier& tier) {
  balancing_ = tier.balancing;
  cpu_share_ = static_cast<float>(tier.cpu_share.value());
  service_time_ = sim::Sampler(tier.service_time);
  context_.world.rpc.resize(index_, capacity_of(tier));
}

sim::MachineIndex AppTier::next_in(std::uint32_t region, sim::MachineIndex client) {
  const std::uint32_t regions = by_region_.regions();
  if (regions == 1) return next(client);
  const auto serving = [&](std::uint32_t size) {
    if (in_service_ == machines_) return size;
    return static_cast<std::uint32_t>((std::uint64_t{size} * in_service_ + machines_ - 1) / machines_);
  };
  for (std::uint32_t away = 0; away < regions; ++away) {
    const std::uint32_t asked = (region + away) % regions, size = by_region_.size(asked);
    if (size == 0) continue;
    const sim::MachineIndex found = choose({serving(size), by_region_.number(asked, 0), regions, &turn_in_[asked]}, client);
    if (found == sim::no_machine) continue;
    if (away > 0) context_.regions.note_failover(region);
    return found;
  }
  return first_ + turn_;
}

sim::MachineIndex AppTier::choose(const Pool& pool, sim::MachineIndex client) {
  switch (balancing_) {
    case spec::Balancing::round_robin:
      break;
    case spec::Balancing::random:
    case spec::Balancing::power_of_two:
      return at_random(pool, client);
    case spec::Balancing::least_outstanding:
      return least_outstanding(pool, client);
  }
  return in_turn(pool, client);
}

sim::MachineIndex AppTier::in_turn(const Pool& pool, sim::MachineIndex client) {
  std::uint32_t& turn = *pool.turn;
  for (std::uint32_t tries = 0; tries < pool.size; ++tries) {
    turn = turn + 1 < pool.size ? turn + 1 : 0;
    const sim::MachineIndex machine = machine_of(pool, turn);
    if (context_.membership.believes_up(client, machine)) return machine;
  }
  return sim::no_machine;
}

/// One, or the better of two different ones, of all that are believed to be up. Draws again where one is not; if that takes
/// too long, goes by turns.
sim::MachineIndex AppTier::at_random(const Pool& pool, sim::MachineIndex client) {
  const std::uint64_t choice = choices_++;
  const bool of_two = balancing_ == spec::Balancing::power_of_two && pool.size > 1;
  sim::MachineIndex best = sim::no_machine;
  for (std::uint32_t tries = 0; tries < most_draws; ++tries) {
    const sim::Draw draw = context_.draw(Stream::balancing, choice, std::uint32_t{index_} * most_draws + tries);
    const auto one = static_cast<std::uint32_t>(draw.below(pool.size, 0));
    auto other = of_two ? static_cast<std::uint32_t>(draw.below(pool.size - 1, 1)) : one;
    other += of_two && other >= one;
    for (const std::uint32_t number : {one, other}) {
      const sim::MachineIndex machine = machine_of(pool, number);
      if (machine == best || !context_.membership.believes_up(client, machine)) continue;
      if (!of_two) return machine;
      if (best != sim::no_machine) return outstanding(machine) < outstanding(best) ? machine : best;
      best = machine;
    }
  }
  return best != sim::no_machine ? best : in_turn(pool, client);
}

sim::MachineIndex AppTier::least_outstanding(const Pool& pool, sim::MachineIndex client) {
  std::uint32_t& turn = *pool.turn;
  std::uint32_t best = pool.size, least = 0;
  for (std::uint32_t i = 1; i <= pool.size; ++i) {
    const std::uint32_t number = turn + i < pool.size ? turn + i : turn + i - pool.size;
    const std::uint32_t requests = outstanding(machine_of(pool, number));
    if (best != pool.size && requests >= least) continue;
    if (!context_.membership.believes_up(client, machine_of(pool, number))) continue;
    best = number;
    least = requests;
    if (least == 0) break;
  }
  if (best == pool.size) return sim::no_machine;
  turn = best;
  return machine_of(pool, best);
}

}  // namespace chatsim::models
