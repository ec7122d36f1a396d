#pragma once

#include <functional>

#include "models/population/directory.hpp"
#include "models/service/app_tier.hpp"
#include "models/store/store.hpp"
#include "sim/metrics/histogram.hpp"

namespace chatsim::models {

/// "Sends messages to users who are part of a group."
class Group {
 public:
  Group(Context& context, const Directory& directory, Store& members);

  /// Has the messaging service deliver a message to one member: "messages to each individual -> messaging".
  using Deliver = std::function<sim::Call(sim::MachineIndex from, const Message& message, UserId member,
                                          std::uint32_t index, DeliveryToken due)>;
  void connect(Deliver deliver) { deliver_ = std::move(deliver); }

  /// fanout(groupId, messageId): a request from a messaging server, answered when every member was served.
  sim::Call fanout(sim::MachineIndex from, const Message& message, Hops& hops);

  const AppTier& tier() const { return tier_; }

  sim::Histogram group_fanout;  ///< From the first step of a fan-out until the last member was served.

 private:
  sim::Task<void> serve_fanout(sim::ReplyTo reply, sim::MachineIndex self, Message message, DeliveryToken due);

  Context& context_;
  const Directory& directory_;
  Store& members_;
  AppTier tier_;
  std::uint32_t parallelism_;
  Deliver deliver_;
};

}  // namespace chatsim::models
