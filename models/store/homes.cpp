#include "models/store/homes.hpp"

#include "models/store/failure_domain.hpp"
#include "scenarios/spec/regions.hpp"

namespace chatsim::models {

Homes::Homes(Context& context, const spec::Store& store, std::uint32_t number, sim::MachineIndex first)
    : machines_(context.regions, first, static_cast<std::uint32_t>(store.machines)),
      machines_count_(static_cast<std::uint32_t>(store.machines)),
      shares_(spec::user_shares(context.scenario.population.regions, static_cast<int>(regions())).value()) {
  CHATSIM_CHECK(regions() <= 1U << region_bits, "{} regions", regions());
  for (std::uint32_t machine = 0; machine < machines_count_; ++machine) {
    domain_.push_back(domain_of(context.world.fleet.domain(first + machine), store.spread));
  }
  for (std::uint32_t region = 0; region < regions(); ++region) {
    rings_.push_back(HashRing({.machines = machines_.size(region),
                               .virtual_nodes = static_cast<std::uint32_t>(store.virtual_nodes),
                               .replication = static_cast<std::uint32_t>(store.replication),
                               .random = context.random,
                               .stream = static_cast<std::uint32_t>(Stream::ring),
                               .store = number + std::uint64_t{region + 1} * 256,
                               .load_bound = store.placement.load_bound},
                              [&](std::uint32_t machine) { return domain_[machines_.number(region, machine)]; }));
  }
}

/// A range of a region's ring begins at the first position there whose last bits name the region.
std::vector<Range> Homes::ranges() const {
  constexpr std::uint32_t mask = (1U << region_bits) - 1;
  std::vector<Range> found;
  for (std::uint32_t region = 0; region < regions(); ++region) {
    for (const Range& range : ranges_between(rings_[region].boundaries())) {
      found.push_back({((range.begin + mask) & ~mask) | region, range.share * shares_[region]});
    }
  }
  return found;
}

}  // namespace chatsim::models
