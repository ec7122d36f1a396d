#pragma once

#include "scenarios/spec/scenario.hpp"

namespace chatsim::spec {

/// What a scenario's users ask of the service, by formula: what a simulation of it must find again.
///
/// Rates are means over the daily curve. Where messages are involved they include the load factor, as
/// message_rate() does; only what is kept on disks does not: years of traffic have the mean rate, whatever
/// the hour that is simulated.

/// Messages a second at the mean, the load factor left out.
PerSecond mean_message_rate(const Population& population);

/// Who is to have a message: 1 - g + g x (mean group size - 1), with g the share of messages to groups, whose
/// author has the message already. The deliveries that are due.
double recipients_per_message(const Population& population);

/// New rows in the conversation table: the sender's and one of each recipient.
double conversation_rows_per_message(const Population& population);

/// Profiles looked up: where each recipient is, the author at the messaging service, and at the group service
/// again.
double profile_reads_per_message(const Population& population);

/// Deliveries of a message that wait for a login: the recipients who are offline when it is sent.
double kept_per_message(const Population& population);

/// Users who are connected, all gateways together.
double connected_users(const Population& population);

/// As many log in as leave: connected users over the mean length of a session (Little's law).
PerSecond login_rate(const Population& population);
PerSecond heartbeat_rate(const Population& population);

/// Rows: one at each logout, and those of connected users once in sessions.last_seen, whenever their sessions
/// began.
PerSecond last_seen_rate(const Population& population);

/// Requests of long-polling clients, none with websockets. A poll ends with whatever comes first, a push or
/// the timeout T, so that a client whom pushes reach at rate r asks r / (1 - exp(-r T)) times a second
/// (Poisson). Pushes are messages to connected recipients and the receipts, delivered and read, that their
/// authors get for them.
PerSecond poll_rate(const Scenario& scenario);

/// New pictures and videos, the passed-on ones left out.
PerSecond upload_rate(const Population& population);
PerSecond download_rate(const Population& population);

/// Mean size after the cut at size_max.
Bytes mean_attachment_size(const Attachments& attachments);

/// Bytes on all disks for each byte of an attachment: copies, or Reed-Solomon's fragments.
double copies_on_disk(const Blob& blob);

/// Of changes to groups and profiles, those that make a new one.
inline constexpr Probability created_share{1.0 / 20};

/// The general forms behind an estimate of storage: what is there, and what comes and is kept for a time.
constexpr Bytes bytes_of_rows(double rows, Bytes row) { return rows * row; }
constexpr Bytes bytes_kept(PerSecond inserts, Bytes row, Seconds kept) { return inserts * row * kept; }

/// With the entry of the index on status, if there is one.
Bytes conversation_row_on_disk(const Stores& stores);

/// Without the index on status the mailbox of a user is found by a scan of all conversations that the table keeps of them:
/// the mean over users. Nothing with the index.
Seconds mailbox_scan(const Scenario& scenario);

/// One table, in rows a message and in bytes once the service has run for as long as it keeps anything.
struct TableWorkload {
  double inserts_per_message = 0;
  double updates_per_message = 0;  ///< Rows that were there before, none of a blob.
  double reads_per_message = 0;
  Bytes row{};            ///< On disk.
  Bytes kept{};             ///< Before replication.
  Bytes kept_replicated{};  ///< On all disks together.
};

struct StorageWorkload {
  TableWorkload message;       ///< Read when a kept message is handed over at a login.
  TableWorkload conversation;  ///< Read likewise, by the index on status.
  TableWorkload group;  ///< Every member of a group whenever it gets a message; one in twenty changes creates
                        ///< a group of the mean size, and of the others half are somebody who joins.
  TableWorkload
      profile;         ///< Reads are those of cache and store together; one in twenty changes is a new user.
  TableWorkload blob;  ///< Uploads and downloads.
};

StorageWorkload storage_workload(const Scenario& scenario);

}  // namespace chatsim::spec
