#include "sim/resources/fleet.hpp"

#include <algorithm>
#include <cmath>

#include "sim/kernel/task.hpp"
#include "sim/resources/rpc.hpp"

namespace chatsim::sim {

namespace {

constexpr std::uint32_t core_room = std::tuple_size_v<decltype(Machine::core_free)>;

// The host of the n-th machine: one region after the other, within each one datacenter after the other, then
// pods, racks, hosts, as a number is written with the lowest digit first. So any k machines in a row, and
// thus the machines of a tier, are in min(k, all there are) different regions, datacenters, pods and racks.
HostIndex host_of(std::uint64_t n, const Platform& platform) {
  const std::uint64_t counts[] = {platform.regions(), platform.datacenters(), platform.pods(),
                                  platform.racks(), platform.hosts()};
  std::uint64_t host = 0, parents = 1;
  for (const std::uint64_t count : counts) {
    const std::uint64_t children = count / parents;
    host = host * children + n % children;
    n /= children;
    parents = count;
  }
  return static_cast<HostIndex>(host);
}

}  // namespace

HostIndex Fleet::next_host() {
  const std::uint64_t hosts = platform_.hosts();
  CHATSIM_CHECK(placed_ < hosts, "{} machines do not fit on {} hosts", placed_ + 1, hosts);
  return host_of(placed_++, platform_);
}

TierIndex Fleet::add_tier(const TierOptions& options) {
  if (machine_on_.empty()) {
    machine_on_.assign(platform_.hosts(), no_machine);
    machines_.reserve(platform_.hosts());
  }
  const auto tier = static_cast<TierIndex>(tiers_.size());
  if (options.shedding != Shedding::none) watch_queues();
  const std::size_t slots = options.cores > core_room ? std::size_t{options.machines} * options.cores : 0;
  tiers_.push_back({options, size(), SparseArray<Time>(slots), {}, 0});
  for (std::uint32_t i = 0; i < options.machines; ++i) {
    Machine& machine = machines_.emplace_back();
    machine.host = next_host();
    machine.tier = tier;
    machine.slowness = static_cast<float>(1 / platform_.speed(machine.host));
    machine_on_[machine.host] = size() - 1;
  }
  return tier;
}

void Fleet::resize(TierIndex index, const TierCapacity& capacity, Time now) {
  CHATSIM_CHECK(capacity.threads > 0, "tier {} would have no threads", tiers_[index].options.name);
  Tier& tier = tiers_[index];
  tier.other_thread_s += (static_cast<double>(tier.options.threads) - static_cast<double>(capacity.threads)) *
                         to_seconds(now - measuring_since_).value();
  tier.options.threads = capacity.threads;
  tier.options.queue_limit = capacity.queue_limit;
  tier.options.shedding = capacity.shedding;
  tier.options.codel_target = capacity.codel_target;
  tier.options.codel_interval = capacity.codel_interval;
  tier.options.newest_first = capacity.newest_first;
  if (capacity.shedding != Shedding::none) watch_queues();
}

Time Fleet::take_core(MachineIndex index, const CoreRequest& request) {
  Machine& machine = machines_[index];
  Tier& tier = tiers_[machine.tier];
  const auto slots_for = [&](std::uint32_t cores) {
    if (cores <= core_room) return machine.core_free.data();
    return &tier.core_free[std::size_t{index - tier.first} * tier.options.cores];
  };
  Time* const slots = slots_for(machine.cores_busy);
  std::uint32_t busy = 0;
  for (std::uint32_t i = 0; i < machine.cores_busy; ++i) {
    const Time free = slots[i];
    slots[busy] = free;
    busy += free > request.now;  // Without a branch, which would be predicted half of the time.
  }
  const bool one_is_idle = busy < tier.options.cores;
  machine.cores_busy = busy + one_is_idle;
  Time* const wanted = slots_for(machine.cores_busy);
  if (wanted != slots) std::copy_n(slots, busy, wanted);
  if (one_is_idle) return wanted[busy] = request.from + request.cpu;
  Time& earliest = *std::min_element(wanted, wanted + busy);
  return earliest = std::max(earliest, request.from) + request.cpu;
}

void Fleet::slow_disk(MachineIndex machine, double factor) {
  CHATSIM_CHECK(factor > 0, "the disk of machine {} is slowed down by {}", machine, factor);
  if (disk_slowness_.empty()) disk_slowness_.assign(machines_.size(), 1.0);
  disk_slowness_[machine] = factor;
  machines_[machine].slow_disk = factor != 1;
}

void Fleet::refresh_speeds() {
  for (Machine& machine : machines_) machine.slowness = static_cast<float>(1 / platform_.speed(machine.host));
}

void Fleet::begin_measuring(Time now) {
  measuring_since_ = now;
  for (Tier& tier : tiers_) {
    TierStatistics fresh;
    fresh.waiting = tier.statistics.waiting;
    fresh.busy = tier.statistics.busy;
    fresh.changed = now;
    const Waiting still = waiting(tier, now);
    fresh.waited_before = still.so_far;
    fresh.queue_area -= still.ahead;
    for (MachineIndex i = 0; i < tier.options.machines; ++i) {
      Machine& machine = machines_[tier.first + i];
      machine.thread_work = machine.core_work = Duration{};
      fresh.queue_longest = std::max<std::uint64_t>(fresh.queue_longest, machine.queue_length);
    }
    tier.statistics = fresh;
    tier.other_thread_s = 0;
  }
}

Fleet::Waiting Fleet::waiting(const Tier& tier, Time now) const {
  Waiting sum;
  for (MachineIndex i = 0; i < tier.options.machines; ++i) {
    for (std::uint32_t block = machines_[tier.first + i].queue_head; block != 0;
         block = arena.at(block)->next) {
      const Time since = reinterpret_cast<const Leg*>(arena.at(block))->since;
      (since > now ? sum.ahead : sum.so_far) +=
          static_cast<RequestTime>(std::chrono::abs(now - since).count());
    }
  }
  return sum;
}

double Fleet::thread_seconds(TierIndex index, Time now) const {
  const Tier& tier = tiers_[index];
  const double machines = tier.options.machines;
  return machines * tier.options.threads * to_seconds(now - measuring_since_).value() + machines * tier.other_thread_s;
}

spec::TierSummary Fleet::summary(TierIndex index, Time now) const {
  const Tier& tier = tiers_[index];
  TierStatistics statistics = tier.statistics;
  statistics.advance(now);
  statistics.queue_area += waiting(tier, now).ahead;
  const double seconds = to_seconds(now - measuring_since_).value();
  const double machines = tier.options.machines;
  const double thread_seconds = this->thread_seconds(index, now);
  const double core_seconds = machines * tier.options.cores * seconds;
  const auto share = [](Duration part, double whole) {
    return whole > 0 ? to_seconds(part).value() / whole : 0.0;
  };
  const auto mean = [](double sum_ns, std::uint64_t count) {
    return spec::Seconds{count > 0 ? sum_ns * 1e-9 / static_cast<double>(count) : 0.0};
  };

  spec::TierSummary summary;
  summary.name = tier.options.name;
  summary.machines = tier.options.machines;
  summary.threads = static_cast<int>(tier.options.threads);
  summary.cores = static_cast<int>(tier.options.cores);
  if (seconds <= 0) return summary;
  summary.offered = spec::PerSecond{static_cast<double>(statistics.arrivals) / seconds};
  summary.completed = spec::PerSecond{static_cast<double>(statistics.completed) / seconds};
  summary.rejected = statistics.rejected;
  Duration thread_work{}, core_work{}, thread_work_most{}, core_work_most{};
  for (MachineIndex i = 0; i < tier.options.machines; ++i) {
    const Machine& machine = machines_[tier.first + i];
    thread_work += machine.thread_work;
    core_work += machine.core_work;
    thread_work_most = std::max(thread_work_most, machine.thread_work);
    core_work_most = std::max(core_work_most, machine.core_work);
  }
  summary.utilisation = std::max(share(thread_work, thread_seconds), share(core_work, core_seconds));
  summary.utilisation_max =
      machines * std::max(share(thread_work_most, thread_seconds), share(core_work_most, core_seconds));
  summary.busy_threads = std::max(0.0, statistics.busy_area_ns) * 1e-9 / thread_seconds;
  summary.busy_cores = share(statistics.core_time, core_seconds);
  summary.queue_mean = static_cast<double>(statistics.queue_area) * 1e-9 / (machines * seconds);
  summary.queue_max = statistics.queue_longest;
  summary.wait_mean = mean(static_cast<double>(statistics.waited), statistics.started);
  summary.service_mean = mean(static_cast<double>(statistics.served.count()), statistics.completed);
  return summary;
}

double Fleet::little_law_error(TierIndex index, Time now) const {
  TierStatistics statistics = tiers_[index].statistics;
  statistics.advance(now);
  // All waits, whole; and their parts within the measured time, with what lay before it.
  const Waiting still = waiting(tiers_[index], now);
  const RequestTime waits = statistics.waited + statistics.waited_in_vain + still.so_far;
  const RequestTime area = statistics.queue_area + still.ahead + statistics.waited_before;
  const RequestTime gap = waits > area ? waits - area : area - waits;
  return gap == 0 ? 0 : static_cast<double>(gap) / static_cast<double>(std::max(waits, area));
}

}  // namespace chatsim::sim
