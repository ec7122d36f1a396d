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
  sim::Time sent{};    ///< When it reached the author's gateway.
};

}  // namespace chatsim::models
