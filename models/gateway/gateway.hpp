#pragma once

#include <functional>

#include "models/population/directory.hpp"
#include "models/service/app_tier.hpp"
#include "sim/metrics/histogram.hpp"

namespace chatsim::models {

/// Holds the users' websockets: takes what they send, and pushes to them what is for them.
class Gateway {
 public:
  Gateway(Context& context, const Directory& directory);

  /// Hands a message to the messaging service: a request from a gateway's machine that is answered once the message
  /// is persisted. A refusal's value is a Refusal.
  using Submit = std::function<sim::Call(sim::MachineIndex from, const Message& message, Hops& hops)>;
  void connect(Submit submit) { submit_ = std::move(submit); }

  /// A client sends: its gateway takes the message, has it persisted, and tells the client so.
  sim::Task<void> client_sends(Message message);

  /// Puts a message on a server's queue to a connected client: a request from a messaging server. `server` is a
  /// gateway's number.
  sim::Call push(sim::MachineIndex from, std::uint32_t server, const Message& message, Hops& hops);

  /// The machine that a user is connected to.
  sim::MachineIndex machine_of(UserId user) const { return tier_.machine(directory_.gateway_of(user)); }
  const AppTier& tier() const { return tier_; }

  sim::Histogram send_to_ack;      ///< From the author's gateway and back.
  sim::Histogram send_to_deliver;  ///< From the author's gateway to the recipient's socket; recipients online.

 private:
  static sim::Served push_served(void* self, sim::Leg& leg, sim::CallRecord& call);

  Context& context_;
  const Directory& directory_;
  AppTier tier_;
  Submit submit_;
  std::uint8_t push_server_;
};

/// Why a message was refused, in the value of a refusal.
struct Refusal {
  Step step;
  sim::Outcome outcome;

  std::uint64_t encoded() const { return static_cast<std::uint64_t>(step) << 8 | static_cast<std::uint64_t>(outcome); }
  static Refusal decoded(std::uint64_t value) { return {Step(value >> 8), sim::Outcome(value & 0xff)}; }
};

}  // namespace chatsim::models
