#include "models/messaging/messaging.hpp"

#include <algorithm>

#include "scenarios/spec/workload.hpp"

namespace chatsim::models {

namespace {

/// Pushes to a recipient who is online, until one is not refused; then the message waits.
constexpr int push_attempts = 2;

/// The key of the conversation row of a message and a user. Never 0.
std::uint64_t conversation_key(MessageId message, UserId user) {
  return (spread(static_cast<std::uint64_t>(message)) ^ spread(~static_cast<std::uint64_t>(user))) | 1;
}

}  // namespace

/// A message on its way to one recipient, from the moment when a messaging server takes it over. Should the server die,
/// the row of the conversation outlasts it, which says that the message was not yet sent.
class Messaging::Delivery {
 public:
  /// Of the recipient's conversation.
  enum class Row : std::uint8_t { to_be_written, written };
  Delivery(Messaging& owner, sim::MachineIndex server, const Message& of_message, Member to, DeliveryToken token,
           Row of_recipient = Row::to_be_written)
      : self(server),
        message(of_message),
        recipient(to),
        row(of_recipient),
        due(std::move(token)),
        messaging_(owner) {}
  Delivery(Delivery&&) = default;
  Delivery& operator=(Delivery&&) = delete;
  ~Delivery() {
    if (due.count() == 0 || messaging_.context_.world.fleet[self].up) return;
    messaging_.keep_for_now(recipient, message, shown);
    due.kept();
  }

  sim::MachineIndex self;
  Once shown;
  Message message;
  Member recipient;
  Row row;
  DeliveryToken due;

 private:
  Messaging& messaging_;
};

/// The same for several recipients: those who are still to be served.
class Messaging::BatchDelivery {
 public:
  BatchDelivery(Messaging& owner, sim::MachineIndex server, const Message& of_message, std::vector<Member> to,
                DeliveryToken token)
      : self(server), message(of_message), members(std::move(to)), due(std::move(token)), shown(members.size()),
        messaging_(owner) {}
  BatchDelivery(BatchDelivery&&) = default;
  BatchDelivery& operator=(BatchDelivery&&) = delete;
  ~BatchDelivery() {
    if (due.count() == 0 || messaging_.context_.world.fleet[self].up) return;
    for (std::size_t i = 0; i < members.size(); ++i) {
      messaging_.keep_for_now(members[i], message, shown[i]);
    }
    due.kept();
  }

  sim::MachineIndex self;
  Message message;
  std::vector<Member> members;
  DeliveryToken due;
  std::vector<Once> shown;

