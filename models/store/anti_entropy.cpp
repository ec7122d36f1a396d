#include "models/store/anti_entropy.hpp"

#include <algorithm>
#include <tuple>
#include <utility>

namespace chatsim::models {

namespace {

constexpr std::size_t slots_of_slice = 1 << 16;
constexpr sim::Duration between_slices = std::chrono::milliseconds{1};
/// Copies that are noted before they are carried out.
constexpr std::size_t most_items = 100'000;
/// Flows of a table at once: SimGrid shares a throttle among all that go through it, in time that grows with their number.
constexpr std::uint32_t most_flows = 64;

/// Of the hash trees of two machines (32 bytes a node, 2^16 leaves) those nodes that have to be compared: both children
/// all along the way to each row that differs, at most the whole tree.
double tree_bytes(std::size_t rows) {
  constexpr double node = 32, depth = 16;
  return node * std::min(static_cast<double>(rows) * 2 * depth, 2.0 * (1 << 16));
}

}  // namespace

AntiEntropy::AntiEntropy(Context& context, const spec::Store& store, Parts parts)
    : context_(context), spec_(store), parts_(std::move(parts)) {}

void AntiEntropy::begin() {
  if (!spec_.repair.anti_entropy) return;
  running_ = true;
  if (!throttle_) throttle_ = context_.world.take_throttle(spec_.repair.bandwidth);
  sim::spawn(sim::no_machine, run());
}

/// Goes on when all flows of `items_` have ended.
class AntiEntropy::Copied {
 public:
  explicit Copied(AntiEntropy& of) : of_(of) {}
  bool await_ready() const { return of_.items_.empty(); }
  void await_suspend(std::coroutine_handle<> coroutine) const {
    of_.waiter_ = sim::handle_of(coroutine);
    of_.context_.world.plane.at_simgrid([of = &of_] { of->start_flows(); }, sim::Plane::Effect::flows_only);
  }
  void await_resume() const { of_.items_.clear(); }

