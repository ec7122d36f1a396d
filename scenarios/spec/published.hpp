#pragma once

#include <optional>
#include <string>

#include "scenarios/spec/field.hpp"

namespace chatsim::spec {

/// One figure as a document prints it.
template <class T>
struct PublishedFigure {
  std::optional<T> value;
  std::string note;

  template <class Visitor>
  static void fields(Visitor&& visit) {
    visit("value", &PublishedFigure::value, at_least(T{}), "as printed, in the unit of the figure");
    visit("note", &PublishedFigure::note, Text{},
          "what an architect has to know of it: how a slip came about, what it assumes");
  }
};

/// The figures that a document arrives at, by the names of the ledger of estimates.
struct PublishedFigures {
  PublishedFigure<PerSecond> messages_per_second;
  PublishedFigure<double> attachments_per_day;
  PublishedFigure<PerSecond> thread_rate_database, thread_rate_cache, thread_rate_app;
  PublishedFigure<Bytes> profile_row, profile_storage;
  PublishedFigure<double> profile_machines;
  PublishedFigure<Bytes> message_row, message_storage;
  PublishedFigure<double> message_disks, message_machines;
  PublishedFigure<Bytes> conversation_row, conversation_storage;
  PublishedFigure<double> conversation_machines, messaging_storage_machines;
  PublishedFigure<double> websockets_per_machine, gateway_machines, gateway_machines_redundant;
  PublishedFigure<Bytes> group_row, group_storage, group_storage_replicated;
  PublishedFigure<Bytes> blob_storage_maximum, blob_storage, blob_storage_replicated;
  PublishedFigure<Bytes> cache;

  template <class Visitor>
  static void fields(Visitor&& visit) {
    const auto figure = [&visit](const char* name, auto member, const char* doc) {
      visit(name, member, Section{}, doc);
    };
    using Figures = PublishedFigures;
    figure("messages_per_second", &Figures::messages_per_second, "messages sent a second, at the mean");
    figure("attachments_per_day", &Figures::attachments_per_day, "messages with an attachment a day");
    figure("thread_rate_database", &Figures::thread_rate_database, "database reads of one thread");
    figure("thread_rate_cache", &Figures::thread_rate_cache, "cache reads of one thread");
    figure("thread_rate_app", &Figures::thread_rate_app, "requests to application logic of one thread");
    figure("profile_row", &Figures::profile_row, "size of a profile");
    figure("profile_storage", &Figures::profile_storage, "all profiles, before replication");
    figure("profile_machines", &Figures::profile_machines, "machines for one profile read a message");
    figure("message_row", &Figures::message_row, "size of a message");
    figure("message_storage", &Figures::message_storage, "all messages, before replication");
    figure("message_disks", &Figures::message_disks, "disks for all messages, replicated");
    figure("message_machines", &Figures::message_machines, "machines for these disks");
    figure("conversation_row", &Figures::conversation_row, "size of a conversation row");
    figure("conversation_storage", &Figures::conversation_storage, "all conversation rows, before replication");
    figure("conversation_machines", &Figures::conversation_machines, "machines for all conversation rows");
    figure("messaging_storage_machines", &Figures::messaging_storage_machines,
           "machines for messages and conversations");
    figure("websockets_per_machine", &Figures::websockets_per_machine, "connections that one gateway holds");
    figure("gateway_machines", &Figures::gateway_machines, "gateways for every user at once");
    figure("gateway_machines_redundant", &Figures::gateway_machines_redundant, "the same with spares");
    figure("group_row", &Figures::group_row, "size of a membership");
    figure("group_storage", &Figures::group_storage, "all memberships when every group is full");
    figure("group_storage_replicated", &Figures::group_storage_replicated, "the same on all disks");
    figure("blob_storage_maximum", &Figures::blob_storage_maximum,
           "all attachments when each is as large as allowed");
    figure("blob_storage", &Figures::blob_storage, "all attachments at their mean size");
    figure("blob_storage_replicated", &Figures::blob_storage_replicated, "the same on all disks");
    figure("cache", &Figures::cache, "memory of the caches");
  }
};

/// The columns of a table. A document that does not print them leaves them out.
struct ProfileColumns {
  std::optional<Bytes> id, name, picture, server, heartbeat;

  template <class Visitor>
  static void fields(Visitor&& visit) {
    using Columns = ProfileColumns;
    visit("id", &Columns::id, at_least(Bytes{0}), "of the user");
    visit("name", &Columns::name, at_least(Bytes{0}), "as others see it");
    visit("picture", &Columns::picture, at_least(Bytes{0}), "URL of the picture");
    visit("server", &Columns::server, at_least(Bytes{0}), "that the user is connected to");
    visit("heartbeat", &Columns::heartbeat, at_least(Bytes{0}), "when the user was last seen");
  }
};

struct MessageColumns {
  std::optional<Bytes> id, author, blob_url, text;