 private:
  Messaging& messaging_;
};

/// No deadline is longer.
constexpr spec::Seconds longest_scan{1e6};

Messaging::Messaging(Context& context, const Neighbours& neighbours)
    : context_(context),
      directory_(neighbours.directory),
      messages_(neighbours.messages),
      conversations_(neighbours.conversations),
      mailboxes_(neighbours.mailboxes),
      profiles_(neighbours.profiles),
      groups_(neighbours.groups),
      gateways_(neighbours.gateways),
      tier_(context, "messaging", context.scenario.services.messaging),
      mailbox_scan_(sim::to_duration(std::min(longest_scan, spec::mailbox_scan(context.scenario)))) {
  const spec::StatusIndex& index = context.scenario.stores.status_index;
  if (index.lookup == spec::MailboxLookup::index) conversations_.slow_writes(index.write_share);
}

/// In the author's region.
Store::Shard Messaging::row_of(const Message& message) const {
  const auto id = static_cast<std::uint64_t>(message.id);
  return messages_.shard(id, id, directory_.region_of(message.author));
}

/// A user's rows are one partition, so that the index on status is read at one place.
Store::Shard Messaging::conversation_of(MessageId message, UserId user) const {
  return conversations_.shard(conversation_key(message, user), static_cast<std::uint64_t>(user),
                              directory_.region_of(user));
}

sim::Call Messaging::submit(sim::MachineIndex from, const Message& message, OnceRef persisted, Deadline deadline,
                            Hops& hops) {
  const sim::MachineIndex self = tier_.next(from);
  sim::CallOptions request =
      tier_.request(from, Step::messaging, context_.bytes(context_.scenario.population.message_size),
                    context_.bytes(spec::Bytes{0}), deadline, hops.trace());
  request.next = messages_.shard_hint(static_cast<std::uint64_t>(message.id));
  return context_.world.rpc.call_task(
      request, tier_.leg(self, hops),
      [&](sim::ReplyTo acknowledge) { return send(std::move(acknowledge), self, message, persisted, deadline); });
}

/// Whether no attempt has persisted the message before.
bool Messaging::is_first(MessageId message, const OnceRef& persisted) {
  if (!persisted.owner_is_gone()) return persisted.first();
  return persisted_late_.insert(message).second;
}

/// The document's sendMessage, in its five steps.
sim::Task<void> Messaging::send(sim::ReplyTo acknowledge, sim::MachineIndex self, Message message, OnceRef persisted,
                                Deadline deadline) {
  Hops hops = context_.hops(message.id, Hops::of_send);

  // 1. Persist the message to the data store. From here on it is the service's to deliver, and the sender is told.
  const void* next = message.to_group ? nullptr : conversations_.shard_hint(static_cast<std::uint64_t>(message.recipient));
  const sim::Reply written =
      co_await messages_.put(self, row_of(message), {.step = Step::persist, .next = next, .deadline = deadline},
                              hops);
  if (written.outcome != sim::Outcome::ok) {
    acknowledge.refuse(Refusal{Step::persist, written.outcome}.encoded());
    co_return;
  }
  // A client that was not told sent it again: an earlier attempt has seen to the rest.
  if (!is_first(message.id, persisted)) {
    ++counts_.suppressed;
    acknowledge.ok();
    co_return;
  }
  __builtin_prefetch(conversations_.shard_hint(static_cast<std::uint64_t>(message.author)));
  acknowledge.ok();

  // 2. If it is for a group, use the group service's fan-out, else proceed.
  if (message.to_group) {
    sim::spawn(self, note_sent(self, message.id, message.author));
    co_await groups_.fanout(self, message, hops);
    co_return;
  }
  sim::spawn(self, deliver({}, {*this, self, message, {message.recipient}, DeliveryToken(context_.ledger, 1)}));
  co_await note_sent(self, message.id, message.author);
}

/// The author's side of the conversation, and the author's name and picture for the notification.
sim::Task<void> Messaging::note_sent(sim::MachineIndex self, MessageId message, UserId author) {
  Hops hops = context_.hops(message, Hops::of_author);
  context_.world.rpc.post(conversations_.insert(self, conversation_of(message, author), Step::sent_row, hops));
  const Profile::Location found = co_await profiles_.author(self, author, hops);
  if (found.missing()) co_await profiles_.look_aside(self, author, found.found, Step::author, hops);
}

/// updateConversationStatus: the row of a recipient, or several rows of one. Nobody waits for it: a status that is lost
/// is said again by the next one.
void Messaging::mark(sim::MachineIndex self, MessageId message, UserId recipient, Step step, Hops& hops,
                     std::uint32_t rows) {
  switch (step) {
    case Step::mark_delivered:
      counts_.statuses.delivered += rows;
      break;
    case Step::mark_read:
      counts_.statuses.read += rows;
      break;
    default:
      counts_.statuses.sent += rows;
  }
  context_.world.rpc.post(conversations_.update(self, conversation_of(message, recipient), step, hops, rows));
}

sim::Call Messaging::deliver_to_member(sim::MachineIndex from, const Message& message, Member member,
                                       DeliveryToken due) {
  Hops hops = context_.hops(message.id, Hops::to_recipient(member.index));
  const sim::MachineIndex self = tier_.next(from);
  sim::CallOptions request = tier_.request(
      from, Step::to_member, context_.bytes(context_.scenario.population.message_size), context_.bytes(spec::Bytes{0}), {},
      hops.trace());
  request.next = conversations_.shard_hint(static_cast<std::uint64_t>(member.user));
  return context_.world.rpc.call_task(request, tier_.leg(self, hops), [&](sim::ReplyTo done) {
    return deliver(std::move(done), {*this, self, message, member, std::move(due)}, context_.deadline());
  });
}

/// Whoever holds `done` waits until the recipient has the message, or is known to be offline.
sim::Task<void> Messaging::deliver(sim::ReplyTo done, Delivery delivery, Deadline deadline) {
  const sim::MachineIndex self = delivery.self;
  const Member recipient = delivery.recipient;
  Hops hops = context_.hops(delivery.message.id, Hops::of_recipient(recipient.index));

  // The recipient's conversation: what is found at the next login, should all that follows fail.
  if (delivery.row == Delivery::Row::to_be_written) {
    delivery.due.enter(Step::conversation);
    const sim::Reply noted =
        co_await conversations_.put(self, conversation_of(delivery.message.id, recipient.user),
                                    {.step = Step::conversation,
                                     .next = profiles_.hint(recipient.user),
                                     .deadline = deadline},
                                    hops);
    if (noted.outcome != sim::Outcome::ok) {
      delivery.due.failed(noted.outcome);
      co_return;
    }
  }

  sim::Outcome pushed_last = sim::Outcome::ok;
  const OnceRef shown_by_device{co_await this_task(), delivery.shown};
  for (int attempt = 0; attempt < push_attempts; ++attempt) {
    // 3. Obtain the recipient's server.
    delivery.due.enter(Step::locate);
    const Step locate = attempt > 0       ? Step::locate_again
                        : recipient.first ? Step::locate
                                          : Step::locate_member;
    Hops look_up = context_.hops(delivery.message.id, Hops::of_location(recipient.index));
    Profile::Location location = co_await profiles_.server_of(self, recipient.user, locate, look_up);
    if (location.missing()) {
      location = co_await profiles_.look_aside(self, recipient.user, location.found, locate, look_up);
    }
    if (location.outcome != sim::Outcome::ok) continue;
    if (!location.server || is_left_behind(recipient.user)) break;

    // 4. Put the message on the server's internal queue.
    delivery.due.enter(Step::push);
    const sim::Reply pushed = co_await gateways_.push(self, *location.server, delivery.message, recipient.user,
                                                      recipient.index, shown_by_device, hops, deadline);
    pushed_last = pushed.outcome;
    // The client may have reconnected elsewhere meanwhile. A server that does not answer is not asked again at once: what
    // comes later would overtake this message while it waits.
    if (pushed_last == sim::Outcome::rejected) continue;
    if (pushed_last != sim::Outcome::ok) break;
    delivery.due.delivered();
    done.ok();

    // 5. Update the status to sent. Nobody waits for it.
    mark(self, delivery.message.id, recipient.user, Step::mark_sent, hops);
    co_return;
  }
  if (pushed_last == sim::Outcome::ok && !is_left_behind(recipient.user)) {
    keep(recipient, delivery.message);
  } else {
    keep_for_now(recipient, delivery.message, delivery.shown);
  }
  delivery.due.kept();
  done.ok();
}

sim::Call Messaging::deliver_to_members(sim::MachineIndex from, const Message& message, std::vector<Member> members,
                                        DeliveryToken due) {
  Hops hops = context_.hops(message.id, Hops::to_recipient(members.front().index));
  const sim::MachineIndex self = tier_.next(from);
  const auto bytes = context_.bytes(context_.scenario.population.message_size + members.size() * spec::Bytes{8});
  return context_.world.rpc.call_task(
      tier_.request(from, Step::to_member, bytes, context_.bytes(spec::Bytes{0}), {}, hops.trace()), tier_.leg(self, hops),
      [&](sim::ReplyTo done) {
        return deliver_batch(std::move(done), {*this, self, message, std::move(members), std::move(due)});
      });
}

/// The same steps for members who have the same server: rows in parallel, one push.
sim::Task<void> Messaging::deliver_batch(sim::ReplyTo done, BatchDelivery batch) {
  const sim::MachineIndex self = batch.self;
  std::vector<Member>& members = batch.members;  // Who is served otherwise is taken out.
  Hops hops = context_.hops(batch.message.id, Hops::of_recipient(members.front().index));
  batch.due.enter(Step::conversation);
  sim::CallGroup rows(16);
  for (const Member& member : members) {
    co_await rows.start(
        conversations_.insert(self, conversation_of(batch.message.id, member.user), Step::conversation, hops));
  }
  co_await rows.join();

  batch.due.enter(Step::locate);
  std::vector<Push> pushes;
  std::uint32_t server = 0;
  const sim::Handle this_batch = co_await this_task();
  while (pushes.size() < members.size()) {
    const Member member = members[pushes.size()];
    const Step locate = member.first ? Step::locate : Step::locate_member;
    Hops look_up = context_.hops(batch.message.id, Hops::of_location(member.index)).traced_as(hops);
    Profile::Location location = co_await profiles_.server_of(self, member.user, locate, look_up);
    if (location.missing()) {
      location = co_await profiles_.look_aside(self, member.user, location.found, locate, look_up);
    }
    const bool fits = pushes.empty() || (location.server == server && pushes.size() < Gateway::most_in_batch);
    const bool reachable =
        location.outcome == sim::Outcome::ok && location.server && !is_left_behind(member.user);
    if (reachable && fits) {
      server = *location.server;
      pushes.push_back({batch.message, member.user, member.index, {this_batch, batch.shown[pushes.size()]}});
      continue;
    }
    members.erase(members.begin() + static_cast<std::ptrdiff_t>(pushes.size()));
    if (reachable) {
      // Reconnected elsewhere meanwhile: on its own.
      sim::spawn(self, deliver({}, {*this, self, batch.message, member, batch.due.take(1), Delivery::Row::written}));
    } else {
      is_left_behind(member.user) ? keep_for_now(member, batch.message, {}) : keep(member, batch.message);
      batch.due.take(1).kept();
    }
  }
  if (pushes.empty()) {
    done.ok();
    co_return;
  }
  batch.due.enter(Step::push);
  const sim::Reply pushed = co_await gateways_.push_batch(self, server, std::move(pushes), hops);
  for (std::size_t i = 0; i < members.size(); ++i) {
    if (pushed.outcome == sim::Outcome::ok && (pushed.value >> i & 1) != 0) {
      batch.due.take(1).delivered();
      mark(self, batch.message.id, members[i].user, Step::mark_sent, hops);
      continue;
    }
    keep_for_now(members[i], batch.message, batch.shown[i]);
    batch.due.take(1).kept();
  }
  done.ok();
}

}  // namespace chatsim::models
