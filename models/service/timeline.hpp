#pragma once

#include "models/service/ledger.hpp"
#include "scenarios/spec/result.hpp"
#include "sim/metrics/series.hpp"

namespace chatsim::models {

/// The run window by window, warm-up included.
class Timeline {
 public:
  enum Latency : std::size_t { send_to_ack, send_to_deliver, latencies };

  struct Options {
    sim::Duration window;
    sim::Duration late;  ///< A send_to_deliver that takes longer is counted.
  };
  explicit Timeline(const Options& options);

  sim::Duration window() const { return window_; }
  void record(Latency which, sim::Time now, sim::Duration latency) {
    if (over_) [[unlikely]] return;
    series_.record(which, now, latency);
    if (which == send_to_deliver && latency > late_) [[unlikely]] series_.count(late, now);
  }
  struct Clients {
    std::uint64_t logins = 0;     ///< Since the run began.
    std::uint64_t connected = 0;  ///< Now.
  };
  /// What is looked at once a window.
  struct Sight {
    Clients clients;
    std::uint64_t waiting = 0;     ///< Requests in all queues now.
    std::uint64_t duplicates = 0;  ///< Messages that were shown twice, so far.
  };
  /// Books what the ledger counted since the last call to the window that ends now.
  void close_window(sim::Time now, const Ledger& ledger, const Sight& sight);

  /// Ends the last window. Once; nothing may be recorded afterwards.
  spec::TimeSeries report(sim::Time end, const Ledger& ledger, const Sight& sight);
  bool is_over() const { return over_; }

  enum Count : std::size_t { offered, acknowledged, delivered, failed, late, duplicated, waiting_sum, logins, connected, counts };
  enum Gauge : std::size_t { waiting, gauges };
  /// Window by window, once it was reported. waiting_sum is of one look in each time of window(), however long windows have become.
  const sim::Series& series() const { return series_; }

 private:
  sim::Duration window_, late_;
  bool over_ = false;
  std::uint64_t duplicates_ = 0;
  sim::Series series_;
  Ledger::Counts booked_;
  Clients booked_clients_;
};

}  // namespace chatsim::models
