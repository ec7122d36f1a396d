#pragma once

#include "models/gateway/gateway.hpp"
#include "models/group/group.hpp"
#include "models/profile/profile.hpp"
#include "models/service/app_tier.hpp"
#include "models/store/store.hpp"

namespace chatsim::models {

/// "Responsible for receiving and sending messages from and to users."
class Messaging {
 public:
  struct Neighbours {
    Store& messages;       ///< Table Message.
    Store& conversations;  ///< Table Conversation.
    Profile& profiles;
    Group& groups;
    Gateway& gateways;
  };
  Messaging(Context& context, const Neighbours& neighbours);

  /// sendMessage: a request from a gateway, answered as soon as the message is persisted.
  sim::Call submit(sim::MachineIndex from, const Message& message, Hops& hops);
  /// Delivery to one member of a group: a request from a group server, answered when it is done.
  sim::Call deliver_to_member(sim::MachineIndex from, const Message& message, UserId member, std::uint32_t index,
                              DeliveryToken due);

  const AppTier& tier() const { return tier_; }

 private:
  sim::Task<void> send(sim::ReplyTo acknowledge, sim::MachineIndex self, Message message);
  sim::Task<void> deliver(sim::ReplyTo done, sim::MachineIndex self, Message message, UserId recipient,
                          std::uint32_t index, DeliveryToken due);

  Context& context_;
  Store& messages_;
  Store& conversations_;
  Profile& profiles_;
  Group& groups_;
  Gateway& gateways_;
  AppTier tier_;
};

}  // namespace chatsim::models
