#include "models/store/homes.hpp"

#include "models/store/failure_domain.hpp"

namespace chatsim::models {

Homes::Homes(Context& context, const spec::Store& store, std::uint32_t number, sim::MachineIndex first)
    : machines_(context.regions, first, static_cast<std::uint32_t>(store.machines)) {
  CHATSIM_CHECK(regions() <= 1U << region_bits, "{} regions", regions());
  for (std::uint32_t region = 0; region < regions(); ++region) {
    rings_.push_back(HashRing({.machines = machines_.size(region),
                               .virtual_nodes = static_cast<std::uint32_t>(store.virtual_nodes),
                               .replication = static_cast<std::uint32_t>(store.replication),
                               .random = context.random,
                               .stream = static_cast<std::uint32_t>(Stream::ring),
                               .store = number + std::uint64_t{region + 1} * 256},
                              [&](std::uint32_t machine) {
                                return domain_of(context.world.fleet.domain(first + machines_.number(region, machine)),
                                                 store.spread);
                              }));
  }
}

}  // namespace chatsim::models
