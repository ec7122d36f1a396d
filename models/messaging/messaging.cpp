#include "models/messaging/messaging.hpp"

namespace chatsim::models {

namespace {

/// Pushes to a recipient who is online, until one is confirmed; then the message waits for the next login.
constexpr int push_attempts = 2;

/// The key of the conversation row of a message and a user. Never 0.
std::uint64_t conversation_key(MessageId message, UserId user) {
  return (spread(static_cast<std::uint64_t>(message)) ^ spread(~static_cast<std::uint64_t>(user))) | 1;
}

}  // namespace

Messaging::Messaging(Context& context, const Neighbours& neighbours)
    : context_(context),
      directory_(neighbours.directory),
      messages_(neighbours.messages),
      conversations_(neighbours.conversations),
      mailboxes_(neighbours.mailboxes),
      profiles_(neighbours.profiles),
      groups_(neighbours.groups),
      gateways_(neighbours.gateways),
      tier_(context, "messaging", context.scenario.services.messaging) {}

Store::Shard Messaging::row_of(MessageId message) const { return messages_.shard(static_cast<std::uint64_t>(message)); }

/// A user's rows are one partition, so that the index on status is read at one place.
Store::Shard Messaging::conversation_of(MessageId message, UserId user) const {
  return conversations_.shard(conversation_key(message, user), static_cast<std::uint64_t>(user));
}

sim::Call Messaging::submit(sim::MachineIndex from, const Message& message, OnceRef persisted, Hops& hops) {
  const sim::MachineIndex self = tier_.next();
  sim::CallOptions request = tier_.request(
      from, Step::messaging, context_.bytes(context_.scenario.population.message_size), context_.bytes(spec::Bytes{0}));
  request.next = messages_.shard_hint(static_cast<std::uint64_t>(message.id));
  return context_.world.rpc.call_task(
      request, tier_.leg(self, hops),
      [&](sim::ReplyTo acknowledge) { return send(std::move(acknowledge), self, message, persisted); });
}

/// The document's sendMessage, in its five steps.
sim::Task<void> Messaging::send(sim::ReplyTo acknowledge, sim::MachineIndex self, Message message, OnceRef persisted) {
  Hops hops = context_.hops(message.id, Hops::of_send);

  // 1. Persist the message to the data store. From here on it is the service's to deliver, and the sender is told.
  const void* next = message.to_group ? nullptr : conversations_.shard_hint(static_cast<std::uint64_t>(message.recipient));
  const sim::Reply written =
      co_await messages_.put(self, row_of(message.id), {.step = Step::persist, .next = next}, hops);
  if (written.outcome != sim::Outcome::ok) {
    acknowledge.refuse(Refusal{Step::persist, written.outcome}.encoded());
    co_return;
  }
  // A client that was not told sent it again: an earlier attempt has seen to the rest.
  if (!persisted.first()) {
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
  sim::spawn(self, deliver({}, self, message, {message.recipient}, DeliveryToken(context_.ledger, 1)));
  co_await note_sent(self, message.id, message.author);
}

/// The author's side of the conversation, and the author's name and picture for the notification.
sim::Task<void> Messaging::note_sent(sim::MachineIndex self, MessageId message, UserId author) {
  Hops hops = context_.hops(message, Hops::of_author);
  context_.world.rpc.post(conversations_.insert(self, conversation_of(message, author), Step::sent_row, hops));
  co_await profiles_.author(self, author, hops);
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
  const sim::MachineIndex self = tier_.next();
  sim::CallOptions request = tier_.request(
      from, Step::to_member, context_.bytes(context_.scenario.population.message_size), context_.bytes(spec::Bytes{0}));
  request.next = conversations_.shard_hint(static_cast<std::uint64_t>(member.user));
  return context_.world.rpc.call_task(request, tier_.leg(self, hops), [&](sim::ReplyTo done) {
    return deliver(std::move(done), self, message, member, std::move(due));
  });
}

/// Whoever holds `done` waits until the recipient has the message, or is known to be offline.
sim::Task<void> Messaging::deliver(sim::ReplyTo done, sim::MachineIndex self, Message message, Member recipient,
                                   DeliveryToken due) {
  Hops hops = context_.hops(message.id, Hops::of_recipient(recipient.index));

  // The recipient's conversation: what is found at the next login, should all that follows fail.
  due.enter(Step::conversation);
  const sim::Reply noted =
      co_await conversations_.put(self, conversation_of(message.id, recipient.user),
                                  {.step = Step::conversation, .next = profiles_.hint(recipient.user)}, hops);
  if (noted.outcome != sim::Outcome::ok) {
    due.failed(noted.outcome);
    co_return;
  }

  Once shown;
  const OnceRef shown_by_device{co_await this_task(), shown};
  for (int attempt = 0; attempt < push_attempts; ++attempt) {
    // 3. Obtain the recipient's server.
    due.enter(Step::locate);
    const Step locate = attempt > 0       ? Step::locate_again
                        : recipient.first ? Step::locate
                                          : Step::locate_member;
    const Profile::Location location = co_await profiles_.server_of(
        self, recipient.user, locate, context_.hops(message.id, Hops::of_location(recipient.index)));
    if (location.outcome != sim::Outcome::ok) continue;
    if (!location.server) break;

    // 4. Put the message on the server's internal queue.
    due.enter(Step::push);
    const sim::Reply pushed =
        co_await gateways_.push(self, *location.server, message, recipient.user, recipient.index, shown_by_device, hops);
    if (pushed.outcome != sim::Outcome::ok) continue;
    due.delivered();
    done.ok();

    // 5. Update the status to sent. Nobody waits for it.
    mark(self, message.id, recipient.user, Step::mark_sent, hops);
    co_return;
  }
  keep(recipient.user, message, recipient.index, shown.done);
  due.kept();
  done.ok();
}

sim::Call Messaging::deliver_to_members(sim::MachineIndex from, const Message& message, std::vector<Member> members,
                                        DeliveryToken due) {
  Hops hops = context_.hops(message.id, Hops::to_recipient(members.front().index));
  const sim::MachineIndex self = tier_.next();
  const auto bytes = context_.bytes(context_.scenario.population.message_size + members.size() * spec::Bytes{8});
  return context_.world.rpc.call_task(
      tier_.request(from, Step::to_member, bytes, context_.bytes(spec::Bytes{0})), tier_.leg(self, hops),
      [&](sim::ReplyTo done) { return deliver_batch(std::move(done), self, message, std::move(members), std::move(due)); });
}

/// The same steps for members who have the same server: rows in parallel, one push.
sim::Task<void> Messaging::deliver_batch(sim::ReplyTo done, sim::MachineIndex self, Message message,
                                         std::vector<Member> members, DeliveryToken due) {
  Hops hops = context_.hops(message.id, Hops::of_recipient(members.front().index));
  due.enter(Step::conversation);
  sim::CallGroup rows(16);
  for (const Member& member : members) {
    co_await rows.start(conversations_.insert(self, conversation_of(message.id, member.user), Step::conversation, hops));
  }
  co_await rows.join();

  due.enter(Step::locate);
  std::vector<Push> pushes;
  std::uint32_t server = 0;
  for (const Member& member : members) {
    const Profile::Location location = co_await profiles_.server_of(
        self, member.user, member.first ? Step::locate : Step::locate_member, context_.hops(message.id, Hops::of_location(member.index)));
    const bool fits = pushes.empty() || (location.server == server && pushes.size() < Gateway::most_in_batch);
    if (location.outcome == sim::Outcome::ok && location.server && fits) {
      server = *location.server;
      pushes.push_back({message, member.user, member.index, OnceRef{}});
    } else if (location.outcome == sim::Outcome::ok && location.server) {
      // Reconnected elsewhere meanwhile: on its own.
      sim::spawn(self, deliver({}, self, message, member, due.take(1)));
    } else {
      keep(member.user, message, member.index, false);
      due.take(1).kept();
    }
  }
  if (pushes.empty()) {
    done.ok();
    co_return;
  }
  due.enter(Step::push);
  const std::vector<Push> tried = pushes;
  const sim::Reply pushed = co_await gateways_.push_batch(self, server, std::move(pushes), hops);
  for (std::size_t i = 0; i < tried.size(); ++i) {
    const Push& push = tried[i];
    if (pushed.outcome != sim::Outcome::ok || (pushed.value >> i & 1) == 0) {
      keep(push.recipient, message, push.index, false);
      due.take(1).kept();
      continue;
    }
    due.take(1).delivered();
    mark(self, message.id, push.recipient, Step::mark_sent, hops);
  }
  done.ok();
}

sim::Call Messaging::confirm(sim::MachineIndex from, const Receipt& receipt, Hops& hops) {
  const sim::MachineIndex self = tier_.next();
  sim::CallOptions request =
      tier_.request(from, Step::receipt, context_.bytes(spec::Bytes{24}), context_.bytes(spec::Bytes{0}));
  request.next = conversations_.shard_hint(static_cast<std::uint64_t>(receipt.recipient));
  return context_.world.rpc.call_task(request, tier_.leg(self, hops), [&](sim::ReplyTo done) {
    return serve_receipt(std::move(done), self, receipt);
  });
}

/// The recipient's row, and a receipt for the author.
sim::Task<void> Messaging::serve_receipt(sim::ReplyTo done, sim::MachineIndex self, Receipt receipt) {
  const bool read = receipt.status == Status::read;
  Hops hops = context_.hops(receipt.message,
                            read ? Hops::of_read_receipt(receipt.index) : Hops::of_receipt(receipt.index));
  done.ok();
  mark(self, receipt.message, receipt.recipient, read ? Step::mark_read : Step::mark_delivered, hops);
  co_await return_receipt(self, receipt.author, hops);
}

sim::Call Messaging::confirm_all(sim::MachineIndex from, std::vector<Receipt> receipts, Hops& hops) {
  const sim::MachineIndex self = tier_.next();
  const sim::LegOptions leg = tier_.leg(self, hops);
  sim::CallOptions request =
      tier_.request(from, Step::receipt, context_.bytes(static_cast<double>(receipts.size()) * spec::Bytes{24}),
                    context_.bytes(spec::Bytes{0}));
  request.next = conversations_.shard_hint(static_cast<std::uint64_t>(receipts.front().recipient));
  return context_.world.rpc.call_task(
      request, leg,
      [&](sim::ReplyTo done) { return serve_receipts(std::move(done), self, std::move(receipts), hops); });
}

/// The rows of one user lie together: one write for all of them.
sim::Task<void> Messaging::serve_receipts(sim::ReplyTo done, sim::MachineIndex self, std::vector<Receipt> receipts,
                                          Hops hops) {
  done.ok();
  const Receipt& first = receipts.front();
  const bool read = first.status == Status::read;
  mark(self, first.message, first.recipient, read ? Step::mark_read : Step::mark_delivered, hops,
       static_cast<std::uint32_t>(receipts.size()));
  for (const Receipt& receipt : receipts) __builtin_prefetch(profiles_.hint(receipt.author));
  for (const Receipt& receipt : receipts) {
    const std::uint32_t range = read ? Hops::of_read_receipt(receipt.index) : Hops::of_receipt(receipt.index);
    sim::spawn(self, return_receipt(self, receipt.author, context_.hops(receipt.message, range)));
  }
  co_return;
}

sim::Task<void> Messaging::return_receipt(sim::MachineIndex self, UserId author, Hops hops) {
  const Profile::Location location = co_await profiles_.server_of(self, author, Step::locate_author, hops);
  if (location.outcome != sim::Outcome::ok) {
    ++counts_.statuses.receipts_failed;
  } else if (location.server) {
    context_.world.rpc.post(gateways_.push_receipt(self, *location.server, hops));
  }
}

sim::Call Messaging::send_kept(sim::MachineIndex from, UserId user, Hops& hops) {
  const sim::MachineIndex self = tier_.next();
  const sim::LegOptions leg = tier_.leg(self, hops);
  sim::CallOptions request =
      tier_.request(from, Step::drain, context_.bytes(spec::Bytes{8}), context_.bytes(spec::Bytes{0}));
  request.next = conversations_.shard_hint(static_cast<std::uint64_t>(user));
  return context_.world.rpc.call_task(
      request, leg, [&](sim::ReplyTo done) { return serve_kept(std::move(done), self, user, hops); });
}

/// "Will send messages to a recipient that was sent when they were not online."
sim::Task<void> Messaging::serve_kept(sim::ReplyTo done, sim::MachineIndex self, UserId user, Hops hops) {
  std::vector<Mailboxes::Kept> kept = mailboxes_.take(user);
  const auto rows = static_cast<std::uint32_t>(kept.size());
  const auto give_up = [&] {
    counts_.mailbox_failed += rows;
    for (const Mailboxes::Kept& one : kept) mailboxes_.keep(user, one);
  };

  // The index on status: which conversations of this user are not yet sent. The newest must not be overlooked.
  const Store::Shard newest =
      rows > 0 ? conversation_of(kept.back().message.id, user) : conversation_of(MessageId{0}, user);
  const sim::Reply found = co_await conversations_.get(self, newest, rows, Step::mailbox, hops);
  if (found.outcome != sim::Outcome::ok) {
    give_up();
    co_return;
  }
  if (kept.empty()) {
    done.ok();
    co_return;
  }
  for (const Mailboxes::Kept& one : kept) {
    __builtin_prefetch(messages_.shard_hint(static_cast<std::uint64_t>(one.message.id)));
  }
  // Their messages, in parallel.
  sim::CallGroup fetches(16);
  for (const Mailboxes::Kept& one : kept) {
    co_await fetches.start(messages_.fetch(self, row_of(one.message.id), Step::mailbox_message, hops));
  }
  co_await fetches.join();

  // In one push, in the order in which they were sent.
  const Directory::Whereabouts whereabouts = directory_.whereabouts(user);
  std::vector<Push> pushes;
  pushes.reserve(kept.size());
  Once shown_before{true};
  const OnceRef before{co_await this_task(), shown_before};
  for (const Mailboxes::Kept& one : kept) pushes.push_back({one.message, user, one.index, one.shown ? before : OnceRef{}});
  const sim::Reply pushed = co_await gateways_.push_all(self, whereabouts.gateway, std::move(pushes), hops);
  if (pushed.outcome != sim::Outcome::ok) {
    give_up();
    co_return;
  }
  done.ok(rows);
  mark(self, kept.back().message.id, user, Step::mark_mailbox, hops, rows);
}

}  // namespace chatsim::models
