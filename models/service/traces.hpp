#pragma once

#include <cstdint>
#include <vector>

#include "models/service/message.hpp"
#include "models/service/spread.hpp"
#include "scenarios/spec/scenario.hpp"
#include "sim/resources/world.hpp"

namespace chatsim::models {

/// Which messages are followed through the service, and when what is measured of them came about. A message is chosen by
/// its number and the seed alone: variants of a scenario follow the same ones, and nothing in the run depends on it.
class Traces {
 public:
  Traces(sim::World& world, const spec::Scenario& scenario);

  /// Whether the calls made for it are to be traced.
  bool takes(MessageId message) const {
    return threshold_ != 0 && spread(static_cast<std::uint64_t>(message) ^ salt_) < threshold_;
  }

  /// What is sent from now on.
  void begin_measuring(sim::Time now);
  void acknowledged(const Message& message, sim::MachineIndex gateway, sim::Time now) {
    if (takes(message.id)) [[unlikely]] note(acknowledgements_, {message.id, 0, gateway, message.sent, now});
  }
  /// Shown by the device of its index-th recipient.
  void delivered(const Message& message, std::uint32_t index, sim::MachineIndex gateway, sim::Time now) {
    if (takes(message.id)) [[unlikely]] note(deliveries_, {message.id, index, gateway, message.sent, now});
  }

  /// A latency that was measured.
  struct Ending {
    MessageId message;
    std::uint32_t index;
    sim::MachineIndex gateway;
    sim::Time sent, at;
  };
  const std::vector<Ending>& acknowledgements() const { return acknowledgements_.endings; }
  const std::vector<Ending>& deliveries() const { return deliveries_.endings; }
  const sim::Tracer& tracer() const { return tracer_; }
  std::uint64_t dropped() const { return tracer_.dropped() + acknowledgements_.dropped + deliveries_.dropped; }

 private:
  struct Endings {
    std::size_t most;
    std::vector<Ending> endings;
    std::uint64_t dropped = 0;
  };
  void note(Endings& endings, const Ending& ending) const {
    if (ending.sent < from_) return;
    endings.endings.size() < endings.most ? endings.endings.push_back(ending) : void(++endings.dropped);
  }

  sim::Tracer tracer_;
  std::uint64_t salt_;
  std::uint64_t chosen_ = 0;     ///< Part of all messages, of 2^64.
  std::uint64_t threshold_ = 0;  ///< The same, from the end of the warm-up on.
  sim::Time from_{};
  Endings acknowledgements_, deliveries_;
};

}  // namespace chatsim::models
