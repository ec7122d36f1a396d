#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "scenarios/spec/autoscaling_summary.hpp"
#include "scenarios/spec/blame.hpp"
#include "scenarios/spec/by_name.hpp"
#include "scenarios/spec/consistency.hpp"
#include "scenarios/spec/control_summary.hpp"
#include "scenarios/spec/disk_summary.hpp"
#include "scenarios/spec/fault_report.hpp"
#include "scenarios/spec/leadership_summary.hpp"
#include "scenarios/spec/rebalancing_summary.hpp"
#include "scenarios/spec/promises.hpp"
#include "scenarios/spec/region_report.hpp"
#include "scenarios/spec/resilience_summary.hpp"
#include "scenarios/spec/units.hpp"

namespace chatsim::spec {

/// What a scenario yields, whichever fidelity computed it. Counts cover the measured part of a run (after the
/// warm-up) unless a field says otherwise. Vectors keep the order of the way of a message.
///
/// Every struct lists its fields once, as the structs of the scenario do: visit(name, member), where the name is the key
/// of run.json, its unit at the end; visit(name, member, shape) for vectors of things that have names.

struct MessageCounts {
  std::uint64_t offered = 0;       ///< Messages that clients handed to their gateway.
  std::uint64_t acknowledged = 0;  ///< Persisted by a write quorum, and the sender told so.
  std::uint64_t failed = 0;        ///< Given up, each with a reason in Result::failures.
  std::int64_t in_flight = 0;      ///< Offered and neither acknowledged nor failed when the run ended.

  template <class Visitor>
  static void fields(Visitor&& visit) {
    visit("offered", &MessageCounts::offered);
    visit("acknowledged", &MessageCounts::acknowledged);
    visit("failed", &MessageCounts::failed);
    visit("in_flight", &MessageCounts::in_flight);
  }
};

struct DeliveryCounts {
  std::uint64_t due = 0;        ///< Recipients of persisted messages.
  std::uint64_t delivered = 0;  ///< Handed to a connected client by its gateway.
  std::uint64_t kept = 0;       ///< Kept for the next login of a recipient who is offline.
  std::uint64_t failed = 0;
  std::int64_t in_flight = 0;

  template <class Visitor>
  static void fields(Visitor&& visit) {
    visit("due", &DeliveryCounts::due);
    visit("delivered", &DeliveryCounts::delivered);
    visit("kept", &DeliveryCounts::kept);
    visit("failed", &DeliveryCounts::failed);
    visit("in_flight", &DeliveryCounts::in_flight);
  }
};

/// What became of messages that were kept, and what their recipients' devices saw.
struct MailboxCounts {
  std::uint64_t delivered = 0;   ///< Kept messages that were handed over at a login.
  std::uint64_t failed = 0;      ///< Kept messages whose hand-over failed: they stay for the login after.
  std::uint64_t suppressed = 0;  ///< Second copies that the service or a device recognised and dropped.
  std::uint64_t overtaken = 0;   ///< Messages that came to a device after a later one of the same conversation.

  template <class Visitor>
  static void fields(Visitor&& visit) {
    visit("delivered", &MailboxCounts::delivered);
    visit("failed", &MailboxCounts::failed);
    visit("suppressed", &MailboxCounts::suppressed);
    visit("overtaken", &MailboxCounts::overtaken);
  }
};

/// Statuses of conversations: updates of a row each, one for each recipient of a message.
struct StatusCounts {
  std::uint64_t sent = 0, delivered = 0, read = 0;
  std::uint64_t receipts_returned = 0;  ///< Delivered and read, handed to an author who was online.
  std::uint64_t receipts_failed = 0;

