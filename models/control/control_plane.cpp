#include "models/control/control_plane.hpp"

#include <algorithm>

namespace chatsim::models {

ControlPlane::ControlPlane(Context& context)
    : context_(context),
      coordination_(context),
      detector_(context, [this](sim::MachineIndex machine, bool up) { report(machine, up); }) {
  const spec::Control& control = context.scenario.control;
  if (control.detection == spec::Detection::instant) return;
  context.membership.follow_list(context.world.scheduler,
                                 {.refresh_every = sim::to_duration(control.refresh_every),
                                  .random = context.random,
                                  .stream = static_cast<std::uint32_t>(Stream::heartbeat)});
  coordination_.on_leader([this] { leader_changed(); });
  sim::Platform& platform = context.world.platform;
  // After the world's own: a machine's state is what it is by then.
  platform.on_host_down([this](sim::HostIndex host) {
    if (const auto machine = context_.world.fleet.on_host(host); machine != sim::no_machine) machine_down(machine);
  });
  platform.on_host_up([this](sim::HostIndex host) {
    if (const auto machine = context_.world.fleet.on_host(host); machine != sim::no_machine) machine_up(machine);
  });
  platform.on_connectivity_changed([this] { connectivity_changed(); });
}

void ControlPlane::start() {
  if (context_.membership.follows_list()) detector_.start();
}

void ControlPlane::machine_down(sim::MachineIndex machine) {
  context_.membership.machine_down();
  if (detector_.is_silent(machine)) context_.membership.joined(machine);  // Nobody is there to be cut off.
  detector_.silent(machine);
  if (context_.world.fleet[machine].tier == coordination_.tier().index()) coordination_.connections_changed();
}

void ControlPlane::machine_up(sim::MachineIndex machine) {
  context_.membership.machine_up();
  if (context_.world.fleet[machine].tier == coordination_.tier().index()) coordination_.connections_changed();
  if (leader_hears(machine)) {
    detector_.audible(machine);
  } else {
    context_.membership.cut_off(machine);
  }
}

/// A pod has many links: once for all that change at one instant.
void ControlPlane::connectivity_changed() {
  if (checking_) return;
  checking_ = true;
  sim::spawn(sim::no_machine, check_connections());
}

sim::Task<void> ControlPlane::check_connections() {
  co_await sim::sleep(context_.world.scheduler, sim::Duration{});
  checking_ = false;
  coordination_.connections_changed();
  if (coordination_.leader() != sim::no_machine) listen_to_all();
}

void ControlPlane::leader_changed() {
  counts_.refused += wishes_.size();
  wishes_.clear();
  changing_ = false;
  if (coordination_.leader() == sim::no_machine) return;
  listen_to_all();
  detector_.listen_anew([this](sim::MachineIndex machine) { return !context_.membership.listed_up(machine); });
}

/// As far as is known: without a leader, everybody who is up.
bool ControlPlane::leader_hears(sim::MachineIndex machine) const {
  const sim::Fleet& fleet = context_.world.fleet;
  if (!fleet[machine].up) return false;
  if (coordination_.leader() == sim::no_machine) return true;
  const sim::HostIndex here = fleet[coordination_.leader()].host, there = fleet[machine].host;
  return context_.world.platform.reachable(here, there) && context_.world.platform.reachable(there, here);
}

void ControlPlane::listen_to_all() {
  for (sim::MachineIndex machine = 0; machine < context_.world.fleet.size(); ++machine) {
    if (!context_.world.fleet[machine].up) continue;
    const bool hears = leader_hears(machine);
    if (hears != detector_.is_silent(machine)) continue;
    if (hears) {
      detector_.audible(machine);
      context_.membership.joined(machine);
    } else {
      detector_.silent(machine);
      context_.membership.cut_off(machine);
    }
  }
}

void ControlPlane::leave(sim::MachineIndex machine) {
  if (context_.membership.follows_list()) report(machine, false);
}

/// What came to pass meanwhile it hears of as a new leader does.
void ControlPlane::stick(bool stuck) {
  stuck_ += stuck ? 1 : -1;
  if (stuck_ == 0 && context_.membership.follows_list()) leader_changed();
}

/// The leader wants something to be changed.
void ControlPlane::report(sim::MachineIndex machine, bool up) {
  if (stuck_ > 0) return;
  if (context_.membership.listed_up(machine) == up && !wishes_.contains(machine)) return;
  if (coordination_.leader() == sim::no_machine) {
    ++counts_.refused;
    return;
  }
  wishes_[machine] = {up, detector_.trouble_since(machine)};
  if (changing_) return;
  changing_ = true;
  sim::spawn(sim::no_machine, change_list(coordination_.term()));
}

/// All that comes at one instant is appended together; what comes meanwhile, next.
sim::Task<void> ControlPlane::change_list(std::uint32_t term) {
  co_await sim::sleep(context_.world.scheduler, sim::Duration{});
  if (!leads(term)) co_return;
  while (!wishes_.empty()) {
    const std::map<sim::MachineIndex, Wish> batch = wishes_;
    if (stuck_ > 0) break;
    const sim::Reply written = co_await coordination_.append(static_cast<std::uint32_t>(batch.size()));
    if (!leads(term)) co_return;
    if (written.outcome != sim::Outcome::ok) {
      counts_.refused += batch.size();
      co_await sim::sleep(context_.world.scheduler,
                          sim::to_duration(context_.scenario.control.coordination.election_timeout));
      if (!leads(term)) co_return;
      continue;
    }
    for (const auto& [machine, wish] : batch) listed(machine, wish);
  }
  changing_ = false;
}

void ControlPlane::listed(sim::MachineIndex machine, const Wish& wish) {
  const auto found = wishes_.find(machine);
  if (found != wishes_.end() && found->second.up == wish.up) wishes_.erase(found);
  if (!context_.membership.list(machine, wish.up)) return;
  ++counts_.changes;
  if (wish.up) return;
  if (!wish.since) {
    ++counts_.false_positives;
    return;
  }
  const sim::Duration delay = context_.world.scheduler.now() - *wish.since;
  ++counts_.detections;
  counts_.delay_sum += delay;
  counts_.delay_max = std::max(counts_.delay_max, delay);
}

void ControlPlane::begin_measuring() {
  counts_ = {};
  coordination_.begin_measuring();
}

spec::ControlSummary ControlPlane::summary() const {
  spec::ControlSummary summary;
  summary.detections = counts_.detections;
  if (counts_.detections > 0) {
    summary.detection_delay_mean = sim::to_seconds(counts_.delay_sum / static_cast<std::int64_t>(counts_.detections));
  }
  summary.detection_delay_max = sim::to_seconds(counts_.delay_max);
  summary.undetected = detector_.count_silent(
      [this](sim::MachineIndex machine) { return context_.membership.listed_up(machine); });
  summary.false_positives = counts_.false_positives;
  summary.view_changes = counts_.changes;
  summary.changes_refused = counts_.refused;
  summary.leader_changes = coordination_.leader_changes();
  summary.leaderless_s = coordination_.leaderless_s();
  summary.no_quorum_s = coordination_.no_quorum_s();
  return summary;
}

}  // namespace chatsim::models
