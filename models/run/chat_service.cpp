#include "models/run/chat_service.hpp"

#include <algorithm>

#include "scenarios/spec/workload.hpp"

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
      changes_(context_, directory_, gateways_, groups_, profiles_) {
  gateways_.connect(
      {.submit = [this](sim::MachineIndex from, const Message& message, OnceRef persisted,
                        Hops& hops) { return messaging_.submit(from, message, persisted, hops); },
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
  world.wire.refresh();
}

void ChatService::start() {
  sim::spawn(sim::no_machine, traffic_.run([this](const Message& message) { send(message); }));
  const auto pushed_before = [this](std::uint64_t number) {
    const Traffic::Earlier earlier = traffic_.earlier(number);
    return Receipt{earlier.message.id, earlier.message.author, earlier.recipient, 0, Status::read};
  };
  gateways_.read_earlier({.message = pushed_before,
                          .mailbox = [this](std::uint64_t number) { return mailboxes_.found_before(number); }});
  sessions_.start();
  changes_.start();
  sim::spawn(sim::no_machine, close_windows());
}

std::uint64_t ChatService::object_of(MessageId message) const {
  const std::optional<BlobUrl> url = blobs_.attachments().of(message);
  return url ? url->object : 0;
}

void ChatService::send(Message message) {
  message.object = object_of(message.id);
  sim::spawn(gateways_.machine_of(message.author), gateways_.client_sends(message));
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
  context_.regions.begin_measuring();
  for (Store* store : {&messages_, &conversations_, &members_, &profile_rows_}) store->begin_measuring();
  gateways_.begin_measuring();
  messaging_.begin_measuring();
  profiles_.begin_measuring();
  blobs_.begin_measuring();
  sessions_.begin_measuring();
  changes_.begin_measuring();
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
                    gateways_.mailbox_wait.summary("mailbox_wait"), groups_.group_fanout.summary("group_fanout"),
                    sessions_.login.summary("login"),             blobs_.blob_upload.summary("blob_upload"),
                    blobs_.blob_download.summary("blob_download"),
                    gateways_.client_to_client.summary("client_to_client")};
  for (const sim::TierIndex tier :
       {gateways_.tier().index(), messaging_.tier().index(), groups_.tier().index(), profiles_.tier().index(),
        blobs_.tier().index(), messages_.tier(), conversations_.tier(), members_.tier(), profile_rows_.tier()}) {
    result.tiers.push_back(world_.fleet.summary(tier, now));
    report_loads(tier, result.tiers.back());
  }
  report_activity(result);
  report_storage(result);
  report_network(result);
  report_regions(result);
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

/// Where the requests to a tier come from.
void ChatService::report_loads(sim::TierIndex tier, spec::TierSummary& summary) const {
  const double seconds = sim::to_seconds(world_.scheduler.now() - measuring_since_).value();
  if (seconds <= 0) return;
  const double threads = static_cast<double>(summary.machines) * summary.threads;
  for (std::size_t step = 0; step < step_names.size(); ++step) {
    const sim::StepLoad load = world_.rpc.load(tier, static_cast<std::uint8_t>(step));
    if (load.requests == 0) continue;
    summary.loads.push_back({std::string(step_names[step]), spec::PerSecond{static_cast<double>(load.requests) / seconds},
                             sim::to_seconds(load.work).value() / (threads * seconds)});
  }
}

/// What users did, and what became of it.
void ChatService::report_activity(spec::Result& result) const {
  const sim::Duration measured = world_.scheduler.now() - measuring_since_;
  result.mailbox = {.delivered = gateways_.mailbox_delivered,
                    .failed = messaging_.counts().mailbox_failed,
                    .suppressed = gateways_.suppressed + messaging_.counts().suppressed,
                    .overtaken = gateways_.devices.overtaken()};
  result.statuses = messaging_.counts().statuses;
  result.statuses.receipts_returned = gateways_.receipts;
  result.sessions = sessions_.summary(measured);
  result.profile_cache = profiles_.cache_summary();
  result.blobs = blobs_.summary(measured);
}

/// Rates by table, what they fill the disks with, and what the workload implies by formula.
void ChatService::report_storage(spec::Result& result) const {
  const spec::Population& population = context_.scenario.population;
  const sim::Duration measured = world_.scheduler.now() - measuring_since_;
  const double messages = std::max(1.0, static_cast<double>(result.messages.offered)) /
                          std::max(1e-9, sim::to_seconds(measured).value());
  const auto add = [&](const Store& store, const spec::TableWorkload& expected) {
    spec::StorageSummary summary = store.summary(measured);
    summary.inserts_per_message = summary.inserts_per_s / messages;
    summary.reads_per_message = summary.reads_per_s / messages;
    summary.inserts_per_message_estimated = expected.inserts_per_message;
    summary.reads_per_message_estimated = expected.reads_per_message;
    summary.kept_bytes_estimated = expected.kept.value();
    result.storage.push_back(summary);
  };
  const spec::StorageWorkload workload = spec::storage_workload(context_.scenario);
  add(messages_, workload.message);
  add(conversations_, workload.conversation);
  add(members_, workload.group);
  add(profile_rows_, workload.profile);

  // Messages and conversations pile up for as long as they are kept; groups and users are as many as there are.
  const auto& stores = context_.scenario.stores;
  const spec::PerSecond mean_rate = spec::mean_message_rate(population);
  const auto piles_up = [&](spec::StorageSummary& summary, spec::Bytes row) {
    return spec::bytes_kept(summary.inserts_per_message * mean_rate, row, population.retention).value();
  };
  result.storage[0].kept_bytes = piles_up(result.storage[0], stores.message.row);
  result.storage[1].kept_bytes = piles_up(result.storage[1], stores.conversation.row);
  result.storage[2].kept_bytes = directory_.mean_rows_of_groups() * stores.group.row.value();
  result.storage[3].kept_bytes = static_cast<double>(directory_.users()) * stores.profile.row.value();
  const int replication[] = {stores.message.replication, stores.conversation.replication, stores.group.replication,
                             stores.profile.replication};
  for (std::size_t i = 0; i < 4; ++i) {
    result.storage[i].kept_bytes_replicated = result.storage[i].kept_bytes * replication[i];
  }
  // The profiles' reads are those of the cache: recipients and authors.
  double reads = 0;
  for (const spec::TierLoad& load : result.tiers[3].loads) {
    if (load.step == "locate" || load.step == "locate_member" || load.step == "author") reads += load.requests.value();
  }
  result.storage[3].reads_per_message = reads / messages;
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

void ChatService::report_regions(spec::Result& result) const {
  const Regions& regions = context_.regions;
  if (regions.one()) return;
  const sim::Duration measured = world_.scheduler.now() - measuring_since_;
  for (std::uint32_t region = 0; region < regions.count(); ++region) {
    const spec::LatencySummary ack = gateways_.send_to_ack_in[region].summary("");
    result.regions.each.push_back({.name = "region_" + std::to_string(region),
                                   .users = directory_.regions().share(region),
                                   .acknowledged = ack.count,
                                   .send_to_ack_p50 = ack.p50,
                                   .send_to_ack_p99 = ack.p99,
                                   .failovers = regions.failovers(region)});
  }
  const std::pair<const char*, const Store*> stores[] = {
      {"message", &messages_}, {"conversation", &conversations_}, {"group", &members_}, {"profile", &profile_rows_}};
  for (const auto& [name, store] : stores) {
    const RegionCopies* copies = store->region_copies();
    if (copies != nullptr) result.regions.copies.push_back(copies->summary(name, measured));
  }
  const double seconds = sim::to_seconds(measured).value();
  if (seconds <= 0) return;
  for (std::size_t step = 0; step < step_names.size(); ++step) {
    const double rate = static_cast<double>(world_.rpc.wan_bytes_by_step()[step]) / seconds;
    result.regions.wan_bytes_per_s += rate;
    if (rate > 0) result.regions.wan_bytes_by_step.push_back({std::string(step_names[step]), rate});
  }
}

void ChatService::report_invariants(spec::Result& result) const {
  result.invariants.duplicates = gateways_.devices.duplicates();
  result.invariants.out_of_order = gateways_.devices.out_of_order();
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
