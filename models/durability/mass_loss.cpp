#include "models/durability/mass_loss.hpp"

#include <algorithm>

#include "sim/kernel/check.hpp"

namespace chatsim::models {
namespace {

constexpr std::uint32_t stream_of_machines = 1;

}  // namespace

std::uint64_t times_with_losses(const MachineSets& sets, std::uint32_t lost_at_once, std::uint64_t times,
                                sim::RandomKey random) {
  CHATSIM_CHECK(lost_at_once <= sets.machines(), "{} of {} machines lost", lost_at_once, sets.machines());
  std::vector<std::uint64_t> last_lost(sets.machines(), 0);
  std::vector<std::uint32_t> lost;
  std::uint64_t found = 0;
  for (std::uint64_t time = 1; time <= times; ++time) {
    sim::DrawSequence draws(random, stream_of_machines, time);
    lost.clear();
    while (lost.size() < lost_at_once) {
      const auto machine = static_cast<std::uint32_t>(draws.uniform() * sets.machines());
      if (last_lost[machine] == time) continue;
      last_lost[machine] = time;
      lost.push_back(machine);
    }
    found += std::any_of(lost.begin(), lost.end(), [&](std::uint32_t machine) {
      const auto here = sets.of_machine(machine);
      return std::any_of(here.begin(), here.end(), [&](std::uint32_t number) {
        const auto members = sets.set(number);
        return members[0] == machine && std::all_of(members.begin(), members.end(),
                                                    [&](std::uint32_t member) { return last_lost[member] == time; });
      });
    });
  }
  return found;
}

}  // namespace chatsim::models
