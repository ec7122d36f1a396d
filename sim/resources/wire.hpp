#pragma once

#include <algorithm>
#include <cstdint>

#include "sim/kernel/random/random.hpp"
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
    const NetworkCard& sender = fleet_[from].card;
    const NetworkCard& receiver = fleet_[to].card;
    if (from == to) [[unlikely]] return platform_.latency(fleet_[from].host, fleet_[to].host);
    return Duration{sender.latency_up_ns + receiver.latency_down_ns} +
           platform_.latency_between_racks(sender.rack, receiver.rack);
  }

  /// How long the sender's card needs for so many bytes.
  Duration serialisation(MachineIndex from, MachineIndex to, std::uint32_t bytes) const {
    float ns_per_byte = std::max(fleet_[from].card.ns_per_byte, fleet_[to].card.ns_per_byte);
    if (!platform_.cards_decide()) [[unlikely]] ns_per_byte = slower_than_cards(from, to);
    return Duration{static_cast<Duration::rep>(static_cast<float>(bytes) * ns_per_byte + 0.5F)};
  }
  /// When the last byte of what is handed to the sender's card now has left it.
  Time leave(Time now, MachineIndex from, MachineIndex to, std::uint32_t bytes) {
    NetworkCard& sender = fleet_[from].card;
    sender.free = std::max(sender.free, now) + serialisation(from, to, bytes);
    sender.bytes_sent += bytes;
    return sender.free;
  }
  /// When a message that is sent now arrives. Occupies the sender's card.
  Time send(Time now, MachineIndex from, MachineIndex to, std::uint32_t bytes) {
    const Time left = leave(now, from, to, bytes);
    if (platform_.lossy()) [[unlikely]] return left + sent_again_for(from, to) + latency(from, to);
    return left + latency(from, to);
  }

  /// How links that lose messages (Platform::set_loss) are answered: as by TCP, what was not acknowledged is sent again after a
  /// timeout, which doubles each time (RFC 6298). What is lost is late then; a caller's deadline may pass meanwhile.
  struct Retransmission {
    RandomKey random;
    std::uint32_t stream = 0;
    Duration timeout{200'000'000};
  };
  void set_retransmission(const Retransmission& retransmission) { retransmission_ = retransmission; }
  std::uint64_t retransmissions() const { return retransmissions_; }

  /// So many bytes leave the sender's card as a flow of SimGrid, which takes no turn at it here.
  void count_flow(MachineIndex from, std::uint64_t bytes) { fleet_[from].card.bytes_sent += bytes; }

  /// Takes over what SimGrid's links say now. Also to be called when machines were added.
  void refresh();
  /// The machine died: what its card had yet to send is gone.
  void reset(MachineIndex machine) { fleet_[machine].card.free = Time{}; }

  void begin_measuring();
  /// Share of the time since begin_measuring() that the machine's card was sending.
  double utilisation(MachineIndex machine, Duration measured) const;
  std::uint64_t bytes_sent(MachineIndex machine) const { return fleet_[machine].card.bytes_sent; }

 private:
  float slower_than_cards(MachineIndex from, MachineIndex to) const;
  Duration sent_again_for(MachineIndex from, MachineIndex to);

  const Platform& platform_;
  Fleet& fleet_;
  Retransmission retransmission_;
  std::uint64_t lossy_messages_ = 0;  // That crossed a link which loses some: each draws by its number.
  std::uint64_t retransmissions_ = 0;
};

}  // namespace chatsim::sim
