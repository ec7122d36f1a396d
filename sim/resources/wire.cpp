#include "sim/resources/wire.hpp"

namespace chatsim::sim {

void Wire::refresh() {
  ports_.resize(fleet_.size());
  for (MachineIndex i = 0; i < fleet_.size(); ++i) {
    const HostIndex host = fleet_[i].host;
    Port& port = ports_[i];
    port.latency_up_ns = static_cast<std::uint32_t>(platform_.latency_up(host).count());
    port.latency_down_ns = static_cast<std::uint32_t>(platform_.latency_down(host).count());
    port.rack = platform_.domain(host).rack;
    port.ns_per_byte = static_cast<float>(1e9 / platform_.card_bandwidth(host).value());
  }
}

float Wire::slower_than_cards(MachineIndex from, MachineIndex to) const {
  return static_cast<float>(1e9 / platform_.bandwidth_for_message(fleet_[from].host, fleet_[to].host).value());
}

void Wire::begin_measuring() {
  for (Port& port : ports_) port.bytes_sent = 0;
}

double Wire::utilisation(MachineIndex machine, Duration measured) const {
  const Port& port = ports_[machine];
  if (measured <= Duration{}) return 0;
  return static_cast<double>(port.bytes_sent) * port.ns_per_byte / static_cast<double>(measured.count());
}

}  // namespace chatsim::sim
