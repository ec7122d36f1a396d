#include "models/clients/sessions.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace chatsim::models {

/// Responsibility for one login that a gateway has accepted: dropped without an outcome, it has failed.
class Sessions::LoginToken {
 public:
  LoginToken(Counts& counts, Gateway& gateways, UserId user) : counts_(&counts), gateways_(gateways), user_(user) {
    gateways.begin_mailbox(user);
  }
  LoginToken(const LoginToken&) = delete;
  LoginToken& operator=(const LoginToken&) = delete;
  ~LoginToken() {
    if (counts_ != nullptr) ++counts_->failed;
    gateways_.end_mailbox(user_);
  }
  void completed() { ++std::exchange(counts_, nullptr)->completed; }
  void tries_again() { counts_ = nullptr; }

 private:
  Counts* counts_;
  Gateway& gateways_;
  UserId user_;
};

Sessions::Sessions(Context& context, Directory& directory, Gateway& gateways, Profile& profiles)
    : context_(context),
      directory_(directory),
      gateways_(gateways),
      profiles_(profiles),
      handshake_time_(context.scenario.services.gateway.handshake_time),
      retries_(context.world.scheduler, [this](ConnectAttempt attempt) { retry_is_due(attempt); }) {
  context.world.platform.on_host_down([this](sim::HostIndex host) {
    if (const auto machine = context_.world.fleet.on_host(host); machine != sim::no_machine) machine_down(machine);
  });
}

void Sessions::start() {
  const Schedule& schedule = directory_.schedule();
  if (schedule.has_logins()) {
    for (std::uint32_t c = 0; c < Schedule::classes; ++c) {
      if (schedule.users_of(c) == 0) continue;
      const std::int64_t newest = schedule.newest(c, sim::Time{});
      online_[c] = {newest - schedule.count_online(c, sim::Time{}) + 1, newest};
      sim::spawn(sim::no_machine, log_in_and_out(c));
    }
  }
  if (schedule.has_logins() && !schedule.is_level()) sim::spawn(sim::no_machine, follow_the_day());
  for (std::uint32_t gateway = 0; gateway < directory_.drained(); ++gateway) sim::spawn(sim::no_machine, drain(gateway));
  if (const auto& opens = context_.scenario.services.gateway.spare_open_at) {
    sim::spawn(sim::no_machine, open_spare_later(sim::to_time(*opens)));
  }
  for (std::uint32_t gateway = 0; gateway < directory_.all_gateways(); ++gateway) {
    sim::spawn(sim::no_machine, gateway_batches(gateway));
  }
  for (std::uint32_t shard = 0; shard < profiles_.tier().machines(); ++shard) {
    sim::spawn(sim::no_machine, profile_batches(shard));
  }
}

void Sessions::reconfigure() {
  const spec::Gateway& gateway = context_.scenario.services.gateway;
  handshake_time_ = sim::Sampler(gateway.handshake_time);
  const sim::Time now = context_.world.scheduler.now();
  // Nothing happens the second time, should that be to come already.
  if (const auto& opens = gateway.spare_open_at; opens && sim::to_time(*opens) >= now) {
    sim::spawn(sim::no_machine, open_spare_later(sim::to_time(*opens)));
  }
}

sim::Task<void> Sessions::log_in_and_out(std::uint32_t of_class) {
  const Schedule& schedule = directory_.schedule();
  for (Schedule::Logins logins(schedule, of_class, sim::Time{});; logins.advance()) {
    co_await sim::sleep(context_.world.scheduler, logins.at() - context_.world.scheduler.now());
    if (!schedule.is_level()) {
      follow(of_class);
      continue;
    }
    client_logs_out(schedule.user_at(logins.who_leaves()));
    client_connects(schedule.user_at(logins.who()), Cause::login);
  }
}

/// Who logs out and who logs in are as many, unless the daily curve swings: as it falls more leave, and as it rises faster
/// than users come, sessions that had ended go on.
void Sessions::follow(std::uint32_t of_class) {
  const Schedule& schedule = directory_.schedule();
  const sim::Time now = context_.world.scheduler.now();
  const auto user = [&](std::int64_t number) { return schedule.user_at(schedule.who(of_class, number)); };
  const std::int64_t newest = schedule.newest(of_class, now), oldest = newest - schedule.count_online(of_class, now) + 1;
  OnlineLogins& online = online_[of_class];
  while (online.oldest < oldest && online.oldest <= online.newest) client_logs_out(user(online.oldest++));
  // Whoever came and went since the last look was not there.
  online.oldest = std::max(online.oldest, std::min(oldest, newest + 1));
  online.newest = std::max(online.newest, online.oldest - 1);
  while (online.newest < newest) client_connects(user(++online.newest), Cause::login);
  while (online.oldest > oldest) client_connects(user(--online.oldest), Cause::login);
}

