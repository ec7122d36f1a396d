#include "sim/faults/timetable.hpp"

#include <algorithm>

namespace chatsim::sim {

using spec::FaultKind;

FaultTimetable::FaultTimetable(World& world, std::vector<spec::Fault> faults, std::uint32_t power_domains,
                               FaultHooks hooks)
    : world_(world),
      faults_(std::move(faults)),
      hooks_(std::move(hooks)),
      places_(world, power_domains, hooks_.replicas_of),
      damage_(world) {}

void FaultTimetable::start() {
  for (const spec::Fault& fault : faults_) spawn(no_machine, happen(&fault));
}

Task<void> FaultTimetable::happen(const spec::Fault* fault) {
  co_await sleep(world_.scheduler, to_time(fault->at) - world_.scheduler.now());
  if (over_) co_return;
  const std::size_t event = begin(*fault);
  const bool one_by_one =
      fault->kind == FaultKind::deploy || (fault->kind == FaultKind::crash && fault->over > spec::Seconds{0});
  if (one_by_one) {
    const std::vector<HostIndex> hosts = places_.hosts(fault->target);
    const Duration over = to_duration(fault->over);
    open_[event].resize(hosts.size());
    for (std::size_t i = 0; i < hosts.size(); ++i) {
      const auto part = static_cast<std::int64_t>(i), all = static_cast<std::int64_t>(hosts.size());
      spawn(no_machine, restart(event, i, hosts[i], over * part / all));
    }
    const Duration drain = fault->kind == FaultKind::deploy ? to_duration(fault->drain) : Duration{};
    if (!fault->lasts) co_return;
    co_await sleep(world_.scheduler, over + drain + to_duration(*fault->lasts));
  } else {
    world_.plane.at_simgrid([this, fault, event] {
      if (!over_) open_[event].push_back(strike(*fault, event));
    });
    if (!fault->lasts) co_return;
    co_await sleep(world_.scheduler, to_duration(*fault->lasts));
  }
  world_.plane.at_simgrid([this, event] { end(event); });
}

/// One of several machines that go down one after the other.
Task<void> FaultTimetable::restart(std::size_t event, std::size_t number, HostIndex host, Duration begins) {
  co_await sleep(world_.scheduler, begins);
  if (over_) co_return;
  const spec::Fault* fault = events_[event].fault;
  const MachineIndex machine = world_.fleet.on_host(host);
  const bool drains = fault->kind == FaultKind::deploy && machine != no_machine;
  if (drains) {
    const Duration drain = to_duration(fault->drain);
    if (hooks_.drain) world_.plane.at_simgrid([this, machine, drain] { hooks_.drain(machine, drain); });
    co_await sleep(world_.scheduler, drain);
    if (over_) co_return;
  }
  world_.plane.at_simgrid([this, event, number, host, machine, drains] {
    const auto found = open_.find(event);
    if (over_ || found == open_.end()) return;
    if (machine != no_machine) events_[event].machines.push_back(machine);
    damage_.host_off(host);
    if (events_[event].fault->data == spec::FaultData::lost && hooks_.data_lost && machine != no_machine) {
      hooks_.data_lost(machine);
    }
    found->second[number] = [this, host, machine, drains] {
      damage_.host_on(host);
      if (drains && hooks_.drained) hooks_.drained(machine);
    };
  });
  if (!fault->lasts) co_return;
  co_await sleep(world_.scheduler, to_duration(*fault->lasts));
  world_.plane.at_simgrid([this, event, number] {
    const auto found = open_.find(event);
    if (found == open_.end()) return;
    if (const Undo mend = std::exchange(found->second[number], nullptr)) mend();
  });
}

std::size_t FaultTimetable::begin(const spec::Fault& fault) {
  events_.push_back({&fault, world_.scheduler.now(), std::nullopt, {}});
  return events_.size() - 1;
}

void FaultTimetable::end(std::size_t event) {
  const auto found = open_.find(event);
  if (found != open_.end()) {
    const std::vector<Undo> undo = std::move(found->second);
    open_.erase(found);
    for (const Undo& mend : undo) {
      if (mend) mend();
    }
  }
  if (events_[event].ended) return;
  events_[event].ended = world_.scheduler.now();
}

void FaultTimetable::end_all() {
  over_ = true;
  world_.plane.at_simgrid([this] {
    for (std::size_t event = 0; event < events_.size(); ++event) end(event);
  });
}

std::vector<LinkIndex> FaultTimetable::crossed(const spec::Fault& fault) const {
  Places::Links links = places_.links(fault.target);
  if (fault.direction == spec::FaultDirection::to_target) return links.down;
  if (fault.direction == spec::FaultDirection::both) {
    links.up.insert(links.up.end(), links.down.begin(), links.down.end());
  }
  return links.up;
}

FaultTimetable::Undo FaultTimetable::take_down(const std::vector<HostIndex>& hosts, spec::FaultData data) {
  for (const HostIndex host : hosts) damage_.host_off(host);
  if (data == spec::FaultData::lost && hooks_.data_lost) {
    for (const HostIndex host : hosts) {
      if (const MachineIndex machine = world_.fleet.on_host(host); machine != no_machine) hooks_.data_lost(machine);
    }
  }
  return [this, hosts] {
    for (const HostIndex host : hosts) damage_.host_on(host);
  };
}

FaultTimetable::Undo FaultTimetable::slow_links(const spec::Fault& fault) {
  const Damage::Slowness slowness{fault.factor, fault.latency};
  const std::vector<LinkIndex> links = crossed(fault);
  for (const LinkIndex link : links) damage_.slow_link(link, slowness);
  return [this, links, slowness] {
    for (const LinkIndex link : links) damage_.mend_link(link, slowness);
  };
}

FaultTimetable::Undo FaultTimetable::strike(const spec::Fault& fault, std::size_t event) {
  switch (fault.kind) {
    case FaultKind::crash:
      events_[event].machines = places_.machines(fault.target);
      return take_down(places_.hosts(fault.target), fault.data);
    case FaultKind::unplug: {
      events_[event].machines = places_.machines(fault.target);
      const std::vector<LinkIndex> links = crossed(fault);
      for (const LinkIndex link : links) damage_.link_off(link);
      return [this, links] {
        for (const LinkIndex link : links) damage_.link_on(link);
      };
    }
    case FaultKind::partition: {
      const std::vector<HostIndex> side = places_.hosts(fault.target);
      const std::vector<HostIndex> other = fault.against.empty() ? places_.others(side) : places_.hosts(fault.against);
      const auto partitions = damage_.part(side, other, fault.direction);
      return [this, partitions] { damage_.join(partitions); };
    }
    case FaultKind::slow_link:
      return slow_links(fault);
    case FaultKind::lossy_link: {
      const std::vector<LinkIndex> links = crossed(fault);
      for (const LinkIndex link : links) damage_.lose(link, fault.loss);
      return [this, links, loss = fault.loss] {
        for (const LinkIndex link : links) damage_.stop_losing(link, loss);
      };
    }
    case FaultKind::slow_machine: {
      const std::vector<HostIndex> hosts = places_.hosts(fault.target);
      for (const HostIndex host : hosts) damage_.slow_host(host, fault.factor);
      return [this, hosts, factor = fault.factor] {
        for (const HostIndex host : hosts) damage_.mend_host(host, factor);
      };
    }
    case FaultKind::slow_disk: {
      const std::vector<MachineIndex> machines = places_.machines(fault.target);
      for (const MachineIndex machine : machines) damage_.slow_disk(machine, fault.factor);
      return [this, machines, factor = fault.factor] {
        for (const MachineIndex machine : machines) damage_.mend_disk(machine, factor);
      };
    }
    case FaultKind::full_disk: {
      const std::vector<MachineIndex> machines = places_.machines(fault.target);
      const auto set = [this, machines](bool down) {
        for (const MachineIndex machine : machines) {
          if (hooks_.disk_full) hooks_.disk_full(machine, down);
        }
      };
      set(true);
      return [set] { set(false); };
    }
    case FaultKind::cache_flush:
      if (hooks_.flush_caches) hooks_.flush_caches();
      return nullptr;
    case FaultKind::stuck_control:
      if (hooks_.stuck_control) hooks_.stuck_control(true);
      return [this] {
        if (hooks_.stuck_control) hooks_.stuck_control(false);
      };
    case FaultKind::load_spike:
      if (hooks_.load) hooks_.load(fault.factor, to_duration(fault.over));
      return [this, factor = fault.factor] {
        if (hooks_.load) hooks_.load(1 / factor, Duration{});
      };
    case FaultKind::deploy:
      break;
  }
  CHATSIM_CHECK(false, "a fault of kind {} does not strike at once", static_cast<int>(fault.kind));
}

}  // namespace chatsim::sim
