#pragma once

#include <functional>
#include <unordered_set>
#include <vector>

#include "models/gateway/admission.hpp"
#include "models/gateway/connections.hpp"
#include "models/gateway/devices.hpp"
#include "models/population/access_network.hpp"
#include "models/service/app_tier.hpp"
#include "models/service/flat_table.hpp"
#include "models/service/once.hpp"
#include "models/service/spread.hpp"
#include "sim/metrics/histogram.hpp"
#include "sim/resources/retry.hpp"

namespace chatsim::models {

/// A message on its way to one recipient.
struct Push {
  Message message;
  UserId recipient{};
  std::uint32_t index = 0;  ///< Of the recipient among those of the message.
  OnceRef once;             ///< Whether the device has shown it.
};

/// Why a message was refused, in the value of a refusal.
struct Refusal {
  Step step;
  sim::Outcome outcome;

  std::uint64_t encoded() const { return static_cast<std::uint64_t>(step) << 8 | static_cast<std::uint64_t>(outcome); }
  static Refusal decoded(std::uint64_t value) { return {Step(value >> 8), sim::Outcome(value & 0xff)}; }
};

/// Holds the users' connections: takes what they send, pushes to them what is for them, and takes what they say of it.
class Gateway {
 public:
  Gateway(Context& context, const Directory& directory, const AccessNetwork& access);

  /// What a gateway asks of other services. Each is a request from the gateway's machine.
  struct Services {
    /// Hands a message to the messaging service; answered once it is persisted. A refusal's value is a Refusal.
    /// `persisted` says whether an earlier attempt got that far.
    /// `deadline` is when the gateway gives it up.
    std::function<sim::Call(sim::MachineIndex from, const Message& message, OnceRef persisted, Deadline deadline,
                            Hops& hops)>
        submit;
    /// Of a message that was sent more than once: an attempt has persisted it, and there is nobody any more whom later ones
    /// could ask.
    std::function<void(MessageId message)> note_persisted;
    /// Hands on what one recipient says of one message, or of several.
    std::function<sim::Call(sim::MachineIndex from, const Receipt& receipt, Hops& hops)> confirm;
    std::function<sim::Call(sim::MachineIndex from, std::vector<Receipt> receipts, Hops& hops)> confirm_all;
    /// A picture or video: from its author to the blob store, and to a recipient.
    std::function<sim::Task<sim::Outcome>(sim::MachineIndex gateway, UserId author, std::uint64_t object)> upload;
    std::function<sim::Task<sim::Outcome>(sim::MachineIndex gateway, UserId recipient, std::uint64_t object)> download;
  };
  void connect(Services services) { services_ = std::move(services); }

  /// A client sends: its gateway takes the message, has it persisted, and tells the client so. A client that is not told
  /// sends again.
  sim::Task<void> client_sends(Message message, MessageToken token);

  /// Puts a message on a server's queue to a connected client: a request from a messaging server. `server` is a
  /// gateway's number. Refused if the client is gone or the queue is full.
  sim::Call push(sim::MachineIndex from, std::uint32_t server, const Message& message, UserId recipient,
                 std::uint32_t index, OnceRef once, Hops& hops, Deadline deadline = {});
  /// One message for several users of a server, most_in_batch at most. The reply's value has a bit for each who was shown
  /// it.
  sim::Call push_batch(sim::MachineIndex from, std::uint32_t server, std::vector<Push> pushes, Hops& hops);
  static constexpr std::size_t most_in_batch = 64;
  /// All messages that waited for one user.
  sim::Call push_all(sim::MachineIndex from, std::uint32_t server, std::vector<Push> pushes, Hops& hops);
  /// Tells an author that a message was delivered or read. Counted in `receipts` when the gateway has it.
  sim::Call push_receipt(sim::MachineIndex from, std::uint32_t server, Hops& hops);

  /// Between the two, what comes for a user who has just logged in waits behind what was kept before: a device is shown
  /// messages in the order in which they were sent.
  void begin_mailbox(UserId user);
  void end_mailbox(UserId user);

  /// The device has shown it: whoever pushed it notes that here before it dies or gives up, for pushes of it that are
  /// still under way and for those who try again.
  void note_shown(MessageId message, UserId recipient) { shown_late_.insert(key_of(message, recipient)); }

