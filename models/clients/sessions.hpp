#pragma once

#include <array>
#include <functional>
#include <vector>

#include "models/clients/retries.hpp"
#include "models/gateway/gateway.hpp"
#include "models/profile/profile.hpp"

namespace chatsim::models {

/// Users come and go: each login is simulated, from the handshake to the mailbox; a logout, and a connection that carries
/// nothing, are counts. What all connections cause at a steady pace (heartbeats, last-seen writes, idle polls) comes as
/// batches, one a machine and tick, whose load is rate times cost.
class Sessions {
 public:
  Sessions(Context& context, Directory& directory, Gateway& gateways, Profile& profiles);

  using Cause = ConnectCause;
  /// sendMessagesWhenUserComesOnline: from the gateway to which the user has just connected.
  using SendKept = std::function<sim::Call(sim::MachineIndex from, UserId user, Cause cause, Hops& hops)>;
  void connect(SendKept send_kept) { send_kept_ = std::move(send_kept); }

  /// Users come and go from here on.
  void start();

  void begin_measuring();
  spec::SessionSummary summary(sim::Duration measured) const;
  Timeline::Clients clients() const { return {logins_, gateways_.connections.total()}; }
  /// Clients that want to be connected now and are not.
  std::uint64_t away() const { return away_; }

  /// A message of a user who is away: the device sends it when it is connected again. If that will not be, it has failed.
  sim::Task<void> send_when_back(Message message);

  /// A gateway is about to be restarted: it takes nobody any more, and its clients are sent elsewhere within that time.
  void send_away(sim::MachineIndex machine, sim::Duration within);
  /// It has been restarted.
  void welcome(sim::MachineIndex machine);

  /// From now on the spare gateways take their share of who connects. Nothing happens the second time.
  void open_spare() { directory_.open_spare(context_.world.scheduler.now()); }

  sim::Histogram login;  ///< From the client's first packet at a gateway until it has its mailbox.

  /// Takes over what has changed in the scenario.
  void reconfigure();

 private:
  struct Counts {
    std::uint64_t logins = 0, completed = 0, refused = 0, failed = 0, reconnects = 0, logouts = 0;
    std::uint64_t connections_lost = 0, lost_reconnects = 0, returned = 0, refused_by_admission = 0, gave_up = 0;
    std::uint64_t held_messages = 0, held_failed = 0;
    double heartbeats = 0, last_seen = 0, polls = 0;
  };
  class LoginToken;

  sim::Task<void> log_in_and_out(std::uint32_t of_class);
  void follow(std::uint32_t of_class);
  void follow_to_now();
  sim::Task<void> follow_the_day();
  /// \param attempt from which it asks others than the user's own gateway.
  void client_connects(UserId user, Cause cause, std::uint8_t attempt = 0);
  void try_to_connect(ConnectAttempt attempt);
  void try_again(ConnectAttempt attempt);
  void retry_is_due(ConnectAttempt attempt);
  sim::Task<void> connects(ConnectAttempt attempt, std::uint32_t gateway);
  void client_logs_out(UserId user);
  sim::Task<void> drain(std::uint32_t gateway);
  sim::Task<void> send_away_within(std::uint32_t gateway, sim::Duration within);
  bool is_gateway(sim::MachineIndex machine) const {
    const sim::MachineIndex first = gateways_.tier().machine(0);
    return machine >= first && machine < first + gateways_.tier().machines();
  }
  void machine_down(sim::MachineIndex machine);
  sim::Task<void> lose_connections();
  void correct_first_logouts();
  sim::Task<void> clients_return(Outages::Outage outage, std::vector<Schedule::Position> clients);
  sim::Task<void> open_spare_later(sim::Time at);
  sim::Task<void> gateway_batches(std::uint32_t gateway);
  sim::Task<void> profile_batches(std::uint32_t shard);
  sim::Task<void> batch(sim::MachineIndex machine, Step step, sim::Duration work);
  sim::Task<void> batch_job(sim::MachineIndex machine, Step step, sim::Duration work);

  Context& context_;
  Directory& directory_;
  Gateway& gateways_;
  Profile& profiles_;
  SendKept send_kept_;
  sim::Sampler handshake_time_;
  Retries retries_;
  std::vector<std::uint32_t> died_now_;  // Gateways, at this instant.
  std::uint64_t number_ = 0;
  std::uint64_t logins_ = 0;  // Since the run began.
  std::uint64_t away_ = 0;
  /// Numbers of the logins of a class whose sessions last.
  struct OnlineLogins {
    std::int64_t oldest = 0, newest = 0;
  };
  std::array<OnlineLogins, Schedule::classes> online_{};  // Where the daily curve swings.
  Counts counts_;
};

}  // namespace chatsim::models
