#include "models/gateway/connections.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

namespace chatsim::models {

Connections::Connections(const Context& context, const Directory& directory)
    : directory_(directory),
      memory_per_connection_(context.scenario.services.gateway.memory_per_connection.value()),
      connected_(directory.all_gateways(), 0),
      outbound_(directory.all_gateways(), 0) {
  reconfigure(context.scenario.services.gateway);
  // Those online are ranges of positions, and neighbours of a region have neighbouring homes there: every gateway has
  // the whole turns of a range, and those where the rest begins one more.
  const UserRegions& regions = directory.regions();
  directory.schedule().for_each_range_online(sim::Time{}, [&](std::uint64_t begin, std::uint64_t end) {
    for (std::uint32_t region = 0; region < regions.count(); ++region) {
      const std::uint64_t first = regions.before(region, begin), last = regions.before(region, end);
      const std::uint64_t gateways = directory.gateways_in(region);
      const auto whole = static_cast<std::uint32_t>((last - first) / gateways);
      if (whole > 0) {
        for (std::size_t number = region; number < directory.gateways(); number += regions.count()) {
          connected_[number] += whole;
        }
      }
      for (std::uint64_t rank = first + whole * gateways; rank < last; ++rank) {
        ++connected_[directory.home_of(regions.position_of(region, rank))];
      }
    }
  });
  total_ = std::accumulate(connected_.begin(), connected_.end(), std::uint64_t{0});
}

void Connections::reconfigure(const spec::Gateway& gateway) {
  outbound_limit_ = static_cast<std::uint32_t>(gateway.outbound_limit);
  limit_ = static_cast<std::uint32_t>(
      std::min(static_cast<double>(gateway.connections_per_machine),
               gateway.memory.value() / std::max(1e-9, gateway.memory_per_connection.value())));
}

bool Connections::try_accept(std::uint32_t gateway) {
  if (connected_[gateway] >= limit_ || directory_.draining(gateway)) return false;
  if (!closed_.empty() && closed_[gateway]) [[unlikely]] return false;
  ++connected_[gateway];
  ++total_;
  return true;
}

void Connections::release(std::uint32_t gateway) {
  if (connected_[gateway] == 0) return;
  --connected_[gateway];
  --total_;
}

std::uint32_t Connections::lose(std::uint32_t gateway) {
  const std::uint32_t lost = std::exchange(connected_[gateway], 0);
  total_ -= lost;
  return lost;
}

Connections::Queued::Queued(Connections& connections, std::uint32_t gateway)
    : connections_(&connections), gateway_(gateway) {
  connections.outbound_max_ = std::max(connections.outbound_max_, ++connections.outbound_[gateway]);
}

void Connections::Queued::leave() {
  if (connections_ != nullptr) --connections_->outbound_[gateway_];
  connections_ = nullptr;
}

void Connections::report(spec::SessionSummary& summary) const {
  const std::uint32_t most = *std::max_element(connected_.begin(), connected_.end());
  summary.connections = static_cast<double>(total_);
  summary.connections_max = most;
  summary.connection_limit = limit_;
  summary.connection_memory_bytes = most * memory_per_connection_;
  summary.outbound_max = outbound_max_;
}

}  // namespace chatsim::models