  /// What users were shown before the run began: the number-th message that was pushed to somebody who was online, and the
  /// number-th mailbox, which may have been empty.
  struct Earlier {
    std::function<Receipt(std::uint64_t number)> message;
    std::function<std::vector<Receipt>(std::uint64_t number)> mailbox;
  };
  /// Goes on reading it.
  void read_earlier(Earlier earlier);

  /// The machine that a user is connected to.
  sim::MachineIndex machine_of(UserId user) const { return tier_.machine(directory_.gateway_of(user)); }
  const AppTier& tier() const { return tier_; }
  /// Takes over what has changed in the scenario.
  void reconfigure();
  /// What a request of a client costs beside its work: nothing over a websocket.
  sim::Duration request_cost() const { return poll_time_; }

  /// Of messages that clients sent again.
  const sim::RetryBudget& retries() const { return retries_; }

  void begin_measuring();

  Connections connections;
  Admission admission;
  Devices devices;
  sim::Histogram send_to_ack;      ///< From the author's gateway and back.
  sim::Histogram send_to_deliver;  ///< From the author's gateway to the recipient's socket; recipients online.
  sim::Histogram mailbox_wait;     ///< The same; recipients who were offline.
  sim::Histogram client_to_client; ///< From the author's device to the recipient's; recipients online.
  std::vector<sim::Histogram> send_to_ack_in;  ///< Of several regions: by the author's.
  std::uint64_t suppressed = 0;    ///< Second copies that a device recognised.
  std::uint64_t receipts = 0;      ///< Handed to authors.
  std::uint64_t mailbox_delivered = 0;

 private:
  struct Reading;
  static sim::Served receipt_served(void* self, sim::Leg& leg, sim::CallRecord& call);

  sim::Task<void> show(sim::ReplyTo reply, sim::MachineIndex self, std::uint32_t server, Push push);
  sim::Task<void> show_batch(sim::ReplyTo reply, sim::MachineIndex self, std::uint32_t server, std::vector<Push> pushes);
  sim::Task<void> client_confirms(sim::MachineIndex self, Push push, Connections::Queued queued);
  sim::Task<void> show_all(sim::ReplyTo reply, sim::MachineIndex self, std::uint32_t server, std::vector<Push> pushes);
  sim::Task<void> confirm_read(sim::MachineIndex self, Receipt receipt);
  sim::Task<void> read_mailbox(sim::MachineIndex self, std::vector<Receipt> receipts_of_all, sim::Duration delay);
  spec::Seconds until_confirmed() const;
  sim::Task<void> earlier_readings(double rate, std::uint32_t hop, std::function<void(std::uint64_t number)> read);
  sim::Task<void> fetch(sim::MachineIndex self, std::uint64_t object, UserId recipient);
  static std::uint64_t key_of(MessageId message, UserId recipient) {
    return spread(static_cast<std::uint64_t>(message)) ^ spread(~static_cast<std::uint64_t>(recipient));
  }
  /// Whether the device has not shown it yet.
  bool is_first(const Push& push);
  void device_shows(sim::MachineIndex self, const Push& push);
  void fetch_attachment(sim::MachineIndex self, const Push& push);
  void schedule_reading(sim::MachineIndex self, const Receipt& receipt, sim::Duration delay);
  static void reading_due(void* self, sim::BlockHeader* block);

  Context& context_;
  const Directory& directory_;
  const AccessNetwork& access_;
  AppTier tier_;
  Services services_;
  sim::RetryPolicy retry_;
  sim::RetryBudget retries_;  // By gateway.
  sim::Sampler read_delay_;
  sim::Duration poll_time_;
  std::uint32_t message_bytes_;
  std::uint8_t receipt_server_;
  struct WaitsForMailbox {
    std::uint64_t key = 0;  ///< The user, plus 1.
  };
  bool waits_for_mailbox(UserId user) { return waiting_for_mailbox_.find(static_cast<std::uint64_t>(user) + 1) != nullptr; }
  FlatTable<WaitsForMailbox> waiting_for_mailbox_;
  // What devices showed of messages whose sender has died or given up: the table of what was ever done that a Once saves
  // for all others.
  std::unordered_set<std::uint64_t> shown_late_;
};

}  // namespace chatsim::models
