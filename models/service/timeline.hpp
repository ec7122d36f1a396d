#pragma once

#include "models/service/ledger.hpp"
#include "scenarios/spec/result.hpp"
#include "sim/metrics/series.hpp"

namespace chatsim::models {

/// The run window by window, warm-up included.
class Timeline {
 public:
  enum Latency : std::size_t { send_to_ack, send_to_deliver, latencies };

  explicit Timeline(sim::Duration window);

  sim::Duration window() const { return window_; }
  void record(Latency which, sim::Time now, sim::Duration latency) { series_.record(which, now, latency); }
  struct Clients {
    std::uint64_t logins = 0;     ///< Since the run began.
    std::uint64_t connected = 0;  ///< Now.
  };
  /// Books what was counted since the last call to the window that ends now.
  void close_window(sim::Time now, const Ledger& ledger, const Clients& clients);

  /// Ends the last window. Once.
  spec::TimeSeries report(sim::Time end, const Ledger& ledger, const Clients& clients);

 private:
  enum Count : std::size_t { offered, acknowledged, delivered, failed, logins, connected, counts };

  sim::Duration window_;
  sim::Series series_;
  Ledger::Counts booked_;
  Clients booked_clients_;
};

}  // namespace chatsim::models
