#pragma once

#include <algorithm>
#include <cstdint>

#include "sim/resources/fleet.hpp"

namespace chatsim::sim {

/// Messages between machines. A message waits until its sender's network card has sent what it was given before (FIFO),
/// takes size / bandwidth to leave, where bandwidth is what bulk flows leave, and arrives a route's latency later.
/// Latencies, bandwidths and whether there is a way at all are SimGrid's, through Platform.
class Wire {
 public:
  Wire(const Platform& platform, Fleet& fleet) : platform_(platform), fleet_(fleet) {}

  bool reachable(MachineIndex from, MachineIndex to) const {
    return platform_.everything_on() || platform_.reachable(fleet_[from].host, fleet_[to].host);
  }
  /// Whether the links are on, be the machines dead or alive.
  bool connected(MachineIndex from, MachineIndex to) const {
    return platform_.connected(fleet_[from].host, fleet_[to].host);
  }
  Duration latency(MachineIndex from, MachineIndex to) const {
    const Port& sender = ports_[from];
    const Port& receiver = ports_[to];
    if (from == to) [[unlikely]] return platform_.latency(fleet_[from].host, fleet_[to].host);
    return Duration{sender.latency_up_ns + receiver.latency_down_ns} +
           platform_.latency_between_racks(sender.rack, receiver.rack);
  }

  /// How long the sender's card needs for so many bytes.
  Duration serialisation(MachineIndex from, MachineIndex to, std::uint32_t bytes) const {
    float ns_per_byte = std::max(ports_[from].ns_per_byte, ports_[to].ns_per_byte);
    if (!platform_.cards_decide()) [[unlikely]] ns_per_byte = slower_than_cards(from, to);
    return Duration{static_cast<Duration::rep>(static_cast<float>(bytes) * ns_per_byte + 0.5F)};
  }
  /// When the last byte of what is handed to the sender's card now has left it.
  Time leave(Time now, MachineIndex from, MachineIndex to, std::uint32_t bytes) {
    Port& sender = ports_[from];
    sender.free = std::max(sender.free, now) + serialisation(from, to, bytes);
    sender.bytes_sent += bytes;
    return sender.free;
  }
  /// When a message that is sent now arrives. Occupies the sender's card.
  Time send(Time now, MachineIndex from, MachineIndex to, std::uint32_t bytes) {
    return leave(now, from, to, bytes) + latency(from, to);
  }

  /// So many bytes leave the sender's card as a flow of SimGrid, which takes no turn at it here.
  void count_flow(MachineIndex from, std::uint64_t bytes) { ports_[from].bytes_sent += bytes; }

  void prefetch(MachineIndex from, MachineIndex to) const {
    __builtin_prefetch(&ports_[from]);
    __builtin_prefetch(&ports_[to]);
  }

  /// Takes over what SimGrid's links say now. Also to be called when machines were added.
  void refresh();
  /// The machine died: what its card had yet to send is gone.
  void reset(MachineIndex machine) { ports_[machine].free = Time{}; }

  void begin_measuring();
  /// Share of the time since begin_measuring() that the machine's card was sending.
  double utilisation(MachineIndex machine, Duration measured) const;
  std::uint64_t bytes_sent(MachineIndex machine) const { return ports_[machine].bytes_sent; }

 private:
  /// A machine's network card and its way to the switch of its rack: a copy of what Platform knows, half a cache line
  /// at one place instead of five places.
  struct alignas(32) Port {
    Time free{};  ///< When the card has sent what it was given.
    std::uint64_t bytes_sent = 0;
    std::uint32_t latency_up_ns = 0;
    std::uint32_t latency_down_ns = 0;
    std::uint32_t rack = 0;
    float ns_per_byte = 0;
  };
  static_assert(sizeof(Port) == 32);

  float slower_than_cards(MachineIndex from, MachineIndex to) const;

  const Platform& platform_;
  const Fleet& fleet_;
  HugeVector<Port> ports_;
};

}  // namespace chatsim::sim
