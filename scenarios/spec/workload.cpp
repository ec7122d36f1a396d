#include "scenarios/spec/workload.hpp"

#include <algorithm>
#include <cmath>

namespace chatsim::spec {
namespace {

double group_share(const Population& population) { return population.group_message_share.value(); }

/// How often a thing that happens so many times a day happens for each message.
double per_message(double times_a_day, const Population& population) {
  return population.messages_per_day > 0 ? times_a_day / population.messages_per_day : 0;
}

TableWorkload replicated(TableWorkload table, double copies) {
  table.kept_replicated = table.kept * copies;
  return table;
}

}  // namespace

double copies_on_disk(const Blob& blob) {
  if (blob.redundancy == Redundancy::replication) return blob.copies;
  return 1.0 * (blob.data_fragments + blob.parity_fragments) / blob.data_fragments;
}

PerSecond mean_message_rate(const Population& population) {
  return population.messages_per_day / population.day;
}

double recipients_per_message(const Population& population) {
  const double g = group_share(population);
  return 1 - g + g * (population.group_size.mean() - 1);
}

double conversation_rows_per_message(const Population& population) {
  return 1 + recipients_per_message(population);
}

double profile_reads_per_message(const Population& population) {
  return recipients_per_message(population) + 1 + group_share(population);
}

double kept_per_message(const Population& population) {
  return recipients_per_message(population) * population.online.complement();
}

double connected_users(const Population& population) { return population.users * population.online; }

PerSecond login_rate(const Population& population) {
  return connected_users(population) / Seconds{population.sessions.length.mean()};
}

PerSecond heartbeat_rate(const Population& population) {
  return connected_users(population) / population.sessions.heartbeat;
}

PerSecond last_seen_rate(const Population& population) {
  return login_rate(population) + connected_users(population) / population.sessions.last_seen;
}

PerSecond poll_rate(const Scenario& scenario) {
  const Population& population = scenario.population;
  const Gateway& gateway = scenario.services.gateway;
  const double connected = connected_users(population);
  if (gateway.transport != Transport::long_polling || connected == 0) return {};
  const double receipts = 1 + population.sessions.read_share.value();
  const PerSecond deliveries =
      message_rate(population) * recipients_per_message(population) * population.online;
  const PerSecond pushes = deliveries * (1 + receipts) / connected;  // To one client.
  const double in_one_poll = pushes * gateway.poll_timeout;
  // (1 - exp(-x)) / x tends to 1: without pushes, only the timeout ends a poll.
  const double part = in_one_poll > 0 ? -std::expm1(-in_one_poll) / in_one_poll : 1;
  return connected / (gateway.poll_timeout * part);
}

PerSecond upload_rate(const Population& population) {
  const Attachments& attachments = population.attachments;
  return message_rate(population) * (attachments.share * attachments.hot_share.complement());
}

PerSecond download_rate(const Population& population) {
  const Attachments& attachments = population.attachments;
  return message_rate(population) * (attachments.share * attachments.fetched) *
         recipients_per_message(population);
}

Bytes mean_attachment_size(const Attachments& attachments) {
  const double most = attachments.size_max.value();
  if (attachments.size.quantile(1) <= most) return Bytes{attachments.size.mean()};
  constexpr int points = 4096;  // Of equal probability; the cut keeps the tail from mattering more.
  double sum = 0;
  for (int i = 0; i < points; ++i) sum += std::min(most, attachments.size.quantile((i + 0.5) / points));
  return Bytes{sum / points};
}

Bytes conversation_row_on_disk(const Stores& stores) {
  const bool indexed = stores.status_index.lookup == MailboxLookup::index;
  return stores.conversation.row + (indexed ? stores.status_index.entry : Bytes{});
}

Seconds mailbox_scan(const Scenario& scenario) {
  if (scenario.stores.status_index.lookup == MailboxLookup::index) return {};
  const Population& population = scenario.population;
  const double rows = mean_message_rate(population) * conversation_rows_per_message(population) * population.retention;
  return rows / population.users * scenario.stores.status_index.scan_time;
}

StorageWorkload storage_workload(const Scenario& scenario) {
  const Population& population = scenario.population;
  const Attachments& attachments = population.attachments;
  const Stores& stores = scenario.stores;
  const PerSecond messages = mean_message_rate(population);
  const double members = population.group_size.mean();
  const double group_changes = per_message(population.group_changes_per_day, population);
  const double uploads = (attachments.share * attachments.hot_share.complement()).value();

  StorageWorkload workload;
  workload.message = replicated({.inserts_per_message = 1,
                                 .reads_per_message = kept_per_message(population),
                                 .row = stores.message.row,
                                 .kept = bytes_kept(messages, stores.message.row, population.retention)},
                                stores.message.replication);

  // Statuses: sent, delivered and, by some, read.
  const double conversations = conversation_rows_per_message(population);
  const Bytes conversation_row = conversation_row_on_disk(stores);
  workload.conversation = replicated(
      {.inserts_per_message = conversations,
       .updates_per_message = recipients_per_message(population) * (2 + population.sessions.read_share.value()),
       .reads_per_message = kept_per_message(population),
       .row = conversation_row,
       .kept = bytes_kept(messages * conversations, conversation_row, population.retention)},
      stores.conversation.replication);

  workload.group =
      replicated({.inserts_per_message = group_changes * (created_share * members + created_share.complement().value() / 2),
                  .updates_per_message = group_changes * created_share.complement().value() / 2,
                  .reads_per_message = group_share(population) * members,
                  .row = stores.group.row,
                  .kept = bytes_of_rows(population.groups * members, stores.group.row)},
                 stores.group.replication);

  // Servers and last seen are written to the cache, and by it.
  const double profile_changes = per_message(population.profile_changes_per_day, population);
  const PerSecond behind = login_rate(population) + last_seen_rate(population);
  workload.profile = replicated(
      {.inserts_per_message = created_share * profile_changes,
       .updates_per_message = created_share.complement().value() * profile_changes +
                              (message_rate(population) > PerSecond{} ? behind / message_rate(population) : 0),
       .reads_per_message = profile_reads_per_message(population),
       .row = stores.profile.row,
       .kept = bytes_of_rows(population.users, stores.profile.row)},
      stores.profile.replication);

  workload.blob = replicated(
      {.inserts_per_message = uploads,
       .reads_per_message = (attachments.share * attachments.fetched) * recipients_per_message(population),
       .kept = bytes_kept(messages * uploads, mean_attachment_size(attachments), attachments.kept)},
      copies_on_disk(scenario.services.blob));
  return workload;
}

}  // namespace chatsim::spec
