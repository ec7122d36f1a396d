#pragma once

#include <cstdint>

#include "sim/kernel/time.hpp"

namespace chatsim::models {

enum class UserId : std::uint64_t {};
enum class GroupId : std::uint64_t {};
enum class MessageId : std::uint64_t {};

/// What a user sends: to one recipient, or to a group.
struct Message {
  MessageId id{};
  UserId author{};
  UserId recipient{};  ///< Of a direct message.
  GroupId group{};     ///< Of a message to a group.
  bool to_group = false;
  sim::Time sent{};    ///< When it reached the author's gateway. Negative: before the run.
  std::uint64_t object = 0;  ///< What the URL of its picture or video names; 0: none.
};

/// Messages from before the run have numbers of their own.
constexpr MessageId earlier_message(std::uint64_t hash) { return MessageId{hash >> 2 | std::uint64_t{1} << 62}; }

/// Of a conversation, as its row says.
enum class Status : std::uint8_t { sent, delivered, read };

/// What a recipient's device says of a message, for its author.
struct Receipt {
  MessageId message{};
  UserId author{};
  UserId recipient{};
  std::uint32_t index = 0;  ///< Of the recipient among those of the message.
  Status status = Status::delivered;
};

}  // namespace chatsim::models
