#include "models/run/chat_service.hpp"

#include <algorithm>

#include "models/service/priority.hpp"

namespace chatsim::models {

ChatService::ChatService(sim::World& world, const spec::Scenario& scenario)
    : world_(world),
      context_(world, scenario),
      directory_(context_),
      access_(context_),
      gateways_(context_, directory_, access_),
      messages_(context_, "message", scenario.stores.message, 0),
      conversations_(context_, "conversation", scenario.stores.conversation, 1),
      members_(context_, "group", scenario.stores.group, 2),
      profile_rows_(context_, "profile", scenario.stores.profile, 3),
      profiles_(context_, directory_, profile_rows_),
      groups_(context_, directory_, members_, profiles_),
      traffic_(context_, directory_),
      mailboxes_(context_, directory_, traffic_, [this](MessageId message) { return object_of(message); }),
      messaging_(context_,
                 {directory_, messages_, conversations_, mailboxes_, profiles_, groups_, gateways_}),
      blobs_(context_, access_),
      sessions_(context_, directory_, gateways_, profiles_),
      changes_(context_, directory_, gateways_, groups_, profiles_),
      // Last: so where all other machines are does not depend on those that coordinate.
      control_(context_),
      checks_(context_, gateways_.devices, {&messages_, &conversations_, &members_, &profile_rows_}),
      messaging_scaler_(context_, messaging_.tier(), scenario.services.messaging.autoscaler),
      group_scaler_(context_, groups_.tier(), scenario.services.group.autoscaler) {
  gateways_.connect(
      {.submit = [this](sim::MachineIndex from, const Message& message, OnceRef persisted, Deadline deadline,
                        Hops& hops) { return messaging_.submit(from, message, persisted, deadline, hops); },
       .note_persisted = [this](MessageId message) { messaging_.note_persisted(message); },
       .confirm = [this](sim::MachineIndex from, const Receipt& receipt,
                         Hops& hops) { return messaging_.confirm(from, receipt, hops); },
       .confirm_all = [this](sim::MachineIndex from, std::vector<Receipt> receipts,
                             Hops& hops) { return messaging_.confirm_all(from, std::move(receipts), hops); },
       .upload = [this](sim::MachineIndex gateway, UserId author,
                        std::uint64_t object) { return blobs_.create(gateway, author, {object}); },
       .download = [this](sim::MachineIndex gateway, UserId recipient,
                          std::uint64_t object) { return blobs_.get(gateway, recipient, {object}); }});
  groups_.connect(
      [this](sim::MachineIndex from, const Message& message, Member member, DeliveryToken due) {
        return messaging_.deliver_to_member(from, message, member, std::move(due));
      },
      [this](sim::MachineIndex from, const Message& message, std::vector<Member> members, DeliveryToken due) {
        return messaging_.deliver_to_members(from, message, std::move(members), std::move(due));
      });
  sessions_.connect([this](sim::MachineIndex from, UserId user, Sessions::Cause cause, Hops& hops) {
    const bool comes = cause == Sessions::Cause::login;
    return messaging_.send_kept(from, user, comes ? Mailboxes::BeforeRun::taken : Mailboxes::BeforeRun::left_out, hops);
  });
  for (std::size_t step = 0; step < step_names.size(); ++step) {
    world.rpc.set_priority(static_cast<std::uint8_t>(step), priority_of(static_cast<Step>(step)));
  }
  const spec::Bulkhead& bulkhead = scenario.resilience.bulkhead;
  const spec::Breaker& breaker = scenario.resilience.breaker;
  if (bulkhead.calls > 0 || breaker.failures.value() > 0) {
    world.rpc.guard_clients({.calls = static_cast<std::uint32_t>(bulkhead.calls),
                             .failures = breaker.failures.value(),
                             .window = static_cast<std::uint32_t>(breaker.window),
                             .open_for = sim::to_duration(breaker.open_for)});
  }
  world.wire.refresh();
  if (scenario.faults.any()) make_faults();
}

void ChatService::start() {
  begin_traffic();
  const auto pushed_before = [this](std::uint64_t number) {
    const Traffic::Earlier earlier = traffic_.earlier(number);
    return Receipt{earlier.message.id, earlier.message.author, earlier.recipient, 0, Status::read};
  };
  gateways_.read_earlier({.message = pushed_before,
                          .mailbox = [this](std::uint64_t number) { return mailboxes_.found_before(number); }});
  for (Store* store : {&messages_, &conversations_, &members_, &profile_rows_}) store->start();
  sessions_.start();
  changes_.start();
  control_.start();
  context_.degradation.start();
  messaging_scaler_.start();
  group_scaler_.start();
  if (faults_ != nullptr) faults_->start();
  sim::spawn(sim::no_machine, close_windows());
}

void ChatService::begin_traffic() {
  sim::spawn(sim::no_machine, traffic_.run([this](const Message& message) { send(message); }));
}

void ChatService::reconfigure() {
  context_.longest_timeout = std::max(context_.longest_timeout, context_.timeout());
  if (context_.propagates_deadlines()) world_.rpc.drop_expired();
  gateways_.reconfigure();
  for (Store* store : {&messages_, &conversations_, &members_, &profile_rows_}) store->reconfigure();
  profiles_.reconfigure();
  groups_.reconfigure();
  messaging_.reconfigure();
  blobs_.reconfigure();
  sessions_.reconfigure();
  checks_.reconfigure();
  context_.degradation.start();
  messaging_scaler_.start();
  group_scaler_.start();
  if (traffic_.reconfigure()) begin_traffic();
}

std::uint64_t ChatService::object_of(MessageId message) const {
  const std::optional<BlobUrl> url = blobs_.attachments().of(message);
  return url ? url->object : 0;
}

void ChatService::send(Message message) {
  message.object = object_of(message.id);
  if (directory_.away(message.author)) [[unlikely]] {
    sim::spawn(sim::no_machine, sessions_.send_when_back(message));
    return;
  }
  sim::spawn(gateways_.machine_of(message.author), gateways_.client_sends(message, MessageToken(context_.ledger)));
}

sim::Task<void> ChatService::close_windows() {
  while (true) {
    co_await sim::sleep(world_.scheduler, context_.timeline.window());
    if (!context_.timeline.is_over()) context_.timeline.close_window(world_.scheduler.now(), context_.ledger, sight());
    checks_.look();
    if (incidents_ != nullptr) incidents_->look();
  }
}

Timeline::Sight ChatService::sight() const {
  Timeline::Sight sight{.clients = sessions_.clients(), .waiting = 0, .duplicates = gateways_.devices.duplicates()};
  for (std::uint32_t tier = 0; tier < world_.fleet.tiers(); ++tier)
    sight.waiting += world_.fleet.statistics(static_cast<sim::TierIndex>(tier)).waiting;
  return sight;
}

void ChatService::begin_measuring() {
  measuring_since_ = world_.scheduler.now();
  world_.fleet.begin_measuring(measuring_since_);
  world_.wire.begin_measuring();
  world_.rpc.begin_measuring();
  context_.ledger.begin_measuring();
  context_.regions.begin_measuring();
  context_.traces.begin_measuring(measuring_since_);
  for (Store* store : {&messages_, &conversations_, &members_, &profile_rows_}) store->begin_measuring();
  gateways_.begin_measuring();
  messaging_.begin_measuring();
  profiles_.begin_measuring();
  blobs_.begin_measuring();
  sessions_.begin_measuring();
  changes_.begin_measuring();
  control_.begin_measuring();
  context_.degradation.begin_measuring();
  messaging_scaler_.begin_measuring();
  group_scaler_.begin_measuring();
  groups_.group_fanout.clear();
}

}  // namespace chatsim::models
