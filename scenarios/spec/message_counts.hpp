#pragma once

#include <cstdint>
#include <string>

namespace chatsim::spec {

struct MessageCounts {
  std::uint64_t offered = 0;       ///< Messages that clients handed to their gateway.
  std::uint64_t acknowledged = 0;  ///< Persisted by a write quorum, and the sender told so.
  std::uint64_t failed = 0;        ///< Given up, each with a reason in Result::failures.
  std::int64_t in_flight = 0;      ///< Offered and neither acknowledged nor failed when the run ended.

  template <class Visitor>
  static void fields(Visitor&& visit) {
    visit("offered", &MessageCounts::offered);
    visit("acknowledged", &MessageCounts::acknowledged);
    visit("failed", &MessageCounts::failed);
    visit("in_flight", &MessageCounts::in_flight);
  }
};

struct DeliveryCounts {
  std::uint64_t due = 0;        ///< Recipients of persisted messages.
  std::uint64_t delivered = 0;  ///< Handed to a connected client by its gateway.
  std::uint64_t kept = 0;       ///< Kept for the next login of a recipient who is offline.
  std::uint64_t failed = 0;
  std::int64_t in_flight = 0;

  template <class Visitor>
  static void fields(Visitor&& visit) {
    visit("due", &DeliveryCounts::due);
    visit("delivered", &DeliveryCounts::delivered);
    visit("kept", &DeliveryCounts::kept);
    visit("failed", &DeliveryCounts::failed);
    visit("in_flight", &DeliveryCounts::in_flight);
  }
};

/// What became of messages that were kept, and what their recipients' devices saw.
struct MailboxCounts {
  std::uint64_t delivered = 0;   ///< Kept messages that were handed over at a login.
  std::uint64_t failed = 0;      ///< Kept messages whose hand-over failed: they stay for the login after.
  std::uint64_t suppressed = 0;  ///< Second copies that the service or a device recognised and dropped.
  std::uint64_t overtaken = 0;   ///< Messages that came to a device after a later one of the same conversation.

  template <class Visitor>
  static void fields(Visitor&& visit) {
    visit("delivered", &MailboxCounts::delivered);
    visit("failed", &MailboxCounts::failed);
    visit("suppressed", &MailboxCounts::suppressed);
    visit("overtaken", &MailboxCounts::overtaken);
  }
};

/// Statuses of conversations: updates of a row each, one for each recipient of a message.
struct StatusCounts {
  std::uint64_t sent = 0, delivered = 0, read = 0;
  std::uint64_t receipts_returned = 0;  ///< Delivered and read, handed to an author who was online.
  std::uint64_t receipts_failed = 0;

  template <class Visitor>
  static void fields(Visitor&& visit) {
    visit("sent", &StatusCounts::sent);
    visit("delivered", &StatusCounts::delivered);
    visit("read", &StatusCounts::read);
    visit("receipts_returned", &StatusCounts::receipts_returned);
    visit("receipts_failed", &StatusCounts::receipts_failed);
  }
};

struct FailureCount {
  std::string reason;  ///< For example "messaging.message_store.timeout".
  std::uint64_t count = 0;
};

}  // namespace chatsim::spec
