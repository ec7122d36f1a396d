#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "scenarios/spec/units.hpp"

namespace chatsim::spec {

/// Of every result.
inline constexpr std::array<std::string_view, 8> latency_names{"send_to_ack",  "send_to_deliver", "mailbox_wait",
                                                               "group_fanout", "login",           "blob_upload",
                                                               "blob_download", "client_to_client"};

struct LatencySummary {
  std::string name;  ///< Of latency_names.
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

}  // namespace chatsim::spec
