#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace chatsim::models {

/// Steps of a message's way, and of what users do beside. Events are counted under them, and failures are named after
/// them.
enum class Step : std::uint8_t {
  send,  ///< The author's gateway takes it.
  messaging,  ///< A messaging server takes it.
  author,  ///<    The author's profile, for messaging and group.
  persist,  ///< 1. The row of the message.
  sent_row,  ///<    The row of the author's conversation.
  fanout,  ///< 2. A group server takes it.
  members,  ///<    The rows of the group.
  to_member,  ///<    Each member's message goes to a messaging server.
  conversation,  ///<    The row of the conversation of a recipient.
  locate,  ///< 3. The recipient's server, from the profile cache: one read a message.
  locate_member,  ///<    The servers of the further members of a group.
  locate_again,  ///<    Once more, when that or the push failed.
  locate_miss,  ///<    From the profile store, when the cache has it not.
  push,  ///< 4. Onto the recipient's gateway.
  mark_sent,  ///< 5. The status of the conversation.
  receipt,  ///< The recipient's device confirms: delivered, read.
  mark_delivered,
  mark_read,
  locate_author,  ///< The author's server, for a receipt.
  push_receipt,  ///< A receipt travels back.
  login,  ///< A client connects.
  update_server,  ///< updateServer(userId, serverId).
  drain,  ///< sendMessagesWhenUserComesOnline(userId).
  mailbox,  ///<    The index on status.
  mailbox_message,  ///<    The rows of the messages that were kept.
  push_mailbox,  ///<    All of them in one push.
  mark_mailbox,  ///<    Their status, in one write.
  heartbeat,  ///< Batches of a machine.
  poll,  ///< Long polls: of a client after a message, and batches of idle ones.
  last_seen,  ///< updateLastSeen(userId), in batches of a machine.
  write_behind,  ///< Changed rows, from the profile cache to its store.
  profile_change,  ///< create/update(name, picture).
  group_change,  ///< A group is created, joined or left.
  group_rows,  ///<    Its rows.
  blob_create,  ///< create(blob).
  blob_part,  ///<    Its copies or fragments.
  blob_get,  ///< get().
  coordinate,  ///< The coordination service writes down who is up, and elects.
  hint,  ///< What a replica missed, kept for it by another machine.
  handoff,  ///<    The replica is given it.
  read_repair,  ///< What a read found missing.
  append,  ///< A leader hands a write to the other replicas.
  election,  ///< A replica asks the others for their votes, and brings them what it adopts.
  catch_up,  ///< A leader sends a replica what it missed.
  copy,  ///< What is written in one region, to others.
  count
};

inline constexpr std::array<std::string_view, static_cast<std::size_t>(Step::count)> step_names{
    "send", "messaging", "author", "persist", "sent_row", "fanout", "members", "to_member",
    "conversation", "locate", "locate_member", "locate_again", "locate_miss", "push", "mark_sent", "receipt",
    "mark_delivered", "mark_read", "locate_author", "push_receipt", "login", "update_server", "drain",
    "mailbox", "mailbox_message", "push_mailbox", "mark_mailbox", "heartbeat", "poll", "last_seen",
    "write_behind", "profile_change", "group_change", "group_rows", "blob_create", "blob_part",
    "blob_get", "coordinate", "hint", "handoff", "read_repair", "append", "election", "catch_up", "copy"};

constexpr std::string_view name_of(Step step) { return step_names[static_cast<std::size_t>(step)]; }

}  // namespace chatsim::models
