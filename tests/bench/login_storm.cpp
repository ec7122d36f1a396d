#include "tests/bench/service.hpp"

namespace chatsim::bench {

/// The service of measure_service while a bad deploy drains 1 % of the gateways at once: within 50 ms their users are sent
/// away, each connects to another gateway (handshake, updateServer, mailbox), besides all that goes on. At 50,000 machines
/// these are 6.4 million logins, where 1.0 million a second are usual. The conversation store is asked five times what it can do in
/// 50 ms (2 reads of 10 ms a login, 520,000 threads), so that queues build up and go down again, and what waits is in memory.
///
/// A drain is what a scenario can say of it (services.gateway.drain). Users of a gateway that dies come back likewise, over
/// population.sessions.reconnect_within.
Row measure_login_storm(std::uint64_t machines) {
  spec::Scenario scenario = chat_2b_at(machines);
  // A run begins in the steady state. Measuring from the beginning, events and logins are of the same time.
  scenario.simulation.warmup = spec::Seconds{0};
  scenario.simulation.duration = spec::Seconds{0.6};
  scenario.services.gateway.drain = {spec::Probability{0.01}, spec::Seconds{0.1}, spec::Seconds{0.05}};
  auto [row, result] = run_service(scenario);
  const auto logins = static_cast<double>(result.sessions.logins);
  row["logins_per_s"] = row["events_per_s"].get<double>() * logins / static_cast<double>(result.events);
  row["logins_per_simulated_s"] = logins / result.measured_s;
  row["share_sent_away"] = static_cast<double>(result.sessions.reconnects) / logins;
  row["share_completed"] = static_cast<double>(result.sessions.completed) / logins;
  row["share_failed"] = static_cast<double>(result.sessions.failed) / logins;
  return row;
}

}  // namespace chatsim::bench
