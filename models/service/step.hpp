#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace chatsim::models {

/// Steps of a message's way. Events are counted under them, and failures are named after them.
enum class Step : std::uint8_t {
  send,          ///< The author's gateway takes it.
  messaging,     ///< A messaging server takes it.
  persist,       ///< 1. The row of the message.
  fanout,        ///< 2. A group server takes it.
  members,       ///<    The rows of the group.
  to_member,     ///<    Each member's message goes to a messaging server.
  conversation,  ///<    The row of the conversation of a recipient.
  locate,        ///< 3. The recipient's server, from the profile cache.
  locate_miss,   ///<    From the profile store, when the cache has it not.
  push,          ///< 4. Onto the recipient's gateway.
  mark_sent,     ///< 5. The status of the conversation.
  count
};

inline constexpr std::array<std::string_view, static_cast<std::size_t>(Step::count)> step_names{
    "send",         "messaging", "persist",     "fanout", "members",  "to_member",
    "conversation", "locate",    "locate_miss", "push",   "mark_sent"};

constexpr std::string_view name_of(Step step) { return step_names[static_cast<std::size_t>(step)]; }

}  // namespace chatsim::models
