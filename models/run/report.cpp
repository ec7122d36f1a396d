#include <algorithm>

#include "models/run/chat_service.hpp"
#include "models/run/ways.hpp"
#include "scenarios/spec/workload.hpp"

namespace chatsim::models {

// What a service that has run says of itself: ChatService's reports.

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
        blobs_.tier().index(), messages_.tier(), conversations_.tier(), members_.tier(), profile_rows_.tier(),
        control_.coordination().tier().index()}) {
    result.tiers.push_back(world_.fleet.summary(tier, now));
    report_loads(tier, result.tiers.back());
  }
  report_activity(result);
  report_storage(result);
  report_tables(result);
  report_network(result);
  report_regions(result);
  report_resilience(result);
  result.control = control_.summary();
  if (context_.scenario.services.messaging.autoscaler.on()) result.autoscaling.push_back(messaging_scaler_.summary());
  if (context_.scenario.services.group.autoscaler.on()) result.autoscaling.push_back(group_scaler_.summary());
  checks_.report(result);
  result.series = context_.timeline.report(now, context_.ledger, sight());
  if (incidents_ != nullptr) result.incidents = incidents_->report(measuring_since_, now);
  result.blame.traces = ways_of(context_, now - measuring_since_);
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
  const double thread_seconds = world_.fleet.thread_seconds(tier, world_.scheduler.now());
  for (std::size_t step = 0; step < step_names.size(); ++step) {
    const sim::StepLoad load = world_.rpc.load(tier, static_cast<std::uint8_t>(step));
    if (load.requests == 0) continue;
    summary.loads.push_back({std::string(step_names[step]), spec::PerSecond{static_cast<double>(load.requests) / seconds},
                             sim::to_seconds(load.work).value() / thread_seconds});
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
  result.storage[1].kept_bytes = piles_up(result.storage[1], spec::conversation_row_on_disk(stores));
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

/// What became of each table beside its requests.
void ChatService::report_tables(spec::Result& result) const {
  const sim::Duration measured = world_.scheduler.now() - measuring_since_;
  const std::pair<const char*, const Store*> tables[] = {
      {"message", &messages_}, {"conversation", &conversations_}, {"group", &members_}, {"profile", &profile_rows_}};
  for (const auto& [name, store] : tables) {
    result.consistency.push_back(store->consistency());
    if (store->leaders() != nullptr) result.leadership.push_back(store->leaders()->summary(name));
    result.disk_fill.push_back(store->disk_fill(measured));
    if (store->compaction() != nullptr) result.compaction.push_back(store->compaction()->summary(name));
    if (store->rebalancing() != nullptr) {
      result.rebalancing.push_back(store->rebalancing()->summary());
      result.rebalancing.back().name = name;
    }
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

/// Tiers in the order of results.
void ChatService::report_resilience(spec::Result& result) const {
  result.resilience.retries = gateways_.retries().retries;
  result.resilience.retries_denied = gateways_.retries().denied;
  const Degradation& degradation = context_.degradation;
  result.resilience.degradation = {.presence_s = degradation.seconds_at(Degradation::presence),
                                   .receipts_s = degradation.seconds_at(Degradation::receipts),
                                   .pictures_s = degradation.seconds_at(Degradation::pictures),
                                   .presence_left_out = degradation.left_out(Degradation::presence),
                                   .receipts_left_out = degradation.left_out(Degradation::receipts),
                                   .pictures_left_out = degradation.left_out(Degradation::pictures)};
  if (!spec::is_resilient(context_.scenario)) return;
  for (const spec::TierSummary& tier : result.tiers) {
    sim::TierIndex index = 0;
    while (world_.fleet.options(index).name != tier.name) ++index;
    const sim::ResilienceCounts& counts = world_.fleet.resilience(index);
    result.resilience.tiers.push_back({.name = tier.name,
                                       .expired = counts.expired,
                                       .unsent = counts.unsent,
                                       .shed_by_codel = counts.shed_by_codel,
                                       .shed_by_class = counts.shed_by_class,
                                       .hedged = counts.hedged,
                                       .hedges_sent = counts.hedges_sent,
                                       .hedges_won = counts.hedges_won,
                                       .hedges_denied = counts.hedges_denied,
                                       .ties_cancelled = counts.ties_cancelled,
                                       .refused_by_bulkhead = counts.refused_by_bulkhead,
                                       .refused_by_breaker = counts.refused_by_breaker,
                                       .breaker_openings = counts.breaker_openings});
  }
}

}  // namespace chatsim::models
