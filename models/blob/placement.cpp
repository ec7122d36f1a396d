#include "models/blob/placement.hpp"

#include <algorithm>
#include <cmath>

#include "models/store/failure_domain.hpp"

namespace chatsim::models {

namespace {

constexpr std::uint64_t ring_number = (1u << 16) + 1;  // Beside those of stores and profiles.

}  // namespace

Placement::Placement(const Context& context, const AppTier& tier)
    : tier_(tier),
      coded_(context.scenario.services.blob.redundancy == spec::Redundancy::reed_solomon),
      parts_(static_cast<std::uint32_t>(
          coded_ ? context.scenario.services.blob.data_fragments + context.scenario.services.blob.parity_fragments
                 : context.scenario.services.blob.copies)),
      enough_(coded_ ? static_cast<std::uint32_t>(context.scenario.services.blob.data_fragments) : 1),
      safe_(coded_ ? enough_ + (parts_ - enough_ + 1) / 2 : parts_ / 2 + 1),
      ring_({.machines = tier.machines(),
             .virtual_nodes = spec::Blob::virtual_nodes,
             .replication = std::min<std::uint32_t>(parts_, HashRing::most_replicas),
             .random = context.random,
             .stream = static_cast<std::uint32_t>(Stream::ring),
             .store = ring_number},
            [&](std::uint32_t machine) {
              return domain_of(context.world.fleet.domain(tier.machine(machine)), context.scenario.services.blob.spread);
            }) {
  CHATSIM_CHECK(parts_ <= most_parts, "{} parts, at most {}", parts_, most_parts);
}

spec::Bytes Placement::part_of(spec::Bytes object) const {
  return coded_ ? spec::Bytes{std::ceil(object.value() / enough_)} : object;
}

Placement::Machines Placement::machines_of(BlobUrl url) const {
  Machines found;
  found.count = parts_;
  ring_.replicas(url.object, std::span(found.machine).first(parts_));
  for (std::uint32_t& machine : std::span(found.machine).first(parts_)) machine = tier_.machine(machine);
  return found;
}

std::optional<std::uint32_t> Placement::part_at(BlobUrl url, sim::MachineIndex machine) const {
  const Machines machines = machines_of(url);
  const auto found = std::find(machines.all().begin(), machines.all().end(), machine);
  if (found == machines.all().end()) return std::nullopt;
  return static_cast<std::uint32_t>(found - machines.all().begin());
}

void Placement::arrived(BlobUrl url, std::uint32_t part) {
  const auto found = absent_.find(url.object);
  if (found == absent_.end()) return;
  found->second &= ~(std::uint64_t{1} << part);
  if (found->second == 0) absent_.erase(found);
}

bool Placement::present(BlobUrl url, std::uint32_t part) const {
  const auto found = absent_.find(url.object);
  return found == absent_.end() || (found->second >> part & 1) == 0;
}

}  // namespace chatsim::models
