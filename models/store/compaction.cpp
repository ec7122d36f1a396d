#include "models/store/compaction.hpp"

#include <algorithm>

#include "models/store/disk_fill.hpp"

namespace chatsim::models {

Compaction::Compaction(Context& context, const spec::Store& store, sim::TierIndex tier, std::uint32_t number,
                       const RowPlacement& ring)
    : context_(context),
      spec_(store.compaction),
      tier_(tier),
      first_(context.world.fleet.first(tier)),
      disks_(static_cast<std::uint32_t>(store.disks)),
      machines_(context.world.fleet.options(tier).machines) {
  const sim::DiskSpeed speed{spec_.disk_access_time, spec_.disk_bandwidth};
  context.world.disks.add(tier, {.devices = disks_, .read = speed, .write = speed, .capacity = store.disks * store.disk_capacity});
  begin_in_steady_state(number, ring);
  const auto machine_on = [this](sim::HostIndex host) {
    const sim::MachineIndex machine = context_.world.fleet.on_host(host);
    const bool ours = machine != sim::no_machine && context_.world.fleet[machine].tier == tier_;
    return ours ? machine - first_ : sim::no_machine;
  };
  // What is on disks and in the log outlives the task that moves it.
  context.world.platform.on_host_down([this, machine_on](sim::HostIndex host) {
    if (const std::uint32_t machine = machine_on(host); machine != sim::no_machine) end(machines_[machine]);
  });
  context.world.platform.on_host_up([this, machine_on](sim::HostIndex host) {
    if (const std::uint32_t machine = machine_on(host); machine != sim::no_machine) begin(machine);
  });
}

void Compaction::begin_in_steady_state(std::uint32_t number, const RowPlacement& ring) {
  const spec::TableWorkload table = table_workload(context_.scenario, number);
  const double writes = table.inserts_per_message + table.updates_per_message;
  const spec::BytesPerSecond all_written = spec::message_rate(context_.scenario.population) * writes * table.row;
  const double fastest = spec::fastest(spec_).value();
  const double flush = spec_.flush.value();
  const std::vector<double> held = held_by_machine(ring, static_cast<std::uint32_t>(machines_.size()));
  for (std::uint32_t i = 0; i < machines_.size(); ++i) {
    const sim::Draw draw = context_.draw(Stream::compaction, std::uint64_t{number} << 32 | i);
    Machine& machine = machines_[i];
    machine.in_memory = flush * draw.uniform(0);
    machine.disk = static_cast<std::uint32_t>(draw.below(disks_, 1));
    const double rate = held[i] * all_written.value();
    if (rate <= 0) continue;
    const double since_flush_s = machine.in_memory / rate;
    machine.debt = std::max(0.0, flush * spec_.write_amplification - fastest * since_flush_s);
  }
}

void Compaction::start() {
  for (std::uint32_t i = 0; i < machines_.size(); ++i) begin(i);
}

void Compaction::written(std::uint32_t number, spec::Bytes size) {
  Machine& machine = machines_[number];
  machine.in_memory += size.value();
  if (machine.in_memory < spec_.flush.value()) return;
  // All of it, should one request have brought more than one flush.
  machine.debt += spec_.write_amplification * machine.in_memory;
  machine.in_memory = 0;
  begin(number);
}

void Compaction::begin(std::uint32_t number) {
  Machine& machine = machines_[number];
  if (machine.active || machine.debt <= 0 || !context_.world.fleet[first_ + number].up) return;
  machine.active = true;
  machine.active_since = now();
  sim::spawn(first_ + number, compact(number));
}

void Compaction::end(Machine& machine) {
  if (machine.active) machine.active_for += now() - machine.active_since;
  machine.active = false;
}

sim::Task<void> Compaction::compact(std::uint32_t number) {
  Machine& machine = machines_[number];
  while (machine.debt > 0) {
    const spec::Bytes size{std::min(spec_.chunk.value(), machine.debt)};
    const sim::Time begin = now();
    const sim::DiskOutcome outcome = co_await context_.world.disks.rewrite(first_ + number, machine.disk, size);
    if (outcome != sim::DiskOutcome::done) break;
    machine.debt -= size.value();
    machine.disk = (machine.disk + 1) % disks_;
    if (!spec_.throttle) continue;
    const sim::Time next = begin + sim::to_duration(size / *spec_.throttle);
    if (next > now()) co_await sim::sleep(context_.world.scheduler, next - now());
  }
  end(machine);
}

void Compaction::delay(sim::LegOptions* legs, unsigned count, std::uint64_t row) {
  const auto disk = static_cast<std::uint32_t>(spread(row) % disks_);
  for (unsigned i = 0; i < count; ++i) {
    const sim::Duration rest = context_.world.disks.rest(legs[i].server, disk);
    legs[i].service += rest;
    ++requests_;
    delayed_ += rest > sim::Duration{};
    waited_ += static_cast<sim::RequestTime>(rest.count());
  }
}

void Compaction::begin_measuring() {
  measuring_since_ = now();
  requests_ = delayed_ = 0;
  waited_ = 0;
  for (Machine& machine : machines_) {
    machine.active_since = now();
    machine.active_for = {};
  }
}

spec::CompactionSummary Compaction::summary(const std::string& name) const {
  spec::CompactionSummary summary{.name = name, .wait_mean = {}};
  const double seconds = sim::to_seconds(now() - measuring_since_).value();
  const sim::DiskSummary disks = context_.world.disks.summary(tier_, now());
  summary.disk_utilisation = disks.utilisation;
  summary.disk_utilisation_max = disks.utilisation_max;
  if (seconds > 0) summary.bytes_per_s = disks.bytes_written.value() / seconds;
  if (requests_ > 0) {
    const auto requests = static_cast<double>(requests_);
    summary.requests_delayed = static_cast<double>(delayed_) / requests;
    summary.wait_mean = spec::Seconds{static_cast<double>(waited_) * 1e-9 / requests};
  }
  for (const Machine& machine : machines_) {
    const sim::Duration active = machine.active_for + (machine.active ? now() - machine.active_since : sim::Duration{});
    if (seconds > 0) {
      summary.busy_share += sim::to_seconds(active).value() / seconds / static_cast<double>(machines_.size());
    }
    summary.debt_bytes += machine.debt;
    summary.debt_bytes_max = std::max(summary.debt_bytes_max, machine.debt);
  }
  return summary;
}

}  // namespace chatsim::models
