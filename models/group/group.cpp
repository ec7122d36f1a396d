#include "models/group/group.hpp"

namespace chatsim::models {

Group::Group(Context& context, const Directory& directory, Store& members)
    : context_(context),
      directory_(directory),
      members_(members),
      tier_(context, "group", context.scenario.services.group),
      parallelism_(static_cast<std::uint32_t>(context.scenario.services.group.fanout_parallelism)) {}

sim::Call Group::fanout(sim::MachineIndex from, const Message& message, Hops& hops) {
  // Due from here on, whatever becomes of the request: all members but the author.
  DeliveryToken due(context_.ledger, directory_.size_of(message.group) - 1);
  due.enter(Step::fanout);
  const sim::MachineIndex machine = tier_.next();
  return context_.world.rpc.call_task(
      tier_.request(from, Step::fanout, context_.bytes(context_.scenario.population.message_size),
                    context_.bytes(spec::Bytes{0})),
      tier_.leg(machine, hops), [&](sim::ReplyTo reply) {
        return serve_fanout(std::move(reply), machine, message, std::move(due));
      });
}

/// "Will create a conversation for every member and send a message for each."
sim::Task<void> Group::serve_fanout(sim::ReplyTo reply, sim::MachineIndex self, Message message, DeliveryToken due) {
  Hops hops = context_.hops(message.id, Hops::of_fanout);
  const sim::Time begin = context_.world.scheduler.now();
  const std::uint32_t size = directory_.size_of(message.group);

  due.enter(Step::members);
  const sim::Reply members =
      co_await members_.get(self, members_.shard(static_cast<std::uint64_t>(message.group) + 1), size, Step::members, hops);
  if (members.outcome != sim::Outcome::ok) {
    due.failed(members.outcome);
    co_return;
  }
  due.enter(Step::to_member);
  sim::CallGroup deliveries(parallelism_);
  for (std::uint32_t index = 0; index < size; ++index) {
    const UserId member = directory_.member_of(message.group, index);
    if (member == message.author) continue;
    co_await deliveries.start(deliver_(self, message, member, index, due.take_one()));
  }
  co_await deliveries.join();
  group_fanout.record(context_.world.scheduler.now() - begin);
  reply.ok();
}

}  // namespace chatsim::models