  template <class Visitor>
  static void fields(Visitor&& visit) {
    visit("sent", &StatusCounts::sent);
    visit("delivered", &StatusCounts::delivered);
    visit("read", &StatusCounts::read);
    visit("receipts_returned", &StatusCounts::receipts_returned);
    visit("receipts_failed", &StatusCounts::receipts_failed);
  }
};

/// Users coming and going, and what their connections cost.
struct SessionSummary {
  std::uint64_t logins = 0;           ///< Begun.
  std::uint64_t completed = 0;        ///< Connected, with their mailbox handed over.
  std::uint64_t refused = 0;          ///< Attempts turned away by a gateway that was full or draining.
  std::uint64_t failed = 0;           ///< Logins given up, or whose server died before they were done.
  std::uint64_t reconnects = 0;       ///< Of the logins: sent away by a drain.
  std::uint64_t logouts = 0;
  double connections = 0;             ///< Now, all gateways together.
  double connections_max = 0;         ///< Of the fullest gateway.
  double connection_limit = 0;        ///< Of one gateway: its field, or what its memory holds.
  double connection_memory_bytes = 0; ///< Of the fullest gateway.
  std::uint64_t outbound_max = 0;     ///< Messages on one server's internal queue, at most.
  double heartbeats_per_s = 0, last_seen_per_s = 0, polls_per_s = 0;
  std::uint64_t connections_lost = 0;      ///< With a gateway that died.
  std::uint64_t lost_reconnects = 0;       ///< Of the logins: of clients whose gateway had died.
  std::uint64_t returned = 0;              ///< Of these, connected again.
  std::uint64_t refused_by_admission = 0;  ///< Of the refused: beyond the gateway's rate of logins.
  std::uint64_t gave_up = 0;               ///< Of the failed: refused at the last attempt.
  std::uint64_t held_messages = 0;         ///< Written without a connection: sent by the device when it was back.
  std::uint64_t held_failed = 0;           ///< Of these, failed because it did not come back.
  double away = 0;                         ///< Now: clients that want to be connected and are not.

  template <class Visitor>
  static void fields(Visitor&& visit) {
    visit("logins", &SessionSummary::logins);
    visit("completed", &SessionSummary::completed);
    visit("refused", &SessionSummary::refused);
    visit("failed", &SessionSummary::failed);
    visit("reconnects", &SessionSummary::reconnects);
    visit("logouts", &SessionSummary::logouts);
    visit("connections", &SessionSummary::connections);
    visit("connections_max", &SessionSummary::connections_max);
    visit("connection_limit", &SessionSummary::connection_limit);
    visit("connection_memory_bytes", &SessionSummary::connection_memory_bytes);
    visit("outbound_max", &SessionSummary::outbound_max);
    visit("heartbeats_per_s", &SessionSummary::heartbeats_per_s);
    visit("last_seen_per_s", &SessionSummary::last_seen_per_s);
    visit("polls_per_s", &SessionSummary::polls_per_s);
    visit("connections_lost", &SessionSummary::connections_lost);
    visit("lost_reconnects", &SessionSummary::lost_reconnects);
    visit("returned", &SessionSummary::returned);
    visit("refused_by_admission", &SessionSummary::refused_by_admission);
    visit("gave_up", &SessionSummary::gave_up);
    visit("held_messages", &SessionSummary::held_messages);
    visit("held_failed", &SessionSummary::held_failed);
    visit("away", &SessionSummary::away);
  }
};

/// The cache of profiles.
struct CacheSummary {
  std::uint64_t hits = 0, misses = 0;
  std::uint64_t waits = 0;         ///< Misses that waited for somebody else's read (single flight).
  double hit_ratio = 0;
  double resident_share = 0;       ///< Of all profiles.
  Seconds eviction_age;            ///< Since the last use of the row that is evicted next; infinite: all fit.

