#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "scenarios/spec/result_field.hpp"
#include "scenarios/spec/units.hpp"

namespace chatsim::spec {

/// Of every result, in its order.
inline constexpr std::array<std::string_view, 10> tier_names{
    "gateway",       "messaging",          "group",       "profile",       "blob",
    "message_store", "conversation_store", "group_store", "profile_store", "coordination"};

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

}  // namespace chatsim::spec
