#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "scenarios/spec/autoscaling_summary.hpp"
#include "scenarios/spec/blame.hpp"
#include "scenarios/spec/result_field.hpp"
#include "scenarios/spec/consistency.hpp"
#include "scenarios/spec/control_summary.hpp"
#include "scenarios/spec/disk_summary.hpp"
#include "scenarios/spec/fault_report.hpp"
#include "scenarios/spec/latency_summary.hpp"
#include "scenarios/spec/leadership_summary.hpp"
#include "scenarios/spec/media_summary.hpp"
#include "scenarios/spec/message_counts.hpp"
#include "scenarios/spec/result_field.hpp"
#include "scenarios/spec/promises.hpp"
#include "scenarios/spec/rebalancing_summary.hpp"
#include "scenarios/spec/region_report.hpp"
#include "scenarios/spec/resilience_summary.hpp"
#include "scenarios/spec/session_summary.hpp"
#include "scenarios/spec/tier_summary.hpp"
#include "scenarios/spec/units.hpp"

namespace chatsim::spec {

/// Plane events that one step of a message's way costs the simulator, per message offered.
struct StepEvents {
  std::string step;
  double per_message = 0;
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

/// What a scenario yields, whichever fidelity computed it. Counts cover the measured part of a run (after the
/// warm-up) unless a field says otherwise. Vectors keep the order of the way of a message.
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