/// Between two logins of a class the share that is connected goes on to rise or fall.
sim::Task<void> Sessions::follow_the_day() {
  constexpr double looks = 200;
  const sim::Duration pause = sim::to_duration(context_.scenario.population.daily_curve.period / looks);
  while (true) {
    co_await sim::sleep(context_.world.scheduler, pause);
    follow_to_now();
  }
}

/// Whoever looks at who is online asks for this before: else a session that goes on, and that nobody has noted yet, counts
/// twice.
void Sessions::follow_to_now() {
  const Schedule& schedule = directory_.schedule();
  if (schedule.is_level()) return;
  for (std::uint32_t c = 0; schedule.has_logins() && c < Schedule::classes; ++c) {
    if (schedule.users_of(c) > 0) follow(c);
  }
}

/// A client connects: handshake, updateServer, and the messages that waited. One that is refused comes back, elsewhere.
void Sessions::client_connects(UserId user, Cause cause, std::uint8_t attempt) {
  ++counts_.logins;
  ++logins_;
  if (cause == Cause::sent_away) ++counts_.reconnects;
  if (cause == Cause::lost) ++counts_.lost_reconnects;
  // Who was away before has been counted.
  if (cause != Cause::lost) ++away_;
  if (cause == Cause::login) directory_.forget(user);
  try_to_connect({.begin = context_.world.scheduler.now(),
                  .user = user,
                  .number = ++number_,
                  .attempt = attempt,
                  .cause = static_cast<std::uint64_t>(cause)});
}

void Sessions::try_to_connect(ConnectAttempt attempt) {
  const std::uint32_t gateway =
      attempt.attempt == 0 ? directory_.first_choice(attempt.user)
                           : directory_.other_gateway(attempt.user, static_cast<std::uint32_t>(attempt.attempt));
  Connections& connections = gateways_.connections;
  if (!context_.world.fleet[gateways_.tier().machine(gateway)].up || !connections.try_accept(gateway)) {
    ++counts_.refused;
    try_again(attempt);
    return;
  }
  if (!gateways_.admission.try_admit(gateway, context_.world.scheduler.now())) {
    connections.release(gateway);
    ++counts_.refused;
    ++counts_.refused_by_admission;
    try_again(attempt);
    return;
  }
  CHATSIM_CHECK(away_ > 0, "user {} comes back and nobody was away", static_cast<std::uint64_t>(attempt.user));
  --away_;
  directory_.settle(attempt.user, gateway);
  sim::spawn(sim::no_machine, connects(attempt, gateway));
}

void Sessions::try_again(ConnectAttempt attempt) {
  const spec::Sessions& sessions = context_.scenario.population.sessions;
  if (static_cast<int>(++attempt.attempt) >= sessions.reconnect_attempts) {
    directory_.put_away(attempt.user, Directory::gave_up);
    ++counts_.failed;
    ++counts_.gave_up;
    return;
  }
  directory_.put_away(attempt.user, attempt.ticket());
  const auto draws = static_cast<std::uint32_t>(attempt.draws++);
  const spec::Retry& retry = context_.scenario.resilience.retry;
  const double lot = context_.hops(Stream::login, attempt.number, draws).next().uniform(0);
  const double jitter = retry.jitter == spec::RetryJitter::full ? lot : 0.5 + lot;
  const double grown = std::pow(retry.multiplier, static_cast<double>(attempt.attempt) - 1);
  spec::Seconds pause = std::min(sessions.reconnect_longest, sessions.reconnect_after * grown) * jitter;
  if (retry.longest) pause = std::min(pause, *retry.longest);
  retries_.wait(attempt, sim::to_duration(pause));
}

void Sessions::retry_is_due(ConnectAttempt attempt) {
  // Gone meanwhile, or even back: then another login connects.
  if (!directory_.online(attempt.user) || !directory_.waits(attempt.user, attempt.ticket())) {
    ++counts_.failed;
    return;
  }
  try_to_connect(attempt);
}

