#include "sim/resources/wire.hpp"

namespace chatsim::sim {

void Wire::refresh() {
  for (MachineIndex i = 0; i < fleet_.size(); ++i) {
    const HostIndex host = fleet_[i].host;
    NetworkCard& card = fleet_[i].card;
    card.latency_up_ns = static_cast<std::uint32_t>(platform_.latency_up(host).count());
    card.latency_down_ns = static_cast<std::uint32_t>(platform_.latency_down(host).count());
    card.rack = platform_.domain(host).rack;
    card.ns_per_byte = static_cast<float>(1e9 / platform_.card_bandwidth(host).value());
  }
}

float Wire::slower_than_cards(MachineIndex from, MachineIndex to) const {
  return static_cast<float>(1e9 / platform_.bandwidth_for_message(fleet_[from].host, fleet_[to].host).value());
}

void Wire::begin_measuring() {
  for (MachineIndex i = 0; i < fleet_.size(); ++i) fleet_[i].card.bytes_sent = 0;
}

double Wire::utilisation(MachineIndex machine, Duration measured) const {
  const NetworkCard& card = fleet_[machine].card;
  if (measured <= Duration{}) return 0;
  return static_cast<double>(card.bytes_sent) * card.ns_per_byte / static_cast<double>(measured.count());
}

}  // namespace chatsim::sim
