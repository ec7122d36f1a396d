#include "models/service/timeline.hpp"

namespace chatsim::models {

Timeline::Timeline(const Options& options)
    : window_(options.window),
      late_(options.late),
      series_({.window = options.window, .counters = counts, .histograms = latencies, .gauges = gauges}) {}

void Timeline::close_window(sim::Time now, const Ledger& ledger, const Sight& sight) {
  const Ledger::Counts& total = ledger.total();
  const sim::Time within = now - sim::Duration{1};
  series_.count(offered, within, total.offered - booked_.offered);
  series_.count(acknowledged, within, total.acknowledged - booked_.acknowledged);
  series_.count(delivered, within, total.delivered - booked_.delivered);
  series_.count(failed, within,
                total.messages_failed + total.deliveries_failed - booked_.messages_failed - booked_.deliveries_failed);
  series_.count(duplicated, within, sight.duplicates - duplicates_);
  series_.see(waiting, within, sight.waiting);
  series_.count(waiting_sum, within, sight.waiting);
  duplicates_ = sight.duplicates;
  series_.count(logins, within, sight.clients.logins - booked_clients_.logins);
  // What came and went, modulo 2^64, so that windows can be added up.
  series_.count(connected, within, sight.clients.connected - booked_clients_.connected);
  booked_ = total;
  booked_clients_ = sight.clients;
}

spec::TimeSeries Timeline::report(sim::Time end, const Ledger& ledger, const Sight& sight) {
  spec::TimeSeries report;
  over_ = true;
  if (end == sim::Time{}) return report;
  close_window(end, ledger, sight);
  series_.finish(end);
  const auto milliseconds = [](sim::Duration duration) { return static_cast<double>(duration.count()) * 1e-6; };
  std::uint64_t connected_then = 0;
  for (std::size_t i = 0; i < series_.size(); ++i) {
    report.time_s.push_back(sim::to_seconds(series_.end(i)).value());
    report.offered_per_s.push_back(series_.rate(i, offered).value());
    report.acknowledged_per_s.push_back(series_.rate(i, acknowledged).value());
    report.delivered_per_s.push_back(series_.rate(i, delivered).value());
    report.failed_per_s.push_back(series_.rate(i, failed).value());
    report.send_to_ack_p99_ms.push_back(milliseconds(series_.histogram(i, send_to_ack).quantile(0.99)));
    report.send_to_deliver_p99_ms.push_back(milliseconds(series_.histogram(i, send_to_deliver).quantile(0.99)));
    report.waiting.push_back(static_cast<double>(series_.seen(i, waiting)));
    report.logins_per_s.push_back(series_.rate(i, logins).value());
    report.connected.push_back(static_cast<double>(connected_then += series_.counted(i, connected)));
  }
  return report;
}

}  // namespace chatsim::models
