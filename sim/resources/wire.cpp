#include "sim/resources/wire.hpp"

#include <cmath>

#include "sim/kernel/random/fast_math.hpp"

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

/// How long a message is tried before it gets through. After seven losses in a row, 25 s at a timeout of 200 ms,
/// whoever sends it sets up another connection about then.
Duration Wire::sent_again_for(MachineIndex from, MachineIndex to) {
  const double loss = platform_.loss(fleet_[from].host, fleet_[to].host);
  if (loss <= 0 || from == to) return Duration{};
  constexpr int most_losses = 7;
  const Draw draw{retransmission_.random, retransmission_.stream, lossy_messages_++, 0};
  // Attempts until one gets through are geometric: one number says how many were lost.
  const double lost = std::floor(negative_log(draw.bits64(0)) / negative_log(static_cast<std::uint64_t>(loss * 0x1p64)));
  const int again = static_cast<int>(std::min<double>(most_losses, lost));
  retransmissions_ += static_cast<std::uint64_t>(again);
  const Duration late = retransmission_.timeout * ((std::int64_t{1} << again) - 1);
  if (again < most_losses) return late;
  return Duration{static_cast<Duration::rep>(static_cast<double>(late.count()) * (0.5 + draw.uniform64(1)))};
}

void Wire::begin_measuring() {
  retransmissions_ = 0;
  for (MachineIndex i = 0; i < fleet_.size(); ++i) fleet_[i].card.bytes_sent = 0;
}

double Wire::utilisation(MachineIndex machine, Duration measured) const {
  const NetworkCard& card = fleet_[machine].card;
  if (measured <= Duration{}) return 0;
  return static_cast<double>(card.bytes_sent) * card.ns_per_byte / static_cast<double>(measured.count());
}

}  // namespace chatsim::sim
