#include "models/store/rebalancing.hpp"

#include <algorithm>
#include <tuple>

namespace chatsim::models {

namespace {

constexpr sim::Duration pause_until_up = std::chrono::seconds{1};

std::optional<std::uint32_t> place_of(std::uint32_t machine, const RowPlacement::Replicas& replicas, std::uint32_t count) {
  for (std::uint32_t i = 0; i < count; ++i) {
    if (replicas[i] == machine) return i;
  }
  return std::nullopt;
}

/// Those of the replicas of one ring that are none in another one, in their order.
std::uint32_t add_others(const RowPlacement& ring, const RowPlacement& other, std::uint32_t position, std::uint32_t at,
                         RowPlacement::Replicas& holders) {
  const std::uint32_t n = ring.replication();
  const RowPlacement::Replicas here = ring.replicas_at(position), there = other.replicas_at(position);
  std::uint32_t count = 0;
  for (std::uint32_t i = 0; i < n; ++i) {
    if (!place_of(there[i], here, n)) holders[at + count++] = there[i];
  }
  return count;
}

}  // namespace

Rebalancing::Rebalancing(Context& context, RowPlacement& ring, VersionTable& versions, Options options)
    : context_(context), ring_(ring), versions_(versions), options_(std::move(options)) {
  summary_.machines_before = summary_.machines_after = options_.machines;
}

void Rebalancing::start() {
  if (options_.growth.machines != 0) sim::spawn(sim::no_machine, change_later());
}

std::uint32_t Rebalancing::add_joining(std::uint32_t position, RowPlacement::Replicas& replicas) const {
  return next_ ? add_others(ring_, *next_, position, ring_.replication(), replicas) : 0;
}

std::optional<std::uint32_t> Rebalancing::holder(std::uint32_t position, std::uint32_t machine) const {
  const std::uint32_t n = ring_.replication();
  RowPlacement::Replicas holders = ring_.replicas_at(position);
  std::uint32_t count = n;
  if (next_) count += add_others(ring_, *next_, position, n, holders);
  if (previous_) count += add_others(ring_, *previous_, position, n, holders);
  return place_of(machine, holders, count);
}

/// A machine that holds a position's rows and can hand them to one that is to hold them: of those that do, each takes its
/// turn with the place of the destination.
std::optional<std::uint32_t> Rebalancing::source(const RowPlacement& ring, std::uint32_t position,
                                                 std::uint32_t destination) const {
  const std::uint32_t n = ring.replication();
  const RowPlacement::Replicas replicas = ring.replicas_at(position);
  const std::uint32_t begin = place_of(destination, replicas, n).value_or(destination % n) + 1;
  for (std::uint32_t i = 0; i < n; ++i) {
    const std::uint32_t machine = replicas[(begin + i) % n];
    if (machine != destination && serves(machine)) return machine;
  }
  return std::nullopt;
}

/// One copy for each pair of machines.
std::vector<Copies::Copy> Rebalancing::copies_of(std::vector<Copies::Copy> parts) const {
  const auto pair_of = [](const Copies::Copy& copy) { return std::tuple{copy.destination, copy.source}; };
  std::stable_sort(parts.begin(), parts.end(),
                   [&](const Copies::Copy& a, const Copies::Copy& b) { return pair_of(a) < pair_of(b); });
  std::vector<Copies::Copy> copies;
  for (const Copies::Copy& part : parts) {
    if (copies.empty() || pair_of(copies.back()) != pair_of(part)) {
      copies.push_back(part);
    } else {
      copies.back().size = copies.back().size + part.size;
    }
  }
  return copies;
}

Copies& Rebalancing::new_copies() {
  if (!throttle_) throttle_ = context_.world.take_throttle(options_.growth.bandwidth);
  copies_.push_back(std::make_unique<Copies>(
      context_, Copies::Options{*throttle_, static_cast<std::uint32_t>(options_.growth.streams)}));
  return *copies_.back();
}

sim::Task<void> Rebalancing::change_later() {
  co_await sim::sleep(context_.world.scheduler, sim::to_duration(options_.growth.at));
  change();
}

void Rebalancing::change() {
  const auto n = ring_.replication();
  const auto before = static_cast<double>(options_.machines);
  const auto after = static_cast<std::uint32_t>(static_cast<int>(options_.machines) + options_.growth.machines);
  summary_.begun_s = sim::to_seconds(context_.world.scheduler.now()).value();
  summary_.machines_after = after;
  summary_.share_expected = options_.growth.machines > 0 ? (after - before) / after : (before - after) / before;
  next_ = std::make_unique<RowPlacement>(options_.ring_of(after));
  // What is being written now reaches a joining machine with the copy, not with the write.
  versions_.reshape(2 * n, 2 * n,
                    [&](std::uint64_t key, std::span<const VersionTable::Lag> lags, std::span<VersionTable::Lag> holders) {
                      RowPlacement::Replicas replicas;
                      const std::uint32_t joining = add_joining(position_of_row(key), replicas);
                      std::copy(lags.begin(), lags.end(), holders.begin());
                      std::fill_n(holders.begin() + n, joining, VersionTable::never);
                      std::fill_n(holders.begin() + n + joining, n - joining, 0);
                    });

  std::vector<Copies::Copy> parts;
  for (const Range& range : ranges_between(merged(ring_.boundaries(), next_->boundaries()))) {
    RowPlacement::Replicas holders;
    const std::uint32_t joining = add_joining(range.begin, holders);
    for (std::uint32_t i = 0; i < joining; ++i) {
      const std::uint32_t destination = holders[n + i];
      summary_.share_moved += range.share / n;
      const std::optional<std::uint32_t> from = source(ring_, range.begin, destination);
      if (from) parts.push_back({options_.first + *from, options_.first + destination, range.share * options_.kept});
    }
  }
  const sim::Time first_known = context_.world.scheduler.now();
  new_copies().start(copies_of(std::move(parts)), [this, first_known] {
    sim::spawn(sim::no_machine, switch_over_later(first_known + context_.longest_timeout));
  });
}

/// Of little there is a copy before all have ended who write without knowing of the machines that join: were these in charge
/// already, what is acknowledged to such a writer might be held by those who have left.
sim::Task<void> Rebalancing::switch_over_later(sim::Time at) {
  sim::Scheduler& scheduler = context_.world.scheduler;
  if (at > scheduler.now()) co_await sim::sleep(scheduler, at - scheduler.now());
  switch_over();
}

void Rebalancing::switch_over() {
  const auto n = ring_.replication();
  summary_.done_s = sim::to_seconds(context_.world.scheduler.now()).value();
  // A machine that joined has what it was sent, or what the one that it copied from has.
  versions_.reshape(2 * n, n,
                    [&](std::uint64_t key, std::span<const VersionTable::Lag> lags, std::span<VersionTable::Lag> holders) {
                      const auto position = position_of_row(key);
                      const RowPlacement::Replicas old = ring_.replicas_at(position);
                      RowPlacement::Replicas fresh = next_->replicas_at(position), joining;
                      const std::uint32_t count = add_others(ring_, *next_, position, 0, joining);
                      for (std::uint32_t i = 0; i < n; ++i) {
                        if (const auto place = place_of(fresh[i], old, n)) {
                          holders[i] = lags[*place];
                          continue;
                        }
                        const std::uint32_t place = place_of(fresh[i], joining, count).value();
                        const auto from = source(ring_, position, fresh[i]);
                        const auto copied = from ? lags[place_of(*from, old, n).value()] : VersionTable::never;
                        holders[i] = std::min(lags[n + place], copied);
                      }
                      const std::uint32_t leaving = add_others(*next_, ring_, position, n, fresh);
                      for (std::uint32_t i = 0; i < leaving; ++i) {
                        holders[n + i] = lags[place_of(fresh[n + i], old, n).value()];
                      }
                      std::fill(holders.begin() + n + leaving, holders.end(), 0);
                    });
  previous_ = std::make_unique<RowPlacement>(std::exchange(ring_, std::move(*next_)));
  next_ = nullptr;
  sim::spawn(sim::no_machine, forget_later());
}

/// Nobody asks any more those who have left.
sim::Task<void> Rebalancing::forget_later() {
  co_await sim::sleep(context_.world.scheduler, 2 * context_.longest_timeout);
  previous_ = nullptr;
  const auto n = ring_.replication();
  versions_.reshape(n, n, [&](std::uint64_t, std::span<const VersionTable::Lag> lags, std::span<VersionTable::Lag> holders) {
    std::copy_n(lags.begin(), n, holders.begin());
  });
}

void Rebalancing::rebuild(std::uint32_t machine) {
  const std::uint32_t n = ring_.replication();
  empty_.resize(options_.machines + static_cast<std::uint32_t>(std::max(0, options_.growth.machines)));
  if (empty_[machine]) return;
  empty_[machine] = true;
  summary_.machines_empty_max = std::max<std::uint64_t>(summary_.machines_empty_max, ++empty_machines_);
  for (const Range& range : ring_.ranges()) {
    const RowPlacement::Replicas replicas = ring_.replicas_at(range.begin);
    if (!place_of(machine, replicas, n)) continue;
    const bool gone = std::none_of(replicas.begin(), replicas.begin() + n, [&](std::uint32_t one) { return serves(one); });
    if (gone) summary_.rows_lost += range.share * (options_.kept / options_.row);
  }
  sim::spawn(sim::no_machine, rebuild_when_up(machine));
}

sim::Task<void> Rebalancing::rebuild_when_up(std::uint32_t machine) {
  while (!context_.world.fleet[options_.first + machine].up) {
    co_await sim::sleep(context_.world.scheduler, pause_until_up);
  }
  std::vector<Copies::Copy> parts;
  for (const Range& range : ring_.ranges()) {
    if (!place_of(machine, ring_.replicas_at(range.begin), ring_.replication())) continue;
    const std::optional<std::uint32_t> from = source(ring_, range.begin, machine);
    if (from) parts.push_back({options_.first + *from, options_.first + machine, range.share * options_.kept});
  }
  new_copies().start(copies_of(std::move(parts)), [this, machine] { rebuilt(machine); });
}

void Rebalancing::rebuilt(std::uint32_t machine) {
  // Of rows on which the replicas differ it has what it was sent since, or what the one that it copied from has.
  const std::uint32_t holders = versions_.holders(), required = versions_.required();
  versions_.reshape(holders, required,
                    [&](std::uint64_t key, std::span<const VersionTable::Lag> lags, std::span<VersionTable::Lag> after) {
                      std::copy(lags.begin(), lags.end(), after.begin());
                      const auto position = position_of_row(key);
                      const auto place = holder(position, machine);
                      const auto from = source(ring_, position, machine);
                      if (!place || !from) return;
                      after[*place] = std::min(lags[*place], lags[holder(position, *from).value()]);
                    });
  empty_[machine] = false;
  --empty_machines_;
  ++summary_.machines_rebuilt;
  options_.rebuilt();
}

spec::RebalancingSummary Rebalancing::summary() const {
  spec::RebalancingSummary summary = summary_;
  for (const std::unique_ptr<Copies>& copies : copies_) {
    summary.copies_done += copies->counts().completed;
    summary.copies_failed += copies->counts().failed;
    summary.bytes_copied += copies->counts().copied.value();
  }
  summary.machines_empty = empty_machines_;
  const double replicated = static_cast<double>(ring_.replication()) * options_.kept.value();
  const bool under_way = next_ != nullptr || empty_machines_ > 0;
  if (under_way && replicated > 0) {
    double open = 0;
    for (const std::unique_ptr<Copies>& copies : copies_) open += copies->open_size().value();
    summary.share_under_replicated = open / replicated;
  }
  return summary;
}

}  // namespace chatsim::models