 private:
  AntiEntropy& of_;
};

sim::Task<void> AntiEntropy::run() {
  const sim::Duration period = sim::to_duration(*spec_.repair.anti_entropy);
  const sim::Duration after = sim::to_duration(spec_.repair.after);
  sim::Scheduler& scheduler = context_.world.scheduler;
  while (true) {
    const sim::Duration since = scheduler.now().time_since_epoch() % period;
    co_await sim::sleep(scheduler, period - since);
    const sim::Time began = scheduler.now();
    const std::uint64_t newest_old = parts_.ages.newest_at(began - after, parts_.versions.last_version());
    std::size_t old = 0, slots = parts_.versions.slots();
    for (std::size_t slot = 0; slot < parts_.versions.slots();) {
      old += look(slot, newest_old);
      if (items_.size() >= most_items) {
        group_items();
        co_await Copied(*this);
      } else if (slot < parts_.versions.slots()) {
        co_await sim::sleep(scheduler, between_slices);
      }
      // It grew meanwhile: rows keep their order.
      slot *= parts_.versions.slots() / slots;
      slots = parts_.versions.slots();
    }
    group_items();
    co_await Copied(*this);
    if (old == 0 && last_missed_ + after + period < began) break;
  }
  running_ = false;
}

std::size_t AntiEntropy::look(std::size_t& slot, std::uint64_t newest_old) {
  std::size_t old = 0;
  const std::size_t end = std::min(slot + slots_of_slice, parts_.versions.slots());
  while (slot < end && items_.size() < most_items) {
    const VersionTable::RowView row = parts_.versions.row(slot);
    if (row.key != 0) {
      old += row.latest <= newest_old;
      // Another row may have come to this place.
      if (compare(row, newest_old)) continue;
    }
    ++slot;
  }
  return old;
}

/// Notes what replicas of a row, those that are up, can copy from the one that holds the newest version, if that is so old
/// that no write of it is under way. \returns whether the row was retired: all hold the same already.
bool AntiEntropy::compare(const VersionTable::RowView& row, std::uint64_t newest_old) {
  const std::uint32_t n = parts_.ring.replication();
  const HashRing::Replicas replicas = parts_.ring.replicas_at(position_of_row(row.key));
  const auto machine = [&](std::uint32_t i) { return parts_.first + replicas[i]; };
  const auto up = [&](std::uint32_t i) { return context_.membership.believes_up(sim::no_machine, machine(i)); };
  std::optional<std::uint32_t> source;
  for (std::uint32_t i = 0; i < n; ++i) {
    if (row.version(i) > 0 && up(i) && (!source || row.version(i) > row.version(*source))) source = i;
  }
  bool differs = false;
  for (std::uint32_t i = 1; i < n; ++i) differs |= row.replica_lag[i] != row.replica_lag[0];
  if (!differs) return row.latest <= newest_old && !parts_.hints_open() && retire(row.key);
  if (!source || row.version(*source) > newest_old) return false;
  for (std::uint32_t i = 0; i < n; ++i) {
    if (row.version(i) >= row.version(*source) || !up(i)) continue;
    items_.push_back({machine(*source), machine(i), row.key, row.version(*source)});
  }
  return false;
}

/// All replicas hold the same, and nobody keeps anything newer.
bool AntiEntropy::retire(std::uint64_t key) {
  parts_.before_retiring(key);
  return parts_.versions.settle(key);
}

void AntiEntropy::group_items() {
  std::sort(items_.begin(), items_.end(), [](const Item& a, const Item& b) {
    return std::tie(a.source, a.destination, a.key) < std::tie(b.source, b.destination, b.key);
  });
  waiting_.clear();
  for (std::size_t begin = 0, end = 0; begin < items_.size(); begin = end) {
    while (end < items_.size() && items_[end].source == items_[begin].source &&
           items_[end].destination == items_[begin].destination) {
      ++end;
    }
    waiting_.push_back({begin, end});
  }
  std::reverse(waiting_.begin(), waiting_.end());
}

// ---- While SimGrid's clock stands at the present instant.

void AntiEntropy::start_flows() {
  while (flows_ < most_flows && !waiting_.empty()) {
    const Group group = waiting_.back();
    waiting_.pop_back();
    start_flow(group);
  }
}

void AntiEntropy::start_flow(Group group) {
  const Item& item = items_[group.begin];
  const std::size_t rows = group.end - group.begin;
  const spec::Bytes bytes = static_cast<double>(rows) * spec_.row + spec::Bytes{tree_bytes(rows)};
  sim::World& world = context_.world;
  ++flows_;
  world.wire.count_flow(item.source, static_cast<std::uint64_t>(bytes.value()));
  world.flows.start(
      world.fleet[item.source].host, world.fleet[item.destination].host, bytes,
      [this, group, bytes](sim::FlowOutcome outcome) { flow_ended(group, outcome, bytes); }, throttle_);
}

/// What failed is found again by the next comparison.
void AntiEntropy::flow_ended(Group group, sim::FlowOutcome outcome, spec::Bytes bytes) {
  --flows_;
  const bool completed = outcome == sim::FlowOutcome::completed;
  if (completed) counts_.bytes += bytes.value();
  for (std::size_t i = group.begin; i < group.end; ++i) {
    const Item& item = items_[i];
    // The source may have lost its data since, and either may no longer be a replica.
    const auto position = position_of_row(item.key);
    const auto from = parts_.ring.place_of(position, item.source - parts_.first);
    const auto to = parts_.ring.place_of(position, item.destination - parts_.first);
    if (completed && from && to && parts_.versions.version_at(item.key, *from) >= item.version) {
      parts_.versions.apply(item.key, *to, item.version);
      ++counts_.rows;
    } else {
      ++counts_.failed;
    }
  }
  start_flows();
  if (flows_ == 0 && waiting_.empty())
    context_.world.scheduler.schedule(context_.world.scheduler.now(), std::exchange(waiter_, {}));
}

void AntiEntropy::report(spec::RepairSummary& summary) const {
  const sim::Time old = context_.world.scheduler.now() - sim::to_duration(spec_.repair.after);
  const std::uint64_t newest_old = parts_.ages.newest_at(old, parts_.versions.last_version());
  for (std::size_t slot = 0; slot < parts_.versions.slots(); ++slot) {
    const VersionTable::RowView row = parts_.versions.row(slot);
    summary.divergent_rows += row.key != 0 && row.latest <= newest_old;
  }
  summary.anti_entropy_rows = counts_.rows;
  summary.anti_entropy_failed = counts_.failed;
  summary.anti_entropy_bytes = counts_.bytes;
}

}  // namespace chatsim::models
