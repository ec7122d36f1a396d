#pragma once

#include <cstdint>

#include "models/service/ledger.hpp"
#include "models/service/message.hpp"
#include "models/service/timeline.hpp"
#include "scenarios/spec/scenario.hpp"
#include "sim/kernel/random/random.hpp"
#include "sim/resources/world.hpp"

namespace chatsim::models {

/// Random streams of the service: one a purpose. Numbers are part of what a seed means; new ones go to the end.
enum class Stream : std::uint32_t {
  arrivals = 1,     ///< By number of the message: when it comes.
  senders = 2,      ///< By message: who writes to whom.
  service = 3,      ///< By message and hop: how long servers take.
  online = 4,       ///< By user.
  home = 5,         ///< By user and epoch: the gateway.
  group_size = 6,   ///< By group.
  members = 7,      ///< The permutation that strews members over users.
  ring = 8,         ///< By store, machine and virtual node.
  residency = 9,    ///< By user: whether the cache holds the profile.
};

/// Where the random numbers of one message, or of one of its deliveries, come from: each use is the next hop of
/// its own range, so that no use depends on what happened before to another message or another member.
class Hops {
 public:
  Hops(sim::RandomKey key, MessageId message, std::uint32_t first) : key_(key), message_(message), hop_(first) {}

  sim::Draw next() {
    return {key_, static_cast<std::uint32_t>(Stream::service), static_cast<std::uint64_t>(message_), hop_++};
  }

  // First hops of what happens to a message: at the author's gateway, at its messaging server, in its fan-out, on
  // the way to each recipient and there. A range has room for 64 uses.
  static constexpr std::uint32_t of_message = 0;
  static constexpr std::uint32_t of_send = 64;
  static constexpr std::uint32_t of_fanout = 128;
  static constexpr std::uint32_t to_recipient(std::uint32_t index) { return 256 + (3 * index << 6); }
  static constexpr std::uint32_t of_recipient(std::uint32_t index) { return 256 + ((3 * index + 1) << 6); }
  static constexpr std::uint32_t of_location(std::uint32_t index) { return 256 + ((3 * index + 2) << 6); }

 private:
  sim::RandomKey key_;
  MessageId message_;
  std::uint32_t hop_;
};

/// What every service needs from its surroundings.
struct Context {
  sim::World& world;
  const spec::Scenario& scenario;
  sim::RandomKey random;
  Ledger ledger;
  Timeline timeline;

  Context(sim::World& the_world, const spec::Scenario& the_scenario)
      : world(the_world),
        scenario(the_scenario),
        random{the_scenario.seed},
        timeline(sim::to_duration(the_scenario.simulation.window)) {}

  Hops hops(MessageId message, std::uint32_t first) const { return {random, message, first}; }
  sim::Draw draw(Stream stream, std::uint64_t id, std::uint32_t step = 0) const {
    return {random, static_cast<std::uint32_t>(stream), id, step};
  }
  sim::Duration timeout() const { return sim::to_duration(scenario.network.request_timeout); }
  /// Bytes on the wire of a request or reply that carries `content`.
  std::uint32_t bytes(spec::Bytes content) const {
    return static_cast<std::uint32_t>((scenario.network.request_overhead + content).value());
  }
};

}  // namespace chatsim::models
