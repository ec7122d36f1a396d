#include "models/gateway/gateway.hpp"

namespace chatsim::models {

Gateway::Gateway(Context& context, const Directory& directory)
    : context_(context),
      directory_(directory),
      tier_(context, "gateway", context.scenario.services.gateway),
      push_server_(context.world.rpc.add_server(push_served, this)) {}

sim::Task<void> Gateway::client_sends(Message message) {
  MessageToken token(context_.ledger);
  Hops hops = context_.hops(message.id, Hops::of_message);
  const sim::MachineIndex machine = machine_of(message.author);

  const sim::Reply taken = co_await context_.world.rpc.serve(machine, static_cast<std::uint8_t>(Step::send),
                                                             tier_.service_time(hops.next()), tier_.cpu_share());
  if (taken.outcome != sim::Outcome::ok) {
    token.failed(taken.outcome);
    co_return;
  }
  token.enter(Step::messaging);
  const sim::Reply persisted = co_await submit_(machine, message, hops);
  if (persisted.outcome == sim::Outcome::ok) {
    token.acknowledged();
    const sim::Time now = context_.world.scheduler.now();
    send_to_ack.record(now - message.sent);
    context_.timeline.record(Timeline::send_to_ack, now, now - message.sent);
  } else if (persisted.value != 0) {
    const Refusal refusal = Refusal::decoded(persisted.value);
    token.enter(refusal.step);
    token.failed(refusal.outcome);
  } else {
    token.failed(persisted.outcome);
  }
}

sim::Call Gateway::push(sim::MachineIndex from, std::uint32_t server, const Message& message, Hops& hops) {
  sim::CallOptions request = tier_.request(from, Step::push, context_.bytes(context_.scenario.population.message_size),
                                           context_.bytes(spec::Bytes{0}));
  request.server = push_server_;
  request.argument = static_cast<std::uint64_t>(message.sent.time_since_epoch().count());
  return context_.world.rpc.call(request, tier_.leg(tier_.machine(server), hops));
}

sim::Served Gateway::push_served(void* self, sim::Leg& /*leg*/, sim::CallRecord& call) {
  auto& gateway = *static_cast<Gateway*>(self);
  const sim::Time sent{sim::Duration{static_cast<sim::Duration::rep>(call.argument)}};
  const sim::Time now = gateway.context_.world.scheduler.now();
  gateway.send_to_deliver.record(now - sent);
  gateway.context_.timeline.record(Timeline::send_to_deliver, now, now - sent);
  return sim::Served::reply;
}

}  // namespace chatsim::models
