#include "models/store/catch_up.hpp"

#include <algorithm>

namespace chatsim::models {

namespace {

constexpr std::uint64_t of_batches = std::uint64_t{3} << 62;  // In Stream::leadership.

std::uint64_t pair_of(sim::MachineIndex from, sim::MachineIndex to) { return std::uint64_t{from} << 32 | to; }

}  // namespace

CatchUp::CatchUp(const Parts& parts)
    : parts_(parts),
      write_time_(parts.store.write_time),
      server_(parts.context.world.rpc.add_server(serve, this, nullptr, unserved)),
      most_in_batch_(static_cast<std::size_t>(
          std::max(1.0, parts.store.leadership.catch_up * parts.store.leadership.heartbeat))) {}

void CatchUp::wake() {
  disturbed_at_ = parts_.versions.last_version();
  if (!std::exchange(running_, true)) sim::spawn(sim::no_machine, run());
}

sim::Task<void> CatchUp::run() {
  do {
    co_await sim::sleep(parts_.context.world.scheduler, parts_.leaders.heartbeat());
  } while (mend(version_long_ago()));
  running_ = false;
  marks_.clear();
}

/// What was begun up to then is over: done, or given up by everybody who had to do with it.
std::uint64_t CatchUp::version_long_ago() {
  const sim::Time now = parts_.context.world.scheduler.now();
  marks_.push_back({now, parts_.versions.last_version()});
  // A request to the leader, and one from there to the others.
  const sim::Time then = now - 2 * parts_.context.longest_timeout;
  while (marks_.size() > 1 && marks_[1].at <= then) marks_.pop_front();
  return marks_.front().at <= then ? marks_.front().version : 0;
}

bool CatchUp::mend(std::uint64_t old) {
  for (auto& [number, range] : parts_.leaders.stored()) range.behind = false;
  std::vector<std::uint64_t> keys;
  parts_.versions.for_each_key([&](std::uint64_t key) {
    if (parts_.versions.latest(key) <= old) keys.push_back(key);
  });
  for (const std::uint64_t key : keys) mend_row(key);
  send_batches();
  const bool all_as_ever = settle_ranges();
  return !all_as_ever || !keys.empty() || old < disturbed_at_;
}

/// One row on which nobody works any more. Its leader may itself lag behind a follower that took a write which was then
/// given up: it completes that, as it may, since who wrote it was told nothing.
void CatchUp::mend_row(std::uint64_t key) {
  const auto position = position_of_row(key);
  const HashRing::Replicas replicas = parts_.ring.replicas_at(position);
  Leaders::Range* range = parts_.leaders.find(position, replicas);
  if (range != nullptr) range->behind = true;
  parts_.versions.settle(key);
  if (range != nullptr && !range->in_contact) return;
  const unsigned leader = range == nullptr ? 0 : range->leader, n = parts_.leaders.replication();
  const auto machine = [&](unsigned replica) { return parts_.first + replicas[replica]; };
  std::uint64_t newest = 0;
  std::array<std::uint64_t, HashRing::most_replicas> versions{};
  std::array<bool, HashRing::most_replicas> reached{};
  for (unsigned i = 0; i < n; ++i) {
    versions[i] = parts_.versions.version_at(key, i);
    reached[i] = parts_.leaders.reach_each_other(machine(leader), machine(i));
    if (reached[i]) newest = std::max(newest, versions[i]);
  }
  if (newest == VersionTable::agreed) return;  // Settled just now.
  const auto others = static_cast<unsigned>(std::count(versions.begin(), versions.begin() + n, newest));
  if (versions[leader] < newest && others + 1 >= parts_.leaders.majority()) {
    parts_.versions.apply(key, leader, newest);
    versions[leader] = newest;
  }
  for (unsigned i = 0; i < n; ++i) {
    if (i == leader || !reached[i] || versions[i] >= newest) continue;
    std::vector<Missed>& batch = batches_[pair_of(machine(leader), machine(i))];
    if (batch.size() < most_in_batch_) batch.push_back({key, newest, static_cast<std::uint8_t>(i)});
  }
}

void CatchUp::send_batches() {
  for (auto& [pair, rows] : batches_) {
    if (rows.empty() || on_their_way_.contains(pair)) continue;
    const auto from = static_cast<sim::MachineIndex>(pair >> 32), to = static_cast<sim::MachineIndex>(pair);
    const sim::CallOptions options{
        .client = from,
        .step = static_cast<std::uint8_t>(Step::catch_up),
        .server = server_,
        .cpu_share = static_cast<float>(parts_.store.cpu_share.value()),
        .request_bytes = parts_.context.bytes(static_cast<double>(rows.size()) * parts_.store.row),
        .reply_bytes = parts_.context.bytes(spec::Bytes{0}),
        .timeout = parts_.context.timeout(),
        .argument = pair};
    rows_sent_ += rows.size();
    on_their_way_[pair] = std::move(rows);
    const sim::Draw draw = parts_.context.draw(Stream::leadership, of_batches | batches_sent_++);
    parts_.context.world.rpc.post(parts_.context.world.rpc.call(options, {to, write_time_.sample(draw)}));
  }
  batches_.clear();
}

/// \returns whether none is stored any more.
bool CatchUp::settle_ranges() {
  std::vector<std::uint32_t> settled;
  for (auto& [number, range] : parts_.leaders.stored()) {
    if (range.electing || !range.in_contact || range.behind) continue;
    bool all_follow = true;
    for (unsigned i = 0; i < parts_.leaders.replication(); ++i) {
      all_follow &= (range.hearing >> i & 1) != 0 && range.known[i] == range.term;
    }
    if (!all_follow) continue;
    if (range.leader == 0) {
      settled.push_back(number);
    } else if (parts_.leaders.has_data(range, 0)) {
      parts_.elections.transfer(range);
    }
  }
  for (const std::uint32_t number : settled) parts_.leaders.forget(number);
  return parts_.leaders.all_as_ever();
}

sim::Served CatchUp::serve(void* self, sim::Leg&, sim::CallRecord& call) {
  auto& catch_up = *static_cast<CatchUp*>(self);
  const auto rows = catch_up.on_their_way_.find(call.argument);
  if (rows == catch_up.on_their_way_.end()) return sim::Served::refuse;
  for (const Missed& row : rows->second) catch_up.parts_.versions.apply(row.key, row.replica, row.version);
  catch_up.on_their_way_.erase(rows);
  return sim::Served::reply;
}

void CatchUp::unserved(void* self, const sim::Leg&, sim::CallRecord& call) {
  static_cast<CatchUp*>(self)->on_their_way_.erase(call.argument);
}

}  // namespace chatsim::models
