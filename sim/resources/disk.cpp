#include "sim/resources/disk.hpp"

#include <algorithm>
#include <utility>

#include "sim/kernel/check.hpp"

namespace chatsim::sim {

void Disks::add(TierIndex tier, const DiskOptions& options) {
  CHATSIM_CHECK(options.devices >= 1 && options.read.bandwidth.value() > 0 &&
                    options.write.bandwidth.value() > 0 && options.capacity.value() > 0,
                "{} devices that read {} and write {} bytes/s, capacity {} bytes", options.devices,
                options.read.bandwidth.value(), options.write.bandwidth.value(), options.capacity.value());
  if (group_of_tier_.size() <= tier) group_of_tier_.resize(tier + std::size_t{1}, none);
  CHATSIM_CHECK(group_of_tier_[tier] == none, "tier {} has disks already", fleet_.options(tier).name);
  group_of_tier_[tier] = groups_.size();
  Group& group = groups_.emplace_back();
  group.options = options;
  group.first_store = stores_.size();
  group.first_device = free_.size();
  const std::size_t machines = fleet_.options(tier).machines;
  stores_.resize(stores_.size() + machines);
  free_.resize(free_.size() + machines * options.devices);
}

bool Disks::has_disks(MachineIndex machine) const {
  const TierIndex tier = fleet_[machine].tier;
  return tier < group_of_tier_.size() && group_of_tier_[tier] != none;
}

Disks::Place Disks::place_of(MachineIndex machine) const {
  const TierIndex tier = fleet_[machine].tier;
  CHATSIM_CHECK(has_disks(machine), "tier {} has no disks", fleet_.options(tier).name);
  const std::size_t group = group_of_tier_[tier];
  const std::size_t index = machine - fleet_.first(tier);
  return {group, groups_[group].first_store + index,
          groups_[group].first_device + index * groups_[group].options.devices, machine};
}

Duration Disks::backlog(const Place& place, Time now) const {
  // A device that is not free is busy without a pause until it is.
  Duration sum{};
  for (std::size_t i = 0; i < groups_[place.group].options.devices; ++i) {
    sum += std::max(Duration{}, free_[place.device + i] - now);
  }
  return sum;
}

bool Disks::Access::await_suspend(std::coroutine_handle<> coroutine) {
  const Machine& machine = disks_.fleet_[machine_];
  if (!machine.up) {
    outcome_ = DiskOutcome::lost;
    return false;
  }
  const Place place = disks_.place_of(machine_);
  if (kind_ == Kind::write) {
    Group& group = disks_.groups_[place.group];
    spec::Bytes& taken = disks_.stores_[place.store].taken;
    if (taken + size_ > group.options.capacity) {
      ++group.refused;
      outcome_ = DiskOutcome::full;
      return false;
    }
    taken += size_;
  }
  deaths_ = machine.deaths;
  disks_.scheduler_.schedule(disks_.submit(place, size_, kind_, device_), handle_of(coroutine));
  return true;
}

DiskOutcome Disks::Access::await_resume() const {
  if (outcome_ == DiskOutcome::done && disks_.fleet_[machine_].deaths != deaths_) return DiskOutcome::lost;
  return outcome_;
}

Time Disks::submit(const Place& place, spec::Bytes size, Kind kind, std::uint32_t device) {
  const bool write = kind != Kind::read;
  Group& group = groups_[place.group];
  const DiskSpeed& speed = write ? group.options.write : group.options.read;
  ++(write ? group.writes : group.reads);
  (write ? group.bytes_written : group.bytes_read) += size;
  const Duration takes = to_duration(fleet_.disk_slowness(place.machine) * (speed.access_time + size / speed.bandwidth));
  stores_[place.store].work += takes;
  Time* const first = &free_[place.device];
  Time& free = device == any_device ? *std::min_element(first, first + group.options.devices) : first[device];
  const Time now = scheduler_.now();
  const Time begin = std::max(free, now);
  group.waited += static_cast<RequestTime>((begin - now).count());
  return free = begin + takes;
}

void Disks::preload(MachineIndex machine, spec::Bytes size) {
  const Place place = place_of(machine);
  spec::Bytes& taken = stores_[place.store].taken;
  const spec::Bytes capacity = groups_[place.group].options.capacity;
  CHATSIM_CHECK(taken + size <= capacity, "{} bytes beside {} of {}", size.value(), taken.value(),
                capacity.value());
  taken += size;
}

void Disks::erase(MachineIndex machine, spec::Bytes size) {
  spec::Bytes& taken = stores_[place_of(machine).store].taken;
  CHATSIM_CHECK(size <= taken, "{} bytes of {}", size.value(), taken.value());
  taken -= size;
}

void Disks::machine_down(MachineIndex machine) {
  if (!has_disks(machine)) return;
  const Place place = place_of(machine);
  stores_[place.store].work -= backlog(place, scheduler_.now());
  std::fill_n(&free_[place.device], groups_[place.group].options.devices, Time{});
}

void Disks::begin_measuring(Time now) {
  measuring_since_ = now;
  for (Group& group : groups_) {
    group.reads = group.writes = group.refused = 0;
    group.bytes_read = group.bytes_written = spec::Bytes{};
    group.waited = 0;
  }
  for (MachineIndex machine = 0; machine < fleet_.size(); ++machine) {
    if (!has_disks(machine)) continue;
    const Place place = place_of(machine);
    stores_[place.store].work = backlog(place, now);
  }
}

DiskSummary Disks::summary(TierIndex tier, Time now) const {
  const MachineIndex first = fleet_.first(tier);
  const Group& disks = groups_[place_of(first).group];
  const double machines = fleet_.options(tier).machines;
  DiskSummary summary{.reads = disks.reads,
                      .writes = disks.writes,
                      .refused = disks.refused,
                      .bytes_read = disks.bytes_read,
                      .bytes_written = disks.bytes_written,
                      .wait_mean = {}};
  if (const std::uint64_t accesses = disks.reads + disks.writes; accesses > 0) {
    summary.wait_mean =
        spec::Seconds{static_cast<double>(disks.waited) * 1e-9 / static_cast<double>(accesses)};
  }
  const double device_seconds = to_seconds(now - measuring_since_).value() * disks.options.devices;
  for (MachineIndex i = first; i < first + fleet_.options(tier).machines; ++i) {
    const Place place = place_of(i);
    const Store& store = stores_[place.store];
    const double fill = store.taken / disks.options.capacity;
    summary.fill += fill / machines;
    summary.fill_max = std::max(summary.fill_max, fill);
    if (device_seconds <= 0) continue;
    const double busy = to_seconds(store.work - backlog(place, now)).value() / device_seconds;
    summary.utilisation += busy / machines;
    summary.utilisation_max = std::max(summary.utilisation_max, busy);
  }
  return summary;
}

}  // namespace chatsim::sim
