#include "models/run/chat_service.hpp"

#include <algorithm>

namespace chatsim::models {

ChatService::ChatService(sim::World& world, const spec::Scenario& scenario)
    : world_(world),
      context_(world, scenario),
      directory_(context_),
      gateways_(context_, directory_),
      messages_(context_, "message", scenario.stores.message, 0),
      conversations_(context_, "conversation", scenario.stores.conversation, 1),
      members_(context_, "group", scenario.stores.group, 2),
      profile_rows_(context_, "profile", scenario.stores.profile, 3),
      profiles_(context_, directory_, profile_rows_),
      groups_(context_, directory_, members_),
      messaging_(context_, {messages_, conversations_, profiles_, groups_, gateways_}),
      traffic_(context_, directory_) {
  gateways_.connect([this](sim::MachineIndex from, const Message& message, Hops& hops) {
    return messaging_.submit(from, message, hops);
  });
  groups_.connect([this](sim::MachineIndex from, const Message& message, UserId member, std::uint32_t index,
                         DeliveryToken due) {
    return messaging_.deliver_to_member(from, message, member, index, std::move(due));
  });
  world.wire.refresh();
}

void ChatService::start() {
  sim::spawn(sim::no_machine, traffic_.run([this](const Message& message) {
    sim::spawn(gateways_.machine_of(message.author), gateways_.client_sends(message));
  }));
  sim::spawn(sim::no_machine, close_windows());
}

sim::Task<void> ChatService::close_windows() {
  while (true) {
    co_await sim::sleep(world_.scheduler, context_.timeline.window());
    context_.timeline.close_window(world_.scheduler.now(), context_.ledger);
  }
}

void ChatService::begin_measuring() {
  measuring_since_ = world_.scheduler.now();
  world_.fleet.begin_measuring(measuring_since_);
  world_.wire.begin_measuring();
  world_.rpc.begin_measuring();
  context_.ledger.begin_measuring();
  for (Store* store : {&messages_, &conversations_, &members_, &profile_rows_}) store->begin_measuring();
  gateways_.send_to_ack.clear();
  gateways_.send_to_deliver.clear();
  groups_.group_fanout.clear();
}

spec::Result ChatService::report() {
  const sim::Time now = world_.scheduler.now();
  spec::Result result;
  result.scenario = context_.scenario.name;
  result.seed = context_.scenario.seed;
  result.machines = world_.fleet.size();
  result.hosts = world_.platform.hosts();
  result.simulated_s = sim::to_seconds(now).value();
  result.measured_s = sim::to_seconds(now - measuring_since_).value();
  result.events = world_.scheduler.events();
  context_.ledger.report(result);
  report_steps(result);
  result.latency = {gateways_.send_to_ack.summary("send_to_ack"), gateways_.send_to_deliver.summary("send_to_deliver"),
                    groups_.group_fanout.summary("group_fanout")};
  for (const sim::TierIndex tier :
       {gateways_.tier().index(), messaging_.tier().index(), groups_.tier().index(), profiles_.tier().index(),
        messages_.tier(), conversations_.tier(), members_.tier(), profile_rows_.tier()}) {
    result.tiers.push_back(world_.fleet.summary(tier, now));
  }
  for (const Store* store : {&messages_, &conversations_, &members_, &profile_rows_}) {
    result.storage.push_back(store->summary(now - measuring_since_));
  }
  report_network(result);
  report_invariants(result);
  result.series = context_.timeline.report(now, context_.ledger);
  return result;
}

void ChatService::report_steps(spec::Result& result) const {
  const auto messages = static_cast<double>(std::max<std::uint64_t>(1, result.messages.offered));
  // The arrival of a message is an event of its own, and not one of a request.
  result.events_per_message.push_back({"arrival", static_cast<double>(result.messages.offered) / messages});
  for (std::size_t step = 0; step < step_names.size(); ++step) {
    result.events_per_message.push_back(
        {std::string(step_names[step]), static_cast<double>(world_.rpc.events_by_step()[step]) / messages});
  }
}

void ChatService::report_network(spec::Result& result) const {
  const sim::Duration measured = world_.scheduler.now() - measuring_since_;
  double bytes = 0, busiest = -1;
  for (sim::MachineIndex machine = 0; machine < world_.fleet.size(); ++machine) {
    bytes += static_cast<double>(world_.wire.bytes_sent(machine));
    const double utilisation = world_.wire.utilisation(machine, measured);
    if (utilisation <= busiest) continue;
    busiest = utilisation;
    result.network.busiest_tier = world_.fleet.options(world_.fleet[machine].tier).name;
  }
  result.network.host_link_utilisation_max = std::max(0.0, busiest);
  if (measured > sim::Duration{}) result.network.bytes_per_s = bytes / sim::to_seconds(measured).value();
}

/// Nothing retries yet, so nothing arrives twice or overtakes itself: duplicates and out_of_order stay 0.
void ChatService::report_invariants(spec::Result& result) const {
  for (const Store* store : {&messages_, &conversations_, &members_, &profile_rows_}) {
    result.invariants.lost_acknowledged += store->lost_acknowledged();
    result.invariants.stale_reads += store->stale_reads();
  }
  for (std::uint32_t tier = 0; tier < world_.fleet.tiers(); ++tier) {
    result.invariants.little_law_error =
        std::max(result.invariants.little_law_error,
                 world_.fleet.little_law_error(static_cast<sim::TierIndex>(tier), world_.scheduler.now()));
  }
}

}  // namespace chatsim::models
