#include "models/clients/sessions.hpp"

#include <algorithm>
#include <cmath>

namespace chatsim::models {

namespace {

// A batch is as much as gathers in a tick; work beyond `most_of_a_job` is cut into jobs that take threads side by side.
constexpr sim::Duration tick{1'000'000'000};
constexpr sim::Duration most_of_a_job{20'000'000};

}  // namespace

/// Responsibility for one login: dropped without an outcome, it has failed.
class Sessions::LoginToken {
 public:
  LoginToken(Counts& counts, Gateway& gateways, UserId user) : counts_(&counts), gateways_(gateways), user_(user) {
    ++counts.logins;
    gateways.begin_mailbox(user);
  }
  LoginToken(const LoginToken&) = delete;
  LoginToken& operator=(const LoginToken&) = delete;
  ~LoginToken() {
    if (counts_ != nullptr) ++counts_->failed;
    gateways_.end_mailbox(user_);
  }
  void completed() { ++std::exchange(counts_, nullptr)->completed; }

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
      handshake_time_(context.scenario.services.gateway.handshake_time) {}

void Sessions::start() {
  const Schedule& schedule = directory_.schedule();
  if (schedule.has_logins()) {
    for (std::uint32_t c = 0; c < Schedule::classes; ++c) {
      if (schedule.users_of(c) > 0) sim::spawn(sim::no_machine, log_in_and_out(c));
    }
  }
  for (std::uint32_t gateway = 0; gateway < directory_.drained(); ++gateway) sim::spawn(sim::no_machine, drain(gateway));
  for (std::uint32_t gateway = 0; gateway < directory_.gateways(); ++gateway) {
    sim::spawn(sim::no_machine, gateway_batches(gateway));
  }
  for (std::uint32_t shard = 0; shard < profiles_.tier().machines(); ++shard) {
    sim::spawn(sim::no_machine, profile_batches(shard));
  }
}

sim::Task<void> Sessions::log_in_and_out(std::uint32_t of_class) {
  const Schedule& schedule = directory_.schedule();
  for (Schedule::Logins logins(schedule, of_class, sim::Time{});; logins.advance()) {
    co_await sim::sleep(context_.world.scheduler, logins.at() - context_.world.scheduler.now());
    client_logs_out(schedule.user_at(logins.who_leaves()));
    sim::spawn(sim::no_machine, client_logs_in(schedule.user_at(logins.who()), Cause::login));
  }
}

/// A client connects: handshake, updateServer, and the messages that waited. One that is refused comes back, elsewhere.
sim::Task<void> Sessions::client_logs_in(UserId user, Cause cause) {
  LoginToken token(counts_, gateways_, user);
  if (cause == Cause::sent_away) ++counts_.reconnects;
  Hops hops = context_.hops(Stream::login, ++number_);
  const sim::Time begin = context_.world.scheduler.now();
  const spec::Sessions& sessions = context_.scenario.population.sessions;
  const spec::Retry& retry = context_.scenario.resilience.retry;
  directory_.end_redirection(user);
  const std::uint32_t home = directory_.gateway_of(user);

  for (int attempt = 0; attempt < sessions.reconnect_attempts; ++attempt) {
    if (attempt > 0) {
      const double lot = hops.next().uniform(0);
      const double jitter = retry.jitter == spec::RetryJitter::full ? lot : 0.5 + lot;
      spec::Seconds pause = sessions.reconnect_after * (jitter * std::pow(retry.multiplier, attempt - 1));
      if (retry.longest) pause = std::min(pause, *retry.longest);
      co_await sim::sleep(context_.world.scheduler, sim::to_duration(pause));
      // Gone meanwhile, or even back: then that login has connected.
      if (!directory_.online(user) || !not_connected_.contains(user)) co_return;
    }
    const std::uint32_t gateway =
        attempt == 0 ? home : directory_.other_gateway(user, static_cast<std::uint32_t>(attempt));
    const sim::MachineIndex machine = gateways_.tier().machine(gateway);
    if (!context_.world.fleet[machine].up || !gateways_.connections.try_accept(gateway)) {
      ++counts_.refused;
      not_connected_.insert(user);
      continue;
    }
    not_connected_.erase(user);
    if (gateway != home) directory_.redirect(user, gateway);
    const sim::Reply accepted =
        co_await context_.world.rpc.serve(machine, static_cast<std::uint8_t>(Step::login),
                                          handshake_time_.sample(hops.next()) + gateways_.request_cost(),
                                          gateways_.tier().cpu_share());
    if (accepted.outcome != sim::Outcome::ok) {
      if (directory_.online(user)) {
        gateways_.connections.release(gateway);
        directory_.end_redirection(user);
        not_connected_.insert(user);
      }
      continue;
    }
    // updateServer(userId, serverId), then sendMessagesWhenUserComesOnline(userId): whoever looks the user up from now on
    // pushes, and what was kept before is sent.
    co_await profiles_.update_server(machine, user, hops);
    co_await send_kept_(machine, user, cause, hops);
    login.record(context_.world.scheduler.now() - begin);
    token.completed();
    co_return;
  }
}

/// updateLastSeen(userId) at logout is one of the profile's batches.
void Sessions::client_logs_out(UserId user) {
  ++counts_.logouts;
  if (not_connected_.erase(user) == 0) gateways_.connections.release(directory_.gateway_of(user));
  directory_.end_redirection(user);
}

/// The clients of a gateway are sent away, each at its time, and connect elsewhere.
sim::Task<void> Sessions::drain(std::uint32_t gateway) {
  const sim::Time begin = sim::to_time(context_.scenario.services.gateway.drain.begin);
  co_await sim::sleep(context_.world.scheduler, begin - context_.world.scheduler.now());
  struct Departure {
    sim::Time at;
    UserId user;
  };
  std::vector<Departure> departures;
  directory_.for_each_connected_home(gateway, [&](Schedule::Position position) {
    departures.push_back({directory_.sent_away(position), directory_.schedule().user_at(position)});
  });
  std::sort(departures.begin(), departures.end(), [](const Departure& a, const Departure& b) {
    return a.at != b.at ? a.at < b.at : a.user < b.user;
  });
  for (const Departure& departure : departures) {
    if (departure.at > context_.world.scheduler.now()) {
      co_await sim::sleep(context_.world.scheduler, departure.at - context_.world.scheduler.now());
    }
    if (!directory_.online(departure.user)) continue;
    gateways_.connections.release(gateway);
    sim::spawn(sim::no_machine, client_logs_in(departure.user, Cause::sent_away));
  }
}

/// Heartbeats of all its connections, and of idle ones their polls.
sim::Task<void> Sessions::gateway_batches(std::uint32_t gateway) {
  const spec::Gateway& spec = context_.scenario.services.gateway;
  const spec::Sessions& sessions = context_.scenario.population.sessions;
  const sim::MachineIndex machine = gateways_.tier().machine(gateway);
  const bool polls = spec.transport == spec::Transport::long_polling;
  const double seconds = sim::to_seconds(tick).value();
  // Machines take turns within a tick, none of them at its border.
  co_await sim::sleep(context_.world.scheduler, tick * (2 * gateway + 1) / (2 * directory_.gateways()));
  while (true) {
    if (context_.world.fleet[machine].up) {
      const double connected = gateways_.connections.of(gateway);
      if (polls) {
        // A poll is a sign of life: no heartbeats beside.
        const double count = connected * seconds / spec.poll_timeout.value();
        counts_.polls += count;
        sim::spawn(machine, batch(machine, Step::poll, sim::to_duration(count * spec.poll_time)));
      } else {
        const double count = connected * seconds / sessions.heartbeat.value();
        counts_.heartbeats += count;
        sim::spawn(machine, batch(machine, Step::heartbeat, sim::to_duration(count * spec.heartbeat_time)));
      }
    }
    co_await sim::sleep(context_.world.scheduler, tick);
  }
}

/// Last-seen writes of a cache machine's users: at logout, and of those connected once in a while.
sim::Task<void> Sessions::profile_batches(std::uint32_t shard) {
  const spec::Population& population = context_.scenario.population;
  const double shards = profiles_.tier().machines();
  const double seconds = sim::to_seconds(tick).value();
  co_await sim::sleep(context_.world.scheduler, tick * (2 * shard + 1) / (2 * profiles_.tier().machines()));
  while (true) {
    const double activity = spec::activity_at(population.daily_curve, sim::to_seconds(context_.world.scheduler.now()));
    const double connected = population.users * std::min(1.0, population.online.value() * activity);
    const double logouts = population.users * population.online.value() / population.sessions.length.mean() * activity;
    const double rows =
        (connected / population.sessions.last_seen.value() + logouts) * seconds * profiles_.relative_share_of(shard) / shards;
    counts_.last_seen += rows;
    sim::spawn(sim::no_machine,
               profiles_.write_last_seen(shard, rows));
    co_await sim::sleep(context_.world.scheduler, tick);
  }
}

sim::Task<void> Sessions::batch(sim::MachineIndex machine, Step step, sim::Duration work) {
  while (work > sim::Duration{}) {
    const sim::Duration job = std::min(work, most_of_a_job);
    work -= job;
    if (work > sim::Duration{}) {
      sim::spawn(machine, batch_job(machine, step, job));
    } else {
      co_await context_.world.rpc.serve(machine, static_cast<std::uint8_t>(step), job, gateways_.tier().cpu_share());
    }
  }
}

sim::Task<void> Sessions::batch_job(sim::MachineIndex machine, Step step, sim::Duration work) {
  co_await context_.world.rpc.serve(machine, static_cast<std::uint8_t>(step), work, gateways_.tier().cpu_share());
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
  gateways_.connections.report(summary);
  if (const double seconds = sim::to_seconds(measured).value(); seconds > 0) {
    summary.heartbeats_per_s = counts_.heartbeats / seconds;
    summary.last_seen_per_s = counts_.last_seen / seconds;
    summary.polls_per_s = counts_.polls / seconds;
  }
  return summary;
}

}  // namespace chatsim::models