  template <class Visitor>
  static void fields(Visitor&& visit) {
    using Columns = MessageColumns;
    visit("id", &Columns::id, at_least(Bytes{0}), "of the message");
    visit("author", &Columns::author, at_least(Bytes{0}), "user who sent it");
    visit("blob_url", &Columns::blob_url, at_least(Bytes{0}), "URL of the attachment");
    visit("text", &Columns::text, at_least(Bytes{0}), "of the message, a byte a character");
  }
};

struct ConversationColumns {
  std::optional<Bytes> id, message, user, group, created_at, status;

  template <class Visitor>
  static void fields(Visitor&& visit) {
    using Columns = ConversationColumns;
    visit("id", &Columns::id, at_least(Bytes{0}), "of the row");
    visit("message", &Columns::message, at_least(Bytes{0}), "id of the message");
    visit("user", &Columns::user, at_least(Bytes{0}), "id of the user");
    visit("group", &Columns::group, at_least(Bytes{0}), "id of the group");
    visit("created_at", &Columns::created_at, at_least(Bytes{0}), "time of the message");
    visit("status", &Columns::status, at_least(Bytes{0}), "sent, received or read");
  }
};

struct GroupColumns {
  std::optional<Bytes> id, group, user;

  template <class Visitor>
  static void fields(Visitor&& visit) {
    using Columns = GroupColumns;
    visit("id", &Columns::id, at_least(Bytes{0}), "of the row");
    visit("group", &Columns::group, at_least(Bytes{0}), "id of the group");
    visit("user", &Columns::user, at_least(Bytes{0}), "id of the member");
  }
};

struct PublishedColumns {
  ProfileColumns profile;
  MessageColumns message;
  ConversationColumns conversation;
  GroupColumns group;

  template <class Visitor>
  static void fields(Visitor&& visit) {
    visit("profile", &PublishedColumns::profile, Section{}, "one row a user");
    visit("message", &PublishedColumns::message, Section{}, "one row a message");
    visit("conversation", &PublishedColumns::conversation, Section{}, "one row a message and user");
    visit("group", &PublishedColumns::group, Section{}, "one row a member of a group");
  }
};

/// What a document calculates with in place of what the scenario says: its roundings and simplifications.
struct PublishedAssumptions {
  std::optional<Seconds> day;
  std::optional<double> days_kept;
  std::optional<Bytes> profile_row, message_row, conversation_row, group_row;
  std::optional<PerSecond> reads_per_machine;
  std::optional<Probability> read_thread_share;
  std::optional<double> websockets_per_thread;
  std::optional<Probability> mean_attachment;
  Probability spare{0.25};

  template <class Visitor>
  static void fields(Visitor&& visit) {
    using Assumptions = PublishedAssumptions;
    visit("day", &Assumptions::day, more_than(Seconds{0}), "a day for rates; 90000s in the design document");
    visit("days_kept", &Assumptions::days_kept, at_least(0.0),
          "days that messages and attachments are kept; 1500 in the design document");
    visit("profile_row", &Assumptions::profile_row, more_than(Bytes{0}), "profile row as it is calculated with");
    visit("message_row", &Assumptions::message_row, more_than(Bytes{0}), "message row as it is calculated with");
    visit("conversation_row", &Assumptions::conversation_row, more_than(Bytes{0}),
          "conversation row as it is calculated with");
    visit("group_row", &Assumptions::group_row, more_than(Bytes{0}), "membership row as it is calculated with");
    visit("reads_per_machine", &Assumptions::reads_per_machine, more_than(PerSecond{0}),
          "cache reads of a machine whose threads all read");
    visit("read_thread_share", &Assumptions::read_thread_share, Bounds{.min = 0, .max = 1, .min_excluded = true},
          "share of a machine's threads that read");
    visit("websockets_per_thread", &Assumptions::websockets_per_thread, more_than(0.0),
          "websockets that one thread of a gateway serves");
    visit("mean_attachment", &Assumptions::mean_attachment, probability(),
          "mean size of an attachment over the largest");
    visit("spare", &Assumptions::spare, probability(),
          "gateways to spare over those needed, for every estimate; 25 % in the design document");
  }
};

/// What a document says about this service, to be held against what its own inputs and exact ones give.
struct Published {
  std::string document;
  PublishedFigures figures;
  PublishedColumns columns;
  PublishedAssumptions assumptions;

  template <class Visitor>
  static void fields(Visitor&& visit) {
    visit("document", &Published::document, Text{}, "where the figures are from");
    visit("figures", &Published::figures, Section{}, "the figures as printed");
    visit("columns", &Published::columns, Section{}, "the columns that make up the rows");
    visit("assumptions", &Published::assumptions, Section{},
          "what the document calculates with where it rounds; the scenario's value where none is given");
  }
};

}  // namespace chatsim::spec
