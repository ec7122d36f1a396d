#include "tests/catalogue/random_timetable.hpp"

#include <fmt/format.h>

#include <vector>

#include "tests/dice.hpp"

namespace chatsim::tests {

namespace {

using spec::FaultKind;

struct Tier {
  const char* name;
  int machines;
};

std::vector<Tier> tiers_of(const spec::Scenario& scenario) {
  const spec::Services& services = scenario.services;
  const spec::Stores& stores = scenario.stores;
  return {{"gateway", services.gateway.machines},
          {"messaging", services.messaging.machines},
          {"group", services.group.machines},
          {"profile", services.profile.machines},
          {"blob", services.blob.machines},
          {"message_store", stores.message.machines},
          {"conversation_store", stores.conversation.machines},
          {"group_store", stores.group.machines},
          {"profile_store", stores.profile.machines},
          {"coordination", scenario.control.coordination.machines}};
}

std::string target(Dice& dice, const spec::Scenario& scenario) {
  const std::vector<Tier> tiers = tiers_of(scenario);
  const auto [tier, machines] = tiers[dice.below(tiers.size())];
  switch (dice.below(6)) {
    case 0:
      return fmt::format("rack {}", dice.below(static_cast<std::uint64_t>(spec::hosts(scenario.datacenter) /
                                                                         scenario.datacenter.hosts_per_rack)));
    case 1:
      return fmt::format("{} {}%", tier, 10 * (1 + dice.below(5)));
    case 2: {
      constexpr const char* tables[] = {"message", "conversation", "group", "profile"};
      return fmt::format("replicas {} {}", tables[dice.below(4)], dice.below(1000));
    }
    default:
      return fmt::format("{} {}", tier, dice.below(static_cast<std::uint64_t>(machines)));
  }
}

spec::Fault fault(Dice& dice, const spec::Scenario& scenario) {
  constexpr auto kinds = spec::EnumNames<FaultKind>::names.size();
  const double duration = scenario.simulation.duration.value();
  spec::Fault fault;
  fault.kind = static_cast<FaultKind>(dice.below(kinds));
  fault.at = spec::Seconds{dice.between(scenario.simulation.warmup.value(), 0.6 * duration)};
  fault.lasts = spec::Seconds{dice.between(0.01, 0.3) * duration};
  switch (fault.kind) {
    case FaultKind::load_spike:
      fault.factor = dice.between(1.1, 2);
      fault.over = spec::Seconds{dice.between(0, 1)};
      return fault;
    case FaultKind::cache_flush:
    case FaultKind::stuck_control:
      return fault;
    case FaultKind::deploy:
      fault.lasts = spec::Seconds{dice.between(0.1, 1)};
      fault.over = spec::Seconds{0.2 * duration};
      fault.drain = spec::Seconds{dice.between(0, 0.05) * duration};
      break;
    case FaultKind::crash:
      if (dice.one_in(4)) fault.over = spec::Seconds{dice.between(0, 1)};
      if (dice.one_in(4)) fault.data = spec::FaultData::lost;
      break;
    default:
      break;
  }
  fault.target = target(dice, scenario);
  if (fault.kind == FaultKind::partition && dice.one_in(2)) fault.against = target(dice, scenario);
  fault.direction = static_cast<spec::FaultDirection>(dice.below(3));
  fault.factor = dice.between(1.5, 50);
  fault.loss = spec::Probability{dice.between(0.001, 0.3)};
  fault.latency = spec::Seconds{dice.between(0, 0.05)};
  return fault;
}

}  // namespace

spec::Scenario with_random_faults(spec::Scenario scenario, std::uint64_t seed) {
  Dice dice(seed);
  scenario.name = fmt::format("random_faults_{}", seed);
  scenario.seed = seed;
  scenario.control.detection = dice.one_in(4) ? spec::Detection::instant : spec::Detection::heartbeat;
  scenario.services.group.fanout = dice.one_in(4) ? spec::Fanout::batched : spec::Fanout::each;
  for (spec::Store* store :
       {&scenario.stores.message, &scenario.stores.conversation, &scenario.stores.group, &scenario.stores.profile}) {
    if (dice.one_in(3)) {
      store->consistency = spec::Consistency::leader;
      continue;
    }
    if (dice.one_in(4)) store->repair.sloppy_quorum = spec::Switch::on;
    if (dice.one_in(4)) store->write_quorum = 1 + static_cast<int>(dice.below(3));
    if (dice.one_in(4)) store->read_quorum = 1 + static_cast<int>(dice.below(3));
    if (dice.one_in(2)) store->repair.anti_entropy = spec::Seconds{5};
  }
  const std::uint64_t faults = 1 + dice.below(6);
  scenario.faults.timetable.clear();
  for (std::uint64_t i = 0; i < faults; ++i) scenario.faults.timetable.push_back(fault(dice, scenario));
  return scenario;
}

}  // namespace chatsim::tests