  template <class Visitor>
  static void fields(Visitor&& visit) {
    visit("hits", &CacheSummary::hits);
    visit("misses", &CacheSummary::misses);
    visit("waits", &CacheSummary::waits);
    visit("hit_ratio", &CacheSummary::hit_ratio);
    visit("resident_share", &CacheSummary::resident_share);
    visit("eviction_age_ms", &CacheSummary::eviction_age);
  }
};

/// Pictures and videos.
struct BlobSummary {
  std::uint64_t uploads = 0, downloads = 0, failed = 0;
  std::uint64_t passed_on = 0;      ///< Attachments that were there already: hot objects.
  std::uint64_t cache_hits = 0;     ///< Downloads that read no disk.
  double bytes_up_per_s = 0, bytes_down_per_s = 0;
  double bytes_stored_per_s = 0;    ///< On all disks: copies or fragments.
  double overhead = 1;              ///< Bytes on disks over bytes uploaded.
  double disk_utilisation = 0, disk_utilisation_max = 0;

  template <class Visitor>
  static void fields(Visitor&& visit) {
    visit("uploads", &BlobSummary::uploads);
    visit("downloads", &BlobSummary::downloads);
    visit("failed", &BlobSummary::failed);
    visit("passed_on", &BlobSummary::passed_on);
    visit("cache_hits", &BlobSummary::cache_hits);
    visit("bytes_up_per_s", &BlobSummary::bytes_up_per_s);
    visit("bytes_down_per_s", &BlobSummary::bytes_down_per_s);
    visit("bytes_stored_per_s", &BlobSummary::bytes_stored_per_s);
    visit("overhead", &BlobSummary::overhead);
    visit("disk_utilisation", &BlobSummary::disk_utilisation);
    visit("disk_utilisation_max", &BlobSummary::disk_utilisation_max);
  }
};

struct FailureCount {
  std::string reason;  ///< For example "messaging.message_store.timeout".
  std::uint64_t count = 0;
};

/// Plane events that one step of a message's way costs the simulator, per message offered.
struct StepEvents {
  std::string step;
  double per_message = 0;
};

struct LatencySummary {
  std::string name;  ///< send_to_ack, send_to_deliver, group_fanout, ...
  std::uint64_t count = 0;
  Seconds mean, p50, p90, p99, p999, max;

  template <class Visitor>
  static void fields(Visitor&& visit) {
    visit("count", &LatencySummary::count);
    visit("mean_ms", &LatencySummary::mean);
    visit("p50_ms", &LatencySummary::p50);
    visit("p90_ms", &LatencySummary::p90);
    visit("p99_ms", &LatencySummary::p99);
    visit("p999_ms", &LatencySummary::p999);
    visit("max_ms", &LatencySummary::max);
  }
};

/// What one kind of request brings to a tier.
struct TierLoad {
  std::string step;
  PerSecond requests;
  double utilisation = 0;  ///< Of the threads of the whole tier.

  template <class Visitor>
  static void fields(Visitor&& visit) {
    visit("requests_per_s", &TierLoad::requests);
    visit("utilisation", &TierLoad::utilisation);
  }
};

struct TierSummary {
  std::string name;
  std::uint64_t machines = 0;
  int threads = 0;              ///< Of one machine.
  int cores = 0;                ///< Of one machine.
  PerSecond offered;            ///< Requests arriving at the whole tier.
  PerSecond completed;          ///< Requests served by the whole tier.
  std::uint64_t rejected = 0;   ///< Turned away by a full queue.
  double utilisation = 0;       ///< Offered work over capacity of the limiting resource; above 1 is saturated.
  double busy_threads = 0;      ///< Fraction of all thread time that was held; at most 1.
  double busy_cores = 0;        ///< Fraction of all core time that was used; at most 1.
  double utilisation_max = 0;   ///< The same as utilisation for the busiest machine.
  double queue_mean = 0;        ///< Requests waiting, mean over machines and time.
  std::uint64_t queue_max = 0;  ///< Longest queue of any machine.
  Seconds wait_mean;            ///< Waiting before service, mean over requests.
  Seconds service_mean;
  std::vector<TierLoad> loads;  ///< Where the requests come from.

