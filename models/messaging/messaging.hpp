#pragma once

#include <unordered_set>
#include <vector>

#include "models/gateway/gateway.hpp"
#include "models/group/group.hpp"
#include "models/messaging/mailboxes.hpp"
#include "models/profile/profile.hpp"
#include "models/service/app_tier.hpp"
#include "models/store/store.hpp"

namespace chatsim::models {

/// "Responsible for receiving and sending messages from and to users."
class Messaging {
 public:
  struct Neighbours {
    const Directory& directory;
    Store& messages;       ///< Table Message.
    Store& conversations;  ///< Table Conversation: rows of a user lie together.
    Mailboxes& mailboxes;
    Profile& profiles;
    Group& groups;
    Gateway& gateways;
  };
  Messaging(Context& context, const Neighbours& neighbours);

  /// sendMessage(message, recipient, group, blob): a request from a gateway, answered as soon as the message is persisted.
  /// \param deadline of whoever waits for that.
  sim::Call submit(sim::MachineIndex from, const Message& message, OnceRef persisted, Deadline deadline, Hops& hops);
  /// Whoever sent it is gone, and one of several attempts has persisted it.
  void note_persisted(MessageId message) { persisted_late_.insert(message); }
  /// Delivery to members of a group: a request from a group server, answered when it is done.
  sim::Call deliver_to_member(sim::MachineIndex from, const Message& message, Member member, DeliveryToken due);
  sim::Call deliver_to_members(sim::MachineIndex from, const Message& message, std::vector<Member> members,
                               DeliveryToken due);

  /// updateConversationStatus(conversationId): what a recipient's device says, a request from its gateway; the author is
  /// told.
  sim::Call confirm(sim::MachineIndex from, const Receipt& receipt, Hops& hops);
  sim::Call confirm_all(sim::MachineIndex from, std::vector<Receipt> receipts, Hops& hops);

  /// sendMessagesWhenUserComesOnline(userId): a request from the gateway where the user has just logged in, answered when
  /// the client has all of them. Its value is how many.
  sim::Call send_kept(sim::MachineIndex from, UserId user, Mailboxes::BeforeRun before_run, Hops& hops);

  /// After a failure, what is left for a recipient who is online is handed over this much later: well within the time in
  /// which a device puts a message in its place.
  static constexpr sim::Duration hand_over_pause{500'000'000};

  const AppTier& tier() const { return tier_; }
  AppTier& tier() { return tier_; }
  /// Takes over what has changed in the scenario.
  void reconfigure() { tier_.reconfigure(context_.scenario.services.messaging); }
  struct Counts {
    spec::StatusCounts statuses;
    std::uint64_t suppressed = 0;      ///< Messages that were sent again though they were persisted.
    std::uint64_t mailbox_failed = 0;
  };
  const Counts& counts() const { return counts_; }
  /// Users for whom something waits that will be handed over soon.
  std::uint64_t left_behind() const { return left_behind_.size(); }
  void begin_measuring() { counts_ = {}; }

 private:
  class Delivery;
  class BatchDelivery;
  class HandOver;

  sim::Task<void> send(sim::ReplyTo acknowledge, sim::MachineIndex self, Message message, OnceRef persisted,
                       Deadline deadline);
  sim::Task<void> note_sent(sim::MachineIndex self, MessageId message, UserId author);
  void mark(sim::MachineIndex self, MessageId message, UserId recipient, Step step, Hops& hops, std::uint32_t rows = 1);
  sim::Task<void> deliver(sim::ReplyTo done, Delivery delivery, Deadline deadline = {});
  sim::Task<void> deliver_batch(sim::ReplyTo done, BatchDelivery batch);
  sim::Task<void> serve_receipt(sim::ReplyTo done, sim::MachineIndex self, Receipt receipt);
  sim::Task<void> serve_receipts(sim::ReplyTo done, sim::MachineIndex self, std::vector<Receipt> receipts, Hops hops);
  sim::Task<void> return_receipt(sim::MachineIndex self, UserId author, Hops hops);
  sim::Task<void> serve_kept(sim::ReplyTo done, sim::MachineIndex self, HandOver box, Hops hops);

  Store::Shard row_of(const Message& message) const;
  Store::Shard conversation_of(MessageId message, UserId user) const;
  /// For the next login; of one who is only away, for its return.
  void keep(Member recipient, const Message& message) {
    const bool away = directory_.away(recipient.user);
    mailboxes_.keep(recipient.user, {message, recipient.index},
                    away ? Mailboxes::Until::soon : Mailboxes::Until::login);
  }
  bool is_first(MessageId message, const OnceRef& persisted);
  void keep_for_now(Member recipient, const Message& message, Once shown);
  /// Something waits to be handed over soon: what comes later waits behind it.
  bool is_left_behind(UserId user) const { return !left_behind_.empty() && left_behind_.contains(user); }
  void hand_over_soon(UserId user);
  sim::Task<void> hand_over_later(UserId user);

  Context& context_;
  const Directory& directory_;
  Store& messages_;
  Store& conversations_;
  Mailboxes& mailboxes_;
  Profile& profiles_;
  Group& groups_;
  Gateway& gateways_;
  AppTier tier_;
  sim::Duration mailbox_scan_;  ///< None with the index on status.
  std::unordered_set<UserId> left_behind_;
  std::unordered_set<MessageId> persisted_late_;  // Of clients that sent again, and are gone.
  std::uint64_t hand_overs_ = 0;
  Counts counts_;
};

}  // namespace chatsim::models
