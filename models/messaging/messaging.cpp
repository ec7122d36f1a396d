#include "models/messaging/messaging.hpp"

namespace chatsim::models {

namespace {

/// The key of the conversation row of a message and a recipient. Never 0.
std::uint64_t conversation_key(MessageId message, UserId recipient) {
  return (spread(static_cast<std::uint64_t>(message)) ^ spread(~static_cast<std::uint64_t>(recipient))) | 1;
}

}  // namespace

Messaging::Messaging(Context& context, const Neighbours& neighbours)
    : context_(context),
      messages_(neighbours.messages),
      conversations_(neighbours.conversations),
      profiles_(neighbours.profiles),
      groups_(neighbours.groups),
      gateways_(neighbours.gateways),
      tier_(context, "messaging", context.scenario.services.messaging) {}

sim::Call Messaging::submit(sim::MachineIndex from, const Message& message, Hops& hops) {
  const sim::MachineIndex self = tier_.next();
  sim::CallOptions request = tier_.request(
      from, Step::messaging, context_.bytes(context_.scenario.population.message_size), context_.bytes(spec::Bytes{0}));
  request.next = messages_.shard_hint(static_cast<std::uint64_t>(message.id));
  return context_.world.rpc.call_task(
      request, tier_.leg(self, hops),
      [&](sim::ReplyTo acknowledge) { return send(std::move(acknowledge), self, message); });
}

/// The document's sendMessage, in its five steps.
sim::Task<void> Messaging::send(sim::ReplyTo acknowledge, sim::MachineIndex self, Message message) {
  Hops hops = context_.hops(message.id, Hops::of_send);

  // 1. Persist the message to the data store. From here on it is the service's to deliver, and the sender is told.
  const Store::Shard row = messages_.shard(static_cast<std::uint64_t>(message.id));
  const void* next = message.to_group ? nullptr : conversations_.shard_hint(conversation_key(message.id, message.recipient));
  const sim::Reply persisted = co_await messages_.put(self, row, Step::persist, hops, next);
  if (persisted.outcome != sim::Outcome::ok) {
    acknowledge.refuse(Refusal{Step::persist, persisted.outcome}.encoded());
    co_return;
  }
  acknowledge.ok();

  // 2. If it is for a group, use the group service's fan-out, else proceed.
  if (message.to_group) {
    co_await groups_.fanout(self, message, hops);
    co_return;
  }
  sim::spawn(self, deliver({}, self, message, message.recipient, 0, DeliveryToken(context_.ledger, 1)));
}

sim::Call Messaging::deliver_to_member(sim::MachineIndex from, const Message& message, UserId member,
                                       std::uint32_t index, DeliveryToken due) {
  Hops hops = context_.hops(message.id, Hops::to_recipient(index));
  const sim::MachineIndex self = tier_.next();
  sim::CallOptions request = tier_.request(
      from, Step::to_member, context_.bytes(context_.scenario.population.message_size), context_.bytes(spec::Bytes{0}));
  request.next = conversations_.shard_hint(conversation_key(message.id, member));
  return context_.world.rpc.call_task(
      request, tier_.leg(self, hops), [&](sim::ReplyTo done) {
        return deliver(std::move(done), self, message, member, index, std::move(due));
      });
}

/// Whoever holds `done` waits until the recipient has the message, or is known to be offline.
sim::Task<void> Messaging::deliver(sim::ReplyTo done, sim::MachineIndex self, Message message, UserId recipient,
                                   std::uint32_t index, DeliveryToken due) {
  Hops hops = context_.hops(message.id, Hops::of_recipient(index));
  const Store::Shard conversation = conversations_.shard(conversation_key(message.id, recipient));

  // The recipient's conversation: what is found at the next login, should all that follows fail.
  due.enter(Step::conversation);
  const sim::Reply noted = co_await conversations_.put(self, conversation, Step::conversation, hops, profiles_.hint(recipient));
  if (noted.outcome != sim::Outcome::ok) {
    due.failed(noted.outcome);
    co_return;
  }

  // 3. Obtain the recipient's server.
  due.enter(Step::locate);
  const Profile::Location location =
      co_await profiles_.server_of(self, recipient, context_.hops(message.id, Hops::of_location(index)));
  if (location.outcome != sim::Outcome::ok) {
    due.failed(location.outcome);
    co_return;
  }
  if (!location.server) {
    due.kept();
    done.ok();
    co_return;
  }

  // 4. Put the message on the server's internal queue.
  due.enter(Step::push);
  const sim::Reply pushed = co_await gateways_.push(self, *location.server, message, hops);
  if (pushed.outcome != sim::Outcome::ok) {
    due.failed(pushed.outcome);
    co_return;
  }
  due.delivered();
  done.ok();

  // 5. Update the status to sent.
  co_await conversations_.put(self, conversation, Step::mark_sent, hops);
}

}  // namespace chatsim::models