  template <class Visitor>
  static void fields(Visitor&& visit) {
    visit("machines", &TierSummary::machines);
    visit("threads", &TierSummary::threads);
    visit("cores", &TierSummary::cores);
    visit("offered_per_s", &TierSummary::offered);
    visit("completed_per_s", &TierSummary::completed);
    visit("rejected", &TierSummary::rejected);
    visit("utilisation", &TierSummary::utilisation);
    visit("utilisation_max", &TierSummary::utilisation_max);
    visit("busy_threads", &TierSummary::busy_threads);
    visit("busy_cores", &TierSummary::busy_cores);
    visit("queue_mean", &TierSummary::queue_mean);
    visit("queue_max", &TierSummary::queue_max);
    visit("wait_mean_ms", &TierSummary::wait_mean);
    visit("service_mean_ms", &TierSummary::service_mean);
    visit("loads", &TierSummary::loads, ByName{&TierLoad::step});
  }
};

struct StorageSummary {
  std::string name;         ///< Table.
  double rows_per_s = 0;    ///< Rows inserted or updated, before replication.
  double inserts_per_s = 0; ///< Of these: new rows.
  double bytes_per_s = 0;   ///< The same in bytes.
  double reads_per_s = 0;   ///< Rows read, before replication.

  // Extrapolated from the simulation and estimated from the workload by a formula, to be laid side by side.
  double inserts_per_message = 0, inserts_per_message_estimated = 0;
  double reads_per_message = 0, reads_per_message_estimated = 0;
  double kept_bytes = 0;            ///< At the end of the retention, at the mean rate, before replication.
  double kept_bytes_estimated = 0;
  double kept_bytes_replicated = 0;

  template <class Visitor>
  static void fields(Visitor&& visit) {
    visit("rows_per_s", &StorageSummary::rows_per_s);
    visit("inserts_per_s", &StorageSummary::inserts_per_s);
    visit("bytes_per_s", &StorageSummary::bytes_per_s);
    visit("reads_per_s", &StorageSummary::reads_per_s);
    visit("inserts_per_message", &StorageSummary::inserts_per_message);
    visit("inserts_per_message_estimated", &StorageSummary::inserts_per_message_estimated);
    visit("reads_per_message", &StorageSummary::reads_per_message);
    visit("reads_per_message_estimated", &StorageSummary::reads_per_message_estimated);
    visit("kept_bytes", &StorageSummary::kept_bytes);
    visit("kept_bytes_estimated", &StorageSummary::kept_bytes_estimated);
    visit("kept_bytes_replicated", &StorageSummary::kept_bytes_replicated);
  }
};

struct InvariantReport {
  std::int64_t conservation_residual = 0;  ///< Whole run: offered - acknowledged - failed - in flight, both ledgers.
  std::uint64_t lost_acknowledged = 0;     ///< Writes that were acknowledged and that replicas no longer hold.
  std::uint64_t lost_deliveries = 0;       ///< Of persisted messages: their recipients never learn of them.
  std::uint64_t duplicates = 0;
  std::uint64_t out_of_order = 0;
  std::uint64_t stale_reads = 0;
  double little_law_error = 0;  ///< Largest relative gap between time-averaged queue and rate times wait.

  template <class Visitor>
  static void fields(Visitor&& visit) {
    visit("conservation_residual", &InvariantReport::conservation_residual);
    visit("lost_acknowledged", &InvariantReport::lost_acknowledged);
    visit("lost_deliveries", &InvariantReport::lost_deliveries);
    visit("duplicates", &InvariantReport::duplicates);
    visit("out_of_order", &InvariantReport::out_of_order);
    visit("stale_reads", &InvariantReport::stale_reads);
    visit("little_law_error", &InvariantReport::little_law_error);
  }
};

/// Network load that messages add and that SimGrid's flows do not see (the coupling is one-way).
struct NetworkSummary {
  double bytes_per_s = 0;               ///< Sent by all machines together.
  double host_link_utilisation_max = 0; ///< Busiest NIC, as a fraction of its bandwidth.
  std::string busiest_tier;             ///< Tier of that machine.

