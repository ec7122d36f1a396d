#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "scenarios/spec/units.hpp"

namespace chatsim::spec {

/// What a scenario yields, whichever fidelity computed it. Counts cover the measured part of a run (after the
/// warm-up) unless a field says otherwise. Vectors keep the order of the way of a message.

struct MessageCounts {
  std::uint64_t offered = 0;       ///< Messages that clients handed to their gateway.
  std::uint64_t acknowledged = 0;  ///< Persisted by a write quorum, and the sender told so.
  std::uint64_t failed = 0;        ///< Given up, each with a reason in Result::failures.
  std::int64_t in_flight = 0;      ///< Offered and neither acknowledged nor failed when the run ended.
};

struct DeliveryCounts {
  std::uint64_t due = 0;        ///< Recipients of persisted messages.
  std::uint64_t delivered = 0;  ///< Handed to a connected client by its gateway.
  std::uint64_t kept = 0;       ///< Kept for the next login of a recipient who is offline.
  std::uint64_t failed = 0;
  std::int64_t in_flight = 0;
};

/// What became of messages that were kept, and what their recipients' devices saw.
struct MailboxCounts {
  std::uint64_t delivered = 0;   ///< Kept messages that were handed over at a login.
  std::uint64_t failed = 0;      ///< Kept messages whose hand-over failed: they stay for the login after.
  std::uint64_t suppressed = 0;  ///< Second copies that the service or a device recognised and dropped.
  std::uint64_t overtaken = 0;   ///< Messages that came to a device after a later one of the same conversation.
};

/// Statuses of conversations: updates of a row each, one for each recipient of a message.
struct StatusCounts {
  std::uint64_t sent = 0, delivered = 0, read = 0;
  std::uint64_t receipts_returned = 0;  ///< Delivered and read, handed to an author who was online.
  std::uint64_t receipts_failed = 0;
};

/// Users coming and going, and what their connections cost.
struct SessionSummary {
  std::uint64_t logins = 0;           ///< Begun.
  std::uint64_t completed = 0;        ///< Connected, with their mailbox handed over.
  std::uint64_t refused = 0;          ///< Attempts turned away by a gateway that was full or draining.
  std::uint64_t failed = 0;           ///< Logins given up.
  std::uint64_t reconnects = 0;       ///< Of the logins: sent away by a drain.
  std::uint64_t logouts = 0;
  double connections = 0;             ///< Now, all gateways together.
  double connections_max = 0;         ///< Of the fullest gateway.
  double connection_limit = 0;        ///< Of one gateway: its field, or what its memory holds.
  double connection_memory_bytes = 0; ///< Of the fullest gateway.
  std::uint64_t outbound_max = 0;     ///< Messages on one server's internal queue, at most.
  double heartbeats_per_s = 0, last_seen_per_s = 0, polls_per_s = 0;
};

/// The cache of profiles.
struct CacheSummary {
  std::uint64_t hits = 0, misses = 0;
  std::uint64_t waits = 0;         ///< Misses that waited for somebody else's read (single flight).
  double hit_ratio = 0;
  double resident_share = 0;       ///< Of all profiles.
  Seconds eviction_age;            ///< Since the last use of the row that is evicted next; infinite: all fit.
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
};

/// What one kind of request brings to a tier.
struct TierLoad {
  std::string step;
  PerSecond requests;
  double utilisation = 0;  ///< Of the threads of the whole tier.
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
};

struct InvariantReport {
  std::int64_t conservation_residual = 0;  ///< Whole run: offered - acknowledged - failed - in flight, both ledgers.
  std::uint64_t lost_acknowledged = 0;
  std::uint64_t duplicates = 0;
  std::uint64_t out_of_order = 0;
  std::uint64_t stale_reads = 0;
  double little_law_error = 0;  ///< Largest relative gap between time-averaged queue and rate times wait.
};

/// Network load that messages add and that SimGrid's flows do not see (the coupling is one-way).
struct NetworkSummary {
  double bytes_per_s = 0;               ///< Sent by all machines together.
  double host_link_utilisation_max = 0; ///< Busiest NIC, as a fraction of its bandwidth.
  std::string busiest_tier;             ///< Tier of that machine.
};

/// One row a window of Simulation::window; every vector has the same length.
struct TimeSeries {
  std::vector<double> time_s;  ///< End of the window, simulated.
  std::vector<double> offered_per_s, acknowledged_per_s, delivered_per_s, failed_per_s;
  std::vector<double> send_to_ack_p99_ms, send_to_deliver_p99_ms;
};

struct Result {
  std::string scenario;
  std::uint64_t seed = 0;
  bool interrupted = false;   ///< Stopped before its end; what is here covers measured_s only.
  double slice = 1;           ///< Part of the system that was simulated.
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
  std::vector<StorageSummary> storage;
  NetworkSummary network;
  InvariantReport invariants;
  TimeSeries series;

  // Cost of the simulator itself: differs between runs of the same seed.
  double platform_build_s = 0;
  double wall_s = 0;
  std::uint64_t peak_rss_bytes = 0;
};

}  // namespace chatsim::spec
