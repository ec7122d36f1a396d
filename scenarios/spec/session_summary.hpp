#pragma once

#include <cstdint>

namespace chatsim::spec {

/// Users coming and going, and what their connections cost.
struct SessionSummary {
  std::uint64_t logins = 0;           ///< Begun.
  std::uint64_t completed = 0;        ///< Connected, with their mailbox handed over.
  std::uint64_t refused = 0;          ///< Attempts turned away by a gateway that was full or draining.
  std::uint64_t failed = 0;           ///< Logins given up, or whose server died before they were done.
  std::uint64_t reconnects = 0;       ///< Of the logins: sent away by a drain.
  std::uint64_t logouts = 0;
  double connections = 0;             ///< Now, all gateways together.
  double connections_max = 0;         ///< Of the fullest gateway.
  double connection_limit = 0;        ///< Of one gateway: its field, or what its memory holds.
  double connection_memory_bytes = 0; ///< Of the fullest gateway.
  std::uint64_t outbound_max = 0;     ///< Messages on one server's internal queue, at most.
  double heartbeats_per_s = 0, last_seen_per_s = 0, polls_per_s = 0;
  std::uint64_t connections_lost = 0;      ///< With a gateway that died.
  std::uint64_t lost_reconnects = 0;       ///< Of the logins: of clients whose gateway had died.
  std::uint64_t returned = 0;              ///< Of these, connected again.
  std::uint64_t refused_by_admission = 0;  ///< Of the refused: beyond the gateway's rate of logins.
  std::uint64_t gave_up = 0;               ///< Of the failed: refused at the last attempt.
  std::uint64_t held_messages = 0;         ///< Written without a connection: sent by the device when it was back.
  std::uint64_t held_failed = 0;           ///< Of these, failed because it did not come back.
  double away = 0;                         ///< Now: clients that want to be connected and are not.

  template <class Visitor>
  static void fields(Visitor&& visit) {
    visit("logins", &SessionSummary::logins);
    visit("completed", &SessionSummary::completed);
    visit("refused", &SessionSummary::refused);
    visit("failed", &SessionSummary::failed);
    visit("reconnects", &SessionSummary::reconnects);
    visit("logouts", &SessionSummary::logouts);
    visit("connections", &SessionSummary::connections);
    visit("connections_max", &SessionSummary::connections_max);
    visit("connection_limit", &SessionSummary::connection_limit);
    visit("connection_memory_bytes", &SessionSummary::connection_memory_bytes);
    visit("outbound_max", &SessionSummary::outbound_max);
    visit("heartbeats_per_s", &SessionSummary::heartbeats_per_s);
    visit("last_seen_per_s", &SessionSummary::last_seen_per_s);
    visit("polls_per_s", &SessionSummary::polls_per_s);
    visit("connections_lost", &SessionSummary::connections_lost);
    visit("lost_reconnects", &SessionSummary::lost_reconnects);
    visit("returned", &SessionSummary::returned);
    visit("refused_by_admission", &SessionSummary::refused_by_admission);
    visit("gave_up", &SessionSummary::gave_up);
    visit("held_messages", &SessionSummary::held_messages);
    visit("held_failed", &SessionSummary::held_failed);
    visit("away", &SessionSummary::away);
  }
};

}  // namespace chatsim::spec
