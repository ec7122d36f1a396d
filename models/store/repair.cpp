#include "models/store/repair.hpp"

#include <algorithm>
#include <utility>

namespace chatsim::models {

namespace {

/// How often a machine with hints looks whether their replicas are back.
constexpr sim::Duration poll_interval = std::chrono::milliseconds{100};
/// After an attempt that failed, doubled with each; then the rate is halved, and comes back by a tenth with each success.
constexpr sim::Duration first_pause = std::chrono::seconds{1}, longest_pause = std::chrono::seconds{32};
constexpr double least_share = 1.0 / 64, regained_share = 0.1;
/// Points of the ring that are looked at for a machine that can stand in: what a write costs must not depend on how many
/// machines are down.
constexpr std::uint32_t most_points = 64;
constexpr std::size_t most_rows_of_batch = 16;
/// Hints that one machine looks at in one poll at least: those of other replicas may lie in front.
constexpr std::size_t looked_at = 256;

/// So many rows that the replica has time to write them one after the other.
std::size_t rows_of_batch(const Context& context, const spec::Store& store) {
  const double mean = std::max(1e-9, store.write_time.mean());
  const double fit = sim::to_seconds(context.timeout()).value() / (4 * mean);
  return static_cast<std::size_t>(std::clamp(fit, 1.0, static_cast<double>(most_rows_of_batch)));
}

}  // namespace

Repair::Repair(Context& context, const spec::Store& store, const Parts& parts)
    : context_(context),
      spec_(store),
      parts_(parts),
      hints_(static_cast<std::size_t>(store.repair.hints_max)),
      rows_of_batch_(rows_of_batch(context, store)),
      hint_server_(context.world.rpc.add_server(serve_hint, this, nullptr, hint_unserved)),
      repair_server_(context.world.rpc.add_server(serve_repair, this)) {}

void Repair::reconfigure() { rows_of_batch_ = rows_of_batch(context_, spec_); }

sim::CallOptions Repair::request(sim::MachineIndex client, Step step, std::uint8_t server, std::size_t rows) const {
  return {.client = client,
          .step = static_cast<std::uint8_t>(step),
          .server = server,
          .cpu_share = static_cast<float>(spec_.cpu_share.value()),
          .request_bytes = context_.bytes(static_cast<double>(rows) * spec_.row),
          .reply_bytes = context_.bytes(spec::Bytes{0}),
          .timeout = context_.timeout()};
}

/// One row that nobody waits for.
void Repair::post_row(sim::MachineIndex client, sim::MachineIndex server, std::uint64_t value,
                      sim::CallOptions options) {
  Hops hops = context_.hops(Stream::repair, (std::uint64_t{parts_.number} << 56) + number_++);
  options.value = value;
  sim::LegOptions leg{server, parts_.write_time.sample(hops.next())};
  if (context_.jitter.on()) leg.delays = hops.delays(context_.jitter);
  options.client = client;
  context_.world.rpc.post(context_.world.rpc.call(options, leg));
}

// ---- Hints are made.

/// The next machine along the ring that holds no replica of the row, shares no failure domain with another one of its
/// replicas, is believed to be up and can be reached: who finds that out by trying finds the same one.
template <class Taken>
std::optional<sim::MachineIndex> Repair::stand_in(sim::MachineIndex client, std::uint64_t key, std::uint32_t replica,
                                                  Taken taken) const {
  const RowPlacement& ring = parts_.ring;
  const HashRing::Replicas replicas = ring.replicas_at(position_of_row(key));
  const auto accept = [&](std::uint32_t candidate) {
    for (std::uint32_t i = 0; i < ring.replication(); ++i) {
      if (candidate == replicas[i]) return false;
      if (i != replica && ring.domain(candidate) == ring.domain(replicas[i])) return false;
    }
    const sim::MachineIndex machine = parts_.first + candidate;
    return !taken(machine) && context_.membership.believes_up(client, machine) &&
           context_.world.wire.reachable(client, machine);
  };
  const std::optional<std::uint32_t> found = ring.find_along(position_of_row(key), most_points, accept);
  if (!found) return std::nullopt;
  return parts_.first + *found;
}

void Repair::missed(const sim::Leg& leg, sim::CallRecord& call) {
  ++counts_.missed;
  if (!spec_.repair.hints()) return;
  const std::uint32_t replica = call.index_of(leg);
  if (replica >= parts_.ring.replication()) return;  // A joining machine: what it misses comes with the copy.
  const std::uint64_t key = call.argument;
  // A coordinator that is dead itself keeps nothing.
  if (!context_.world.fleet[leg.client].up) {
    ++counts_.dropped;
    return;
  }
  const auto holder = stand_in(leg.client, key, replica, [](sim::MachineIndex) { return false; });
  if (!holder || !hints_.reserve(*holder)) {
    ++counts_.dropped;
    return;
  }
  sim::CallOptions options = request(leg.client, Step::hint, hint_server_, 1);
  options.argument = key;
  post_row(leg.client, *holder, packed(leg.value, replica), options);
}

sim::Served Repair::serve_hint(void* self, sim::Leg& leg, sim::CallRecord& call) {
  auto& repair = *static_cast<Repair*>(self);
  const std::uint32_t replica = replica_in(leg.value);
  repair.hints_.keep(leg.header.machine,
                     {call.argument, version_in(leg.value), replica, repair.machine_of(call.argument, replica)});
  ++repair.counts_.kept;
  repair.poll_for_targets();
  return sim::Served::reply;
}

void Repair::hint_unserved(void* self, const sim::Leg& leg, sim::CallRecord&) {
  auto& repair = *static_cast<Repair*>(self);
  repair.hints_.give_up(leg.header.machine);
  ++repair.counts_.dropped;
}

// ---- Sloppy quorum.

void Repair::send_elsewhere(sim::MachineIndex client, std::uint64_t key, sim::LegOptions* legs) {
  const std::uint32_t n = parts_.ring.replication();
  for (std::uint32_t i = 0; i < n; ++i) {
    if (context_.membership.believes_up(client, legs[i].server)) continue;
    const auto taken = [&](sim::MachineIndex machine) {
      return std::any_of(legs, legs + n, [&](const sim::LegOptions& leg) { return leg.server == machine; });
    };
    if (const auto other = stand_in(client, key, i, taken)) legs[i].server = *other;
  }
}

sim::Served Repair::serve_elsewhere(const sim::Leg& leg, const sim::CallRecord& call, unsigned replica) {
  const sim::MachineIndex holder = leg.header.machine;
  if (!hints_.reserve(holder)) {
    ++counts_.dropped;
    return sim::Served::refuse;
  }
  hints_.keep(holder, {call.argument, leg.value, replica, machine_of(call.argument, replica)});
  ++counts_.kept;
  ++counts_.sloppy;
  poll_for_targets();
  return sim::Served::reply;
}

// ---- Hints are given to their replicas.

void Repair::poll_for_targets() {
  if (std::exchange(polling_, true)) return;
  sim::spawn(sim::no_machine, hand_off());
}

/// Runs as long as there are hints.
sim::Task<void> Repair::hand_off() {
  while (hints_open() > 0) {
    co_await sim::sleep(context_.world.scheduler, poll_interval);
    hints_.for_each_holder([this](sim::MachineIndex holder) { hand_off_from(holder); });
  }
  polling_ = false;
}

void Repair::hand_off_from(sim::MachineIndex holder) {
  const sim::Time now = context_.world.scheduler.now();
  if (!context_.world.fleet[holder].up) return;
  Pace& pace = paces_[holder];
  if (now < pace.not_before) return;
  const double earned = pace.share * (spec_.repair.handoff_rate * sim::to_seconds(poll_interval));
  pace.rows = std::min(pace.rows + earned, std::max(1.0, earned));
  const auto most = static_cast<std::size_t>(pace.rows);
  const auto ready = [&](sim::MachineIndex target) {
    return context_.membership.believes_up(holder, target) && context_.world.wire.reachable(holder, target);
  };
  const sim::Duration lifetime = sim::to_duration(spec_.repair.hint_lifetime);
  const auto expired = [&](const Hint& hint) { return now - parts_.ages.time_of(hint.version) > lifetime; };
  std::vector<Hint> taken;
  counts_.expired += hints_.take(holder, most, std::max(looked_at, 2 * most), ready, expired, taken);
  pace.rows -= static_cast<double>(taken.size());
  std::stable_sort(taken.begin(), taken.end(), [](const Hint& a, const Hint& b) { return a.target < b.target; });
  for (auto begin = taken.begin(); begin != taken.end();) {
    auto end = begin;
    while (end != taken.end() && end->target == begin->target &&
           static_cast<std::size_t>(end - begin) < rows_of_batch_) {
      ++end;
    }
    const std::uint64_t batch = number_++;
    given_.emplace(batch, std::vector<Hint>(begin, end));
    being_given_ += static_cast<std::uint64_t>(end - begin);
    sim::spawn(sim::no_machine, give(holder, batch));
    begin = end;
  }
}

/// The holder keeps what the replica has not acknowledged.
sim::Task<void> Repair::give(sim::MachineIndex holder, std::uint64_t batch) {
  const std::vector<Hint> rows = given_.at(batch);
  const std::uint32_t losses = paces_[holder].losses;
  Hops hops = context_.hops(Stream::repair, (std::uint64_t{parts_.number} << 56) + batch);
  sim::LegOptions leg{rows.front().target};
  for (std::size_t i = 0; i < rows.size(); ++i) leg.service += parts_.write_time.sample(hops.next());
  if (context_.jitter.on()) leg.delays = hops.delays(context_.jitter);
  const sim::CallOptions options = request(holder, Step::handoff, sim::Rpc::plain_server, rows.size());
  const sim::Reply reply = co_await context_.world.rpc.call_task(
      options, leg, [&](sim::ReplyTo to) { return take(rows, std::move(to)); });
  given_.erase(batch);
  being_given_ -= rows.size();
  Pace& pace = paces_[holder];
  if (reply.outcome == sim::Outcome::ok) {
    counts_.replayed += rows.size();
    pace.share = std::min(1.0, pace.share + regained_share);
    pace.pause = first_pause;
  } else if (pace.losses == losses) {
    hints_.put_back(holder, rows);
    // Once for all that were under way together.
    const sim::Time now = context_.world.scheduler.now();
    if (now >= pace.not_before) {
      pace.pause = std::max(pace.pause, first_pause);
      pace.not_before = now + pace.pause;
      pace.pause = std::min(2 * pace.pause, longest_pause);
      pace.share = std::max(least_share, pace.share / 2);
    }
  } else {
    counts_.lost += rows.size();
  }
}

/// On the replica.
sim::Task<void> Repair::take(std::vector<Hint> rows, sim::ReplyTo reply) {
  for (const Hint& row : rows) apply(row.target, row.key, row.version);
  reply.ok();
  co_return;
}

/// The machine may have left the ring meanwhile, or be another one of the row's replicas.
void Repair::apply(sim::MachineIndex machine, std::uint64_t key, std::uint64_t version) {
  const auto replica = parts_.ring.place_of(position_of_row(key), machine - parts_.first);
  if (replica) parts_.versions.apply(key, *replica, version);
}

// ---- Read repair.

void Repair::after_read(const ReadResult& read) {
  if (spec_.repair.read_repair == spec::Switch::off || read.got == 0) return;
  const sim::Duration age = context_.world.scheduler.now() - parts_.ages.time_of(read.got);
  if (age < sim::to_duration(spec_.repair.after)) return;
  for (std::uint32_t i = 0; i < read.count; ++i) {
    const auto replica = static_cast<std::uint32_t>(read.asked >> 4 * i & 15);
    if (parts_.versions.version_at(read.key, replica) >= read.got) continue;
    const sim::MachineIndex machine = machine_of(read.key, replica);
    if (!context_.membership.believes_up(read.coordinator, machine)) continue;
    sim::CallOptions options = request(read.coordinator, Step::read_repair, repair_server_, 1);
    options.argument = read.key;
    post_row(read.coordinator, machine, packed(read.got, replica), options);
    ++counts_.read_repairs;
  }
}

sim::Served Repair::serve_repair(void* self, sim::Leg& leg, sim::CallRecord& call) {
  static_cast<Repair*>(self)->apply(leg.header.machine, call.argument, version_in(leg.value));
  return sim::Served::reply;
}

// ---- Losing data.

void Repair::lose_data(sim::MachineIndex machine) {
  counts_.lost += hints_.lose(machine);
  if (const auto pace = paces_.find(machine); pace != paces_.end()) ++pace->second.losses;
}

bool Repair::keeps(std::uint64_t key, std::uint64_t version) const {
  for (const auto& [number, rows] : given_) {
    for (const Hint& hint : rows) {
      if (hint.key == key && hint.version >= version) return true;
    }
  }
  return hints_.holds(key, version);
}

void Repair::report(spec::RepairSummary& summary) const {
  summary.missed = counts_.missed;
  summary.hints_kept = counts_.kept;
  summary.hints_replayed = counts_.replayed;
  summary.hints_dropped = counts_.dropped;
  summary.hints_expired = counts_.expired;
  summary.hints_lost = counts_.lost;
  summary.hints_open = hints_open();
  summary.sloppy_acknowledgements = counts_.sloppy;
  summary.read_repairs = counts_.read_repairs;
}

}  // namespace chatsim::models
