#pragma once

#include <cstdint>

#include "models/service/step.hpp"

namespace chatsim::models {

/// Class of a step's requests where a tier sheds by priority: 0, messages and what they need; 1, receipts and statuses,
/// which the next one says again; 2, who is there and when somebody was seen last.
constexpr std::uint8_t priority_of(Step step) {
  switch (step) {
    case Step::heartbeat:
    case Step::poll:
    case Step::last_seen:
      return 2;
    case Step::mark_sent:
    case Step::receipt:
    case Step::mark_delivered:
    case Step::mark_read:
    case Step::locate_author:
    case Step::push_receipt:
    case Step::mark_mailbox:
    case Step::write_behind:
    case Step::read_repair:
      return 1;
    default:
      return 0;
  }
}

}  // namespace chatsim::models