  template <class Visitor>
  static void fields(Visitor&& visit) {
    visit("bytes_per_s", &NetworkSummary::bytes_per_s);
    visit("host_link_utilisation_max", &NetworkSummary::host_link_utilisation_max);
    visit("busiest_tier", &NetworkSummary::busiest_tier);
  }
};

/// One row a window of Simulation::window; every vector has the same length.
struct TimeSeries {
  std::vector<double> time_s;  ///< End of the window, simulated.
  std::vector<double> offered_per_s, acknowledged_per_s, delivered_per_s, failed_per_s;
  std::vector<double> send_to_ack_p99_ms, send_to_deliver_p99_ms;
  std::vector<double> waiting;  ///< Requests in all queues at the end of a window.
  std::vector<double> logins_per_s, connected;  ///< Connected: clients at the end of the window.

  template <class Visitor>
  static void fields(Visitor&& visit) {
    visit("time_s", &TimeSeries::time_s);
    visit("offered_per_s", &TimeSeries::offered_per_s);
    visit("acknowledged_per_s", &TimeSeries::acknowledged_per_s);
    visit("delivered_per_s", &TimeSeries::delivered_per_s);
    visit("failed_per_s", &TimeSeries::failed_per_s);
    visit("send_to_ack_p99_ms", &TimeSeries::send_to_ack_p99_ms);
    visit("send_to_deliver_p99_ms", &TimeSeries::send_to_deliver_p99_ms);
    visit("waiting", &TimeSeries::waiting);
    visit("logins_per_s", &TimeSeries::logins_per_s);
    visit("connected", &TimeSeries::connected);
  }
};

/// What was done so that parts that are slow or full do not stay so.
struct ResilienceReport {
  std::uint64_t retries = 0;         ///< Messages that clients sent again.
  std::uint64_t retries_denied = 0;  ///< Given up instead: the budget was used up.
  DegradationSummary degradation;
  std::vector<TierResilience> tiers;  ///< None where every option is off: then there is nothing to count.

  template <class Visitor>
  static void fields(Visitor&& visit) {
    visit("retries", &ResilienceReport::retries);
    visit("retries_denied", &ResilienceReport::retries_denied);
    visit("degradation", &ResilienceReport::degradation);
    visit("tiers", &ResilienceReport::tiers, ByName{&TierResilience::name});
  }
};

/// What several regions make of the service; empty with one.
struct RegionReport {
  std::vector<RegionSummary> each;
  std::vector<CopySummary> copies;
  double wan_bytes_per_s = 0;             ///< Requests and answers between regions; pictures and videos aside.
  std::vector<WanBytes> wan_bytes_by_step;

  template <class Visitor>
  static void fields(Visitor&& visit) {
    visit("each", &RegionReport::each, ByName{&RegionSummary::name});
    visit("copies", &RegionReport::copies, ByName{&CopySummary::name});
    visit("wan_bytes_per_s", &RegionReport::wan_bytes_per_s);
    visit("wan_bytes_per_s_by_step", &RegionReport::wan_bytes_by_step,
          NumberByName{&WanBytes::step, &WanBytes::bytes_per_s});
  }
};

struct Result {
  std::string scenario;
  std::uint64_t seed = 0;
  bool interrupted = false;   ///< Stopped before its end; what is here covers measured_s only.
  double slice = 1;           ///< Part of the system that was simulated.
  std::string fidelity = "message";  ///< How messages crossed the network: Simulation::fidelity.
  std::vector<std::string> size_dependent;  ///< Of a slice: figures that do not carry over to the whole system.
  std::uint64_t machines = 0;
  std::uint64_t hosts = 0;
  double simulated_s = 0;     ///< Warm-up included.
  double measured_s = 0;      ///< Warm-up excluded.
  std::uint64_t events = 0;   ///< Of the message plane, whole run.