sim::Task<void> Sessions::connects(ConnectAttempt attempt, std::uint32_t gateway) {
  const UserId user = attempt.user;
  const auto cause = static_cast<Cause>(attempt.cause);
  LoginToken token(counts_, gateways_, user);
  Hops hops = context_.hops(Stream::login, attempt.number, static_cast<std::uint32_t>(attempt.draws));
  const std::uint32_t outages_before = directory_.outages().next();
  const sim::MachineIndex machine = gateways_.tier().machine(gateway);
  const sim::Reply accepted =
      co_await context_.world.rpc.serve(machine, static_cast<std::uint8_t>(Step::login),
                                        handshake_time_.sample(hops.next()) + gateways_.request_cost(),
                                        gateways_.tier().cpu_share());
  if (accepted.outcome != sim::Outcome::ok) {
    // With a gateway that died its clients come back as such.
    const bool died = directory_.outages().first_from(gateway, outages_before) != nullptr;
    if (died || !directory_.online(user) || !context_.world.fleet[machine].up) co_return;
    // Gone meanwhile, and back by another way.
    if (const Directory::Place place = directory_.place_of(user); !place.connected || place.gateway != gateway) co_return;
    gateways_.connections.release(gateway);
    ++away_;
    ++attempt.draws;
    token.tries_again();
    try_again(attempt);
    co_return;
  }
  if (cause == Cause::lost) ++counts_.returned;
  // updateServer(userId, serverId), then sendMessagesWhenUserComesOnline(userId): whoever looks the user up from now on
  // pushes, and what was kept before is sent.
  co_await profiles_.update_server(machine, user, hops);
  co_await send_kept_(machine, user, cause, hops);
  login.record(context_.world.scheduler.now() - attempt.begin);
  token.completed();
}

/// updateLastSeen(userId) at logout is one of the profile's batches.
void Sessions::client_logs_out(UserId user) {
  ++counts_.logouts;
  // Where connections follow a curve, whoever leaves was there.
  const bool is_level = directory_.schedule().is_level();
  if (is_level && !directory_.outages().empty() && !directory_.has_been_connected(user)) [[unlikely]] return;
  if (const Directory::Place place = directory_.place_of(user); place.connected) {
    gateways_.connections.release(place.gateway);
  } else if (away_ > 0) {
    --away_;
  }
  directory_.forget(user);
}

sim::Task<void> Sessions::send_when_back(Message message) {
  // The pause of those of whom nobody knows when a gateway takes them.
  constexpr sim::Duration look_again{1'000'000'000};
  MessageToken token(context_.ledger);
  ++counts_.held_messages;
  sim::Scheduler& scheduler = context_.world.scheduler;
  while (true) {
    const Directory::Place place = directory_.place_of(message.author);
    const bool online = directory_.online(message.author);
    if (online && place.connected) break;
    if (!online || place.back == sim::time_never) {
      ++counts_.held_failed;
      token.failed(sim::Outcome::lost);
      co_return;
    }
    const bool known = place.back > scheduler.now();
    co_await sim::sleep(scheduler, known ? place.back + sim::Duration{1} - scheduler.now() : look_again);
  }
  message.sent = scheduler.now();
  sim::spawn(gateways_.machine_of(message.author), gateways_.client_sends(message, std::move(token)));
}

void Sessions::begin_measuring() {
  counts_ = {};
  login.clear();
}

spec::SessionSummary Sessions::summary(sim::Duration measured) const {
  spec::SessionSummary summary;
  summary.logins = counts_.logins;
  summary.completed = counts_.completed;
  summary.refused = counts_.refused;
  summary.failed = counts_.failed;
  summary.reconnects = counts_.reconnects;
  summary.logouts = counts_.logouts;
  summary.connections_lost = counts_.connections_lost;
  summary.lost_reconnects = counts_.lost_reconnects;
  summary.returned = counts_.returned;
  summary.refused_by_admission = counts_.refused_by_admission;
  summary.gave_up = counts_.gave_up;
  summary.held_messages = counts_.held_messages;
  summary.held_failed = counts_.held_failed;
  summary.away = static_cast<double>(away_);
  gateways_.connections.report(summary);
  if (const double seconds = sim::to_seconds(measured).value(); seconds > 0) {
    summary.heartbeats_per_s = counts_.heartbeats / seconds;
    summary.last_seen_per_s = counts_.last_seen / seconds;
    summary.polls_per_s = counts_.polls / seconds;
  }
  return summary;
}

}  // namespace chatsim::models
