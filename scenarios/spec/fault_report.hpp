#pragma once

#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include "scenarios/spec/latency_summary.hpp"
#include "scenarios/spec/result_field.hpp"

namespace chatsim::spec {

/// What users saw over a part of a run.
struct PhaseSummary {
  double seconds = 0;
  double offered_per_s = 0, acknowledged_per_s = 0, delivered_per_s = 0, failed_per_s = 0;
  double send_to_ack_p50_ms = 0, send_to_ack_p99_ms = 0, send_to_deliver_p99_ms = 0;
  std::uint64_t queue_max = 0;  ///< Requests that waited in all tiers together, at most.
  std::vector<LatencySummary> latency;  ///< send_to_ack and send_to_deliver.

  template <class Visitor>
  static void fields(Visitor&& visit) {
    visit("seconds", &PhaseSummary::seconds);
    visit("offered_per_s", &PhaseSummary::offered_per_s);
    visit("acknowledged_per_s", &PhaseSummary::acknowledged_per_s);
    visit("delivered_per_s", &PhaseSummary::delivered_per_s);
    visit("failed_per_s", &PhaseSummary::failed_per_s);
    visit("send_to_ack_p50_ms", &PhaseSummary::send_to_ack_p50_ms);
    visit("send_to_ack_p99_ms", &PhaseSummary::send_to_ack_p99_ms);
    visit("send_to_deliver_p99_ms", &PhaseSummary::send_to_deliver_p99_ms);
    visit("queue_max", &PhaseSummary::queue_max);
    visit("latency", &PhaseSummary::latency, ByName{&LatencySummary::name});
  }
};

/// Faults that overlap, and how the service came through them. Times are from the first of them, to a window of the time
/// series; infinite (null in run.json) is what never was, within the run.
struct IncidentReport {
  std::string name;                  ///< "incident_1"
  std::vector<std::string> faults;   ///< "crash of gateway 0-3 at 2s for 3s"
  double began_s = 0;                ///< Simulated time.
  double ended_s = HUGE_VAL;         ///< When the last of them was mended.
  std::uint64_t machines_lost = 0;   ///< That nobody could reach, together.
  double detect_s = HUGE_VAL;        ///< Until all of these were on the list of those that are down.
  double fail_over_s = HUGE_VAL;     ///< Until no more messages failed than before, for good.
  double drain_s = HUGE_VAL;         ///< Until no more requests waited than before, for good.
  double full_health_s = HUGE_VAL;   ///< Until failures, queues and latencies were as before, for good.
  std::uint64_t late = 0;            ///< Messages that took longer than faults.late to a connected recipient.
  std::uint64_t failed = 0;          ///< Messages whose sender was told so, and deliveries that failed.
  std::uint64_t duplicated = 0;      ///< Shown twice.
  std::uint64_t queue_max = 0;       ///< Requests that waited in all tiers together, at most.
  PhaseSummary before, during, after;

  template <class Visitor>
  static void fields(Visitor&& visit) {
    visit("faults", &IncidentReport::faults);
    visit("began_s", &IncidentReport::began_s);
    visit("ended_s", &IncidentReport::ended_s);
    visit("machines_lost", &IncidentReport::machines_lost);
    visit("detect_s", &IncidentReport::detect_s);
    visit("fail_over_s", &IncidentReport::fail_over_s);
    visit("drain_s", &IncidentReport::drain_s);
    visit("full_health_s", &IncidentReport::full_health_s);
    visit("late", &IncidentReport::late);
    visit("failed", &IncidentReport::failed);
    visit("duplicated", &IncidentReport::duplicated);
    visit("queue_max", &IncidentReport::queue_max);
    visit("before", &IncidentReport::before);
    visit("during", &IncidentReport::during);
    visit("after", &IncidentReport::after);
  }
};

/// What was left when a run with faults had been given time to heal, with everything mended and no new messages.
struct SettleReport {
  bool demanded = false;  ///< There were faults, and faults.settle is not 0.
  bool settled = false;   ///< Nothing is left open, behind or apart.
  double after_s = HUGE_VAL;  ///< The end of the run until then.
  std::uint64_t messages_open = 0;    ///< Neither acknowledged nor failed.
  std::uint64_t deliveries_open = 0;  ///< Neither delivered, kept nor failed.
  std::uint64_t left_behind = 0;      ///< Connected users for whom messages are kept that nobody is handing over.
  std::uint64_t divergent_rows = 0;   ///< On which replicas differ, of tables that repair what a replica missed.
  std::uint64_t leaderless_ranges = 0;
  std::uint64_t listed_down = 0;      ///< Machines that are up and that the control plane has down.
  std::uint64_t overloaded_tiers = 0; ///< More wait than are served, or many are turned away; not part of it.

  template <class Visitor>
  static void fields(Visitor&& visit) {
    visit("demanded", &SettleReport::demanded);
    visit("settled", &SettleReport::settled);
    visit("after_s", &SettleReport::after_s);
    visit("messages_open", &SettleReport::messages_open);
    visit("deliveries_open", &SettleReport::deliveries_open);
    visit("left_behind", &SettleReport::left_behind);
    visit("divergent_rows", &SettleReport::divergent_rows);
    visit("leaderless_ranges", &SettleReport::leaderless_ranges);
    visit("listed_down", &SettleReport::listed_down);
    visit("overloaded_tiers", &SettleReport::overloaded_tiers);
  }
};

}  // namespace chatsim::spec