  MessageCounts messages;
  DeliveryCounts deliveries;
  MailboxCounts mailbox;
  StatusCounts statuses;
  SessionSummary sessions;
  CacheSummary profile_cache;
  BlobSummary blobs;
  std::vector<FailureCount> failures;
  std::vector<StepEvents> events_per_message;
  std::vector<LatencySummary> latency;
  std::vector<TierSummary> tiers;
  std::vector<AutoscalingSummary> autoscaling;  ///< Tiers that scale.
  std::vector<StorageSummary> storage;
  std::vector<RebalancingSummary> rebalancing;  ///< Tables whose machines changed, or had to be rebuilt.
  std::vector<DiskFillSummary> disk_fill;
  std::vector<CompactionSummary> compaction;    ///< Tables that have it.
  std::vector<ConsistencySummary> consistency;
  std::vector<LeadershipSummary> leadership;  ///< Of tables whose rows have leaders.
  NetworkSummary network;
  ControlSummary control;
  ResilienceReport resilience;
  RegionReport regions;
  InvariantReport invariants;
  std::vector<PromiseReport> promises;
  ConvergenceReport convergence;
  std::vector<IncidentReport> incidents;
  SettleReport settle;
  BlameReport blame;
  TimeSeries series;

  // Cost of the simulator itself: differs between runs of the same seed.
  double platform_build_s = 0;
  double wall_s = 0;
  std::uint64_t peak_rss_bytes = 0;

  template <class Visitor>
  static void fields(Visitor&& visit) {
    visit("scenario", &Result::scenario);
    visit("seed", &Result::seed);
    visit("interrupted", &Result::interrupted);
    visit("slice", &Result::slice);
    visit("fidelity", &Result::fidelity);
    visit("size_dependent", &Result::size_dependent);
    visit("machines", &Result::machines);
    visit("hosts", &Result::hosts);
    visit("simulated_s", &Result::simulated_s);
    visit("measured_s", &Result::measured_s);
    visit("events", &Result::events);
    visit("messages", &Result::messages);
    visit("deliveries", &Result::deliveries);
    visit("mailbox", &Result::mailbox);
    visit("statuses", &Result::statuses);
    visit("sessions", &Result::sessions);
    visit("profile_cache", &Result::profile_cache);
    visit("blobs", &Result::blobs);
    visit("failures", &Result::failures, NumberByName{&FailureCount::reason, &FailureCount::count});
    visit("events_per_message", &Result::events_per_message, NumberByName{&StepEvents::step, &StepEvents::per_message});
    visit("latency", &Result::latency, ByName{&LatencySummary::name});
    visit("tiers", &Result::tiers, ByName{&TierSummary::name});
    visit("autoscaling", &Result::autoscaling, ByName{&AutoscalingSummary::name});
    visit("storage", &Result::storage, ByName{&StorageSummary::name});
    visit("rebalancing", &Result::rebalancing, ByName{&RebalancingSummary::name});
    visit("disk_fill", &Result::disk_fill, ByName{&DiskFillSummary::name});
    visit("compaction", &Result::compaction, ByName{&CompactionSummary::name});
    visit("consistency", &Result::consistency, ByName{&ConsistencySummary::name});
    visit("leadership", &Result::leadership, ByName{&LeadershipSummary::name});
    visit("network", &Result::network);
    visit("control", &Result::control);
    visit("resilience", &Result::resilience);
    visit("regions", &Result::regions);
    visit("invariants", &Result::invariants);
    visit("promises", &Result::promises, ByName{&PromiseReport::name});
    visit("convergence", &Result::convergence);
    visit("incidents", &Result::incidents, ByName{&IncidentReport::name});
    visit("settle", &Result::settle);
    visit("blame", &Result::blame);
    visit("series", &Result::series);
    visit("platform_build_s", &Result::platform_build_s);
    visit("wall_s", &Result::wall_s);
    visit("peak_rss_bytes", &Result::peak_rss_bytes);
  }
};

}  // namespace chatsim::spec
