#include <algorithm>

#include "models/clients/sessions.hpp"

namespace chatsim::models {

// What connected users cost that carry no traffic: heartbeats, polls and last-seen writes, in batches of a machine.

namespace {

// A batch is as much as gathers in a tick; work beyond `most_of_a_job` is cut into jobs that take threads side by side.
constexpr sim::Duration tick{1'000'000'000};
constexpr sim::Duration most_of_a_job{20'000'000};

}  // namespace

/// Heartbeats of all its connections, and of idle ones their polls.
sim::Task<void> Sessions::gateway_batches(std::uint32_t gateway) {
  const spec::Gateway& spec = context_.scenario.services.gateway;
  const spec::Sessions& sessions = context_.scenario.population.sessions;
  const sim::MachineIndex machine = gateways_.tier().machine(gateway);
  const bool polls = spec.transport == spec::Transport::long_polling;
  const double seconds = sim::to_seconds(tick).value();
  // Machines take turns within a tick, none of them at its border.
  co_await sim::sleep(context_.world.scheduler, tick * (2 * gateway + 1) / (2 * directory_.all_gateways()));
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
    if (!context_.degradation.leaves_out(Degradation::presence, rows)) {
      counts_.last_seen += rows;
      sim::spawn(sim::no_machine, profiles_.write_last_seen(shard, rows));
    }
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

}  // namespace chatsim::models
