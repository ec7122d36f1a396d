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
};

struct StorageSummary {
  std::string name;         ///< Table.
  double rows_per_s = 0;    ///< Rows inserted or updated, before replication.
  double bytes_per_s = 0;   ///< The same in bytes.
  double reads_per_s = 0;   ///< Rows read, before replication.
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
  std::uint64_t machines = 0;
  std::uint64_t hosts = 0;
  double simulated_s = 0;     ///< Warm-up included.
  double measured_s = 0;      ///< Warm-up excluded.
  std::uint64_t events = 0;   ///< Of the message plane, whole run.

  MessageCounts messages;
  DeliveryCounts deliveries;
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
