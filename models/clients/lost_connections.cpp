#include <algorithm>
#include <utility>

#include "models/clients/sessions.hpp"

namespace chatsim::models {

// Clients whose connections end though they did not leave: their gateway died, or sends them away.

void Sessions::machine_down(sim::MachineIndex machine) {
  if (!is_gateway(machine)) return;
  died_now_.push_back(machine - gateways_.tier().machine(0));
  if (died_now_.size() == 1) sim::spawn(sim::no_machine, lose_connections());
}

/// The clients of all gateways that die at an instant are found in one look at those who may be concerned.
sim::Task<void> Sessions::lose_connections() {
  co_await sim::sleep(context_.world.scheduler, sim::Duration{});
  follow_to_now();
  if (directory_.schedule().is_level() && directory_.outages().empty()) correct_first_logouts();
  std::vector<std::uint32_t> died = std::exchange(died_now_, {});
  std::sort(died.begin(), died.end());
  died.erase(std::unique(died.begin(), died.end()), died.end());
  std::vector<bool> lost(directory_.all_gateways());
  for (const std::uint32_t gateway : died) lost[gateway] = true;
  std::vector<std::vector<Schedule::Position>> clients(died.size());
  directory_.for_each_connected(lost, [&](std::uint32_t gateway, Schedule::Position position) {
    const auto found = std::lower_bound(died.begin(), died.end(), gateway);
    clients[static_cast<std::size_t>(found - died.begin())].push_back(position);
  });
  for (std::size_t i = 0; i < died.size(); ++i) {
    const std::uint32_t connections = gateways_.connections.lose(died[i]);
    counts_.connections_lost += connections;
    away_ += connections;
    const Outages::Outage outage = directory_.note_outage(died[i]);
    if (!clients[i].empty()) sim::spawn(sim::no_machine, clients_return(outage, std::move(clients[i])));
  }
}

/// Each notices that its server is gone, and connects elsewhere at its instant. Eight bytes a client.
sim::Task<void> Sessions::clients_return(Outages::Outage outage, std::vector<Schedule::Position> clients) {
  {
    std::vector<std::pair<sim::Time, Schedule::Position>> order;
    order.reserve(clients.size());
    for (const Schedule::Position position : clients) order.emplace_back(directory_.back_at(position, outage), position);
    std::sort(order.begin(), order.end());
    std::transform(order.begin(), order.end(), clients.begin(), [](const auto& client) { return client.second; });
    clients.shrink_to_fit();
  }
  for (const Schedule::Position position : clients) {
    const sim::Time at = directory_.back_at(position, outage);
    if (at > context_.world.scheduler.now()) {
      co_await sim::sleep(context_.world.scheduler, at - context_.world.scheduler.now());
    }
    follow_to_now();
    // Gone meanwhile, or has come anew.
    const UserId user = directory_.schedule().user_at(position);
    if (!directory_.online(user)) continue;
    if (const Directory::Place place = directory_.place_of(user); place.connected || place.back != at) continue;
    client_connects(user, Cause::lost);
  }
}

/// The first logout of a class may be of somebody who had just left when the run began, so that a gateway counts one
/// connection too few. Among millions that is nothing, but who is lost and who returns is counted to the last.
void Sessions::correct_first_logouts() {
  const Schedule& schedule = directory_.schedule();
  for (std::uint32_t c = 0; schedule.has_logins() && c < Schedule::classes; ++c) {
    if (schedule.users_of(c) == 0) continue;
    const Schedule::Logins first(schedule, c, sim::Time{});
    if (first.at() > context_.world.scheduler.now() || schedule.online(first.who_leaves(), sim::Time{})) continue;
    gateways_.connections.restore(directory_.gateway_then(first.who_leaves(), first.at()));
  }
}

sim::Task<void> Sessions::open_spare_later(sim::Time at) {
  co_await sim::sleep(context_.world.scheduler, at - context_.world.scheduler.now());
  open_spare();
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
  const auto note = [&](Schedule::Position position) {
    departures.push_back({directory_.sent_away(position), directory_.schedule().user_at(position)});
  };
  if (directory_.as_by_schedule()) {
    directory_.for_each_connected_home(gateway, note);
  } else {
    std::vector<bool> drained(directory_.all_gateways());
    drained[gateway] = true;
    directory_.for_each_connected(drained, [&](std::uint32_t, Schedule::Position position) { note(position); });
  }
  std::sort(departures.begin(), departures.end(), [](const Departure& a, const Departure& b) {
    return a.at != b.at ? a.at < b.at : a.user < b.user;
  });
  for (const Departure& departure : departures) {
    if (departure.at > context_.world.scheduler.now()) {
      co_await sim::sleep(context_.world.scheduler, departure.at - context_.world.scheduler.now());
    }
    follow_to_now();
    if (!directory_.online(departure.user) || !directory_.is_sent_away(departure.user, gateway)) continue;
    gateways_.connections.release(gateway);
    client_connects(departure.user, Cause::sent_away);
  }
}

void Sessions::send_away(sim::MachineIndex machine, sim::Duration within) {
  if (!is_gateway(machine)) return;
  const std::uint32_t gateway = machine - gateways_.tier().machine(0);
  gateways_.connections.close(gateway);
  sim::spawn(sim::no_machine, send_away_within(gateway, within));
}

void Sessions::welcome(sim::MachineIndex machine) {
  if (is_gateway(machine)) gateways_.connections.open(machine - gateways_.tier().machine(0));
}

/// One after the other, at equal distances, in the order of their places.
sim::Task<void> Sessions::send_away_within(std::uint32_t gateway, sim::Duration within) {
  std::vector<bool> leaves(directory_.all_gateways());
  leaves[gateway] = true;
  std::vector<Schedule::Position> clients;
  directory_.for_each_connected(leaves, [&](std::uint32_t, Schedule::Position position) { clients.push_back(position); });
  const sim::Time begin = context_.world.scheduler.now();
  for (std::size_t i = 0; i < clients.size(); ++i) {
    const auto part = static_cast<std::int64_t>(i), all = static_cast<std::int64_t>(clients.size());
    const sim::Time at = begin + within / all * part;
    if (at > context_.world.scheduler.now()) co_await sim::sleep(context_.world.scheduler, at - context_.world.scheduler.now());
    follow_to_now();
    const UserId user = directory_.schedule().user_at(clients[i]);
    if (!directory_.online(user)) continue;
    // It has been restarted before its time, or the user is elsewhere meanwhile.
    if (const Directory::Place place = directory_.place_of(user); !place.connected || place.gateway != gateway) continue;
    gateways_.connections.release(gateway);
    client_connects(user, Cause::sent_away, 1);
  }
}

}  // namespace chatsim::models
