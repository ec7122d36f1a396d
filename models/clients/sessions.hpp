#pragma once

#include <functional>
#include <unordered_set>

#include "models/gateway/gateway.hpp"
#include "models/profile/profile.hpp"

namespace chatsim::models {

/// Users come and go: each login is simulated, from the handshake to the mailbox; a logout, and a connection that carries
/// nothing, are counts. What all connections cause at a steady pace (heartbeats, last-seen writes, idle polls) comes as
/// batches, one a machine and tick, whose load is rate times cost.
class Sessions {
 public:
  Sessions(Context& context, Directory& directory, Gateway& gateways, Profile& profiles);

  /// Why a client connects: its user comes, or it was sent away from another gateway.
  enum class Cause : std::uint8_t { login, sent_away };
  /// sendMessagesWhenUserComesOnline: from the gateway to which the user has just connected.
  using SendKept = std::function<sim::Call(sim::MachineIndex from, UserId user, Cause cause, Hops& hops)>;
  void connect(SendKept send_kept) { send_kept_ = std::move(send_kept); }

  /// Users come and go from here on.
  void start();

  void begin_measuring();
  spec::SessionSummary summary(sim::Duration measured) const;

  sim::Histogram login;  ///< From the client's first packet at a gateway until it has its mailbox.

  /// Takes over what has changed in the scenario.
  void reconfigure() { handshake_time_ = sim::Sampler(context_.scenario.services.gateway.handshake_time); }

 private:
  struct Counts {
    std::uint64_t logins = 0, completed = 0, refused = 0, failed = 0, reconnects = 0, logouts = 0;
    double heartbeats = 0, last_seen = 0, polls = 0;
  };
  class LoginToken;

  sim::Task<void> log_in_and_out(std::uint32_t of_class);
  sim::Task<void> client_logs_in(UserId user, Cause cause);
  void client_logs_out(UserId user);
  sim::Task<void> drain(std::uint32_t gateway);
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
  std::unordered_set<UserId> not_connected_;  // Those online by schedule whose login failed.
  std::uint64_t number_ = 0;
  Counts counts_;
};

}  // namespace chatsim::models
