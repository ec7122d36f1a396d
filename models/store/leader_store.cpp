#include "models/store/leader_store.hpp"

namespace chatsim::models {

namespace {

/// What an append carries beside the key: version, the leader's number among the replicas, its term.
constexpr unsigned version_bits = 48, replica_bits = 3;

std::uint64_t pack(Leaders::Term term, unsigned leader, std::uint64_t version) {
  CHATSIM_CHECK(version >> version_bits == 0 && term < Leaders::most_terms, "version {} of term {}", version, term);
  return (std::uint64_t{term} << replica_bits | leader) << version_bits | version;
}

/// What a read carries: to which replica it was sent, and whether by another one.
constexpr std::uint64_t forwarded_bit = 1U << replica_bits;

}  // namespace

LeaderStore::LeaderStore(const Parts& parts)
    : parts_(parts),
      leaders_(parts.context, parts.ring,
               {.first = parts.first,
                .machines = static_cast<std::uint32_t>(parts.store.machines),
                .store = parts.number,
                .leadership = parts.store.leadership,
                .has_data = parts.has_data}),
      elections_(parts.context, leaders_, parts.versions, parts.store),
      catch_up_({parts.context, parts.ring, leaders_, elections_, parts.versions, parts.store, parts.first}),
      append_server_(parts.context.world.rpc.add_server(serve_append, this, prefetch_row, append_unserved)),
      read_server_(parts.context.world.rpc.add_server(serve_read, this, prefetch_row)) {
  leaders_.on_change = [this] { catch_up_.wake(); };
}

/// Whom a coordinator asks.
unsigned LeaderStore::target(Leaders::Range* range, const HashRing::Replicas& replicas,
                             sim::MachineIndex coordinator) const {
  const unsigned leader = leaders_.believed_leader(range, coordinator);
  const auto up = [&](unsigned replica) {
    return parts_.context.membership.believes_up(coordinator, parts_.first + replicas[replica]);
  };
  if (up(leader)) [[likely]] return leader;
  for (unsigned i = 0; i < leaders_.replication(); ++i) {
    if (up(i)) return i;
  }
  return leader;
}

sim::Call LeaderStore::write(std::uint64_t key, const HashRing::Replicas& replicas, const sim::CallOptions& options,
                             const Times& times) {
  const unsigned replica = target(leaders_.find(position_of_row(key), replicas), replicas, options.client);
  return write_to(options.client, {.key = key,
                                   .trace = options.trace,
                                   .replicas = replicas,
                                   .times = times,
                                   .timeout = options.timeout,
                                   .request_bytes = options.request_bytes,
                                   .reply_bytes = options.reply_bytes,
                                   .cpu_share = options.cpu_share,
                                   .step = options.step,
                                   .replica = static_cast<std::uint8_t>(replica)});
}

sim::Call LeaderStore::write_to(sim::MachineIndex client, const Write& write) {
  const sim::CallOptions options{.client = client,
                                 .step = write.step,
                                 .cpu_share = write.cpu_share,
                                 .request_bytes = write.request_bytes,
                                 .reply_bytes = write.reply_bytes,
                                 .timeout = write.timeout,
                                 .trace = write.trace};
  sim::LegOptions leg{parts_.first + write.replicas[write.replica], write.times.service[0]};
  if (parts_.context.jitter.on()) leg.delays = write.times.delays[0];
  return parts_.context.world.rpc.call_task(options, leg,
                                            [&](sim::ReplyTo done) { return take(write, std::move(done)); });
}

/// Where a replica that does not lead sends a request on; nowhere if it knows no leader, or the one who sent it did not know
/// better.
std::optional<unsigned> LeaderStore::next_for(Leaders::Range* range, unsigned replica, bool forwarded) {
  const auto leader = forwarded ? std::nullopt : leaders_.leader_known_to(range, replica);
  if (!leader || *leader == replica) {
    ++counts_.refused_no_leader;
    return std::nullopt;
  }
  ++counts_.forwarded;
  return leader;
}

/// A write is here. The leader has written it down by now, but applies it only when it is committed.
sim::Task<void> LeaderStore::take(Write write, sim::ReplyTo done) {
  Leaders::Range* range = leaders_.find(position_of_row(write.key), write.replicas);
  if (leaders_.standing(range, write.replica) == Leaders::Standing::follows) {
    const auto leader = next_for(range, write.replica, write.forwarded);
    if (!leader) co_return done.refuse();
    const sim::MachineIndex self = parts_.first + write.replicas[write.replica];
    write.replica = static_cast<std::uint8_t>(*leader);
    write.forwarded = true;
    const sim::Reply reply = co_await write_to(self, write);
    reply.outcome == sim::Outcome::ok ? done.ok(reply.value) : done.refuse();
    co_return;
  }
  const Leaders::Term term = Leaders::term_known_to(range, write.replica);
  const std::uint64_t version = parts_.new_version(write.key);
  if (leaders_.majority() > 1) {
    const sim::Reply reply = co_await append(write, term, version);
    range = leaders_.find(position_of_row(write.key), write.replicas);
    // Its own replica counts for the majority, so it must not have voted for another leader meanwhile.
    const bool has_voted = Leaders::term_known_to(range, write.replica) > term;
    if (reply.outcome != sim::Outcome::ok || has_voted) {
      ++counts_.refused_no_majority;
      catch_up_.wake();
      co_return done.refuse();
    }
  }
  parts_.versions.apply(write.key, write.replica, version);
  done.ok(version);
}

sim::Call LeaderStore::append(const Write& write, Leaders::Term term, std::uint64_t version) {
  std::array<sim::LegOptions, HashRing::most_replicas> legs;
  unsigned count = 0;
  for (unsigned i = 0; i < leaders_.replication(); ++i) {
    if (i == write.replica) continue;
    legs[count] = {parts_.first + write.replicas[i], write.times.service[count + 1]};
    if (parts_.context.jitter.on()) legs[count].delays = write.times.delays[count + 1];
    ++count;
  }
  const sim::CallOptions options{.client = parts_.first + write.replicas[write.replica],
                                 .step = static_cast<std::uint8_t>(Step::append),
                                 .server = append_server_,
                                 .needed = static_cast<std::uint8_t>(leaders_.majority() - 1),
                                 .cpu_share = write.cpu_share,
                                 .request_bytes = write.request_bytes,
                                 .reply_bytes = write.reply_bytes,
                                 .timeout = write.timeout,
                                 .argument = write.key,
                                 .value = pack(term, write.replica, version),
                                 .trace = write.trace};
  return parts_.context.world.rpc.call(options, legs.data(), count);
}

sim::Served LeaderStore::serve_append(void* self, sim::Leg& leg, sim::CallRecord& call) {
  auto& store = *static_cast<LeaderStore*>(self);
  const std::uint64_t version = leg.value & ((std::uint64_t{1} << version_bits) - 1);
  const auto leader = static_cast<unsigned>(leg.value >> version_bits & (forwarded_bit - 1));
  const auto term = static_cast<Leaders::Term>(leg.value >> (version_bits + replica_bits));
  const unsigned index = call.index_of(leg), replica = index + (index >= leader);
  if (Leaders::Range* range = store.leaders_.find(position_of_row(call.argument))) [[unlikely]] {
    if (term < range->known[replica]) {
      store.catch_up_.wake();
      return sim::Served::refuse;
    }
    if (range->electing) range->rows.push_back(call.argument);
  }
  store.parts_.versions.apply(call.argument, replica, version);
  return sim::Served::reply;
}

void LeaderStore::append_unserved(void* self, const sim::Leg&, sim::CallRecord&) {
  static_cast<LeaderStore*>(self)->catch_up_.wake();
}

sim::Call LeaderStore::read(std::uint64_t key, const HashRing::Replicas& replicas, sim::CallOptions options,
                            const Times& times) {
  const unsigned replica = target(leaders_.find(position_of_row(key), replicas), replicas, options.client);
  options.server = read_server_;
  options.needed = 1;
  options.largest_value = false;
  options.value = replica;
  sim::LegOptions leg{parts_.first + replicas[replica], times.service[0]};
  if (parts_.context.jitter.on()) leg.delays = times.delays[0];
  return parts_.context.world.rpc.call(options, leg);
}

sim::Served LeaderStore::serve_read(void* self, sim::Leg& leg, sim::CallRecord& call) {
  auto& store = *static_cast<LeaderStore*>(self);
  const auto replica = static_cast<unsigned>(leg.value & (forwarded_bit - 1));
  Leaders::Range* range = store.leaders_.find(position_of_row(call.argument));
  switch (store.leaders_.standing(range, replica)) {
    [[likely]] case Leaders::Standing::leads:
      store.leaders_.note_served(range, replica);
      leg.value = store.parts_.versions.version_at(call.argument, replica);
      return sim::Served::reply;
    case Leaders::Standing::lease_is_over:
      ++store.counts_.refused_by_lease;
      return sim::Served::refuse;
    case Leaders::Standing::follows:
      break;
  }
  const auto leader = store.next_for(range, replica, (leg.value & forwarded_bit) != 0);
  if (!leader) return sim::Served::refuse;
  const HashRing::Replicas replicas = store.parts_.ring.replicas_at(position_of_row(call.argument));
  const sim::CallOptions options{.client = leg.header.machine,
                                 .step = leg.header.step,
                                 .server = store.read_server_,
                                 .cpu_share = call.cpu_share,
                                 .request_bytes = leg.request_bytes,
                                 .reply_bytes = leg.reply_bytes,
                                 .timeout = store.parts_.context.timeout(),
                                 .argument = call.argument,
                                 .value = *leader | forwarded_bit};
  sim::spawn(leg.header.machine,
             store.forward_read(options, {store.parts_.first + replicas[*leader], leg.service},
                                sim::ReplyTo(store.parts_.context.world.rpc, sim::arena.handle_of(&leg.header))));
  return sim::Served::deferred;
}

sim::Task<void> LeaderStore::forward_read(sim::CallOptions options, sim::LegOptions leg, sim::ReplyTo done) {
  const sim::Reply reply = co_await parts_.context.world.rpc.call(options, leg);
  reply.outcome == sim::Outcome::ok ? done.ok(reply.value) : done.refuse();
}

void LeaderStore::prefetch_row(void* self, const sim::CallRecord& call) {
  static_cast<LeaderStore*>(self)->parts_.versions.prefetch(call.argument);
}

void LeaderStore::begin_measuring() {
  counts_ = {};
  leaders_.begin_measuring();
  catch_up_.begin_measuring();
}

std::uint64_t LeaderStore::leaderless() const {
  const auto& stored = leaders_.stored();
  return static_cast<std::uint64_t>(std::count_if(
      stored.begin(), stored.end(), [](const auto& entry) { return entry.second.without_leader.has_value(); }));
}

spec::LeadershipSummary LeaderStore::summary(const std::string& name) const {
  const Leaders::Counts counts = leaders_.counts();
  return {.name = name,
          .ranges = leaders_.ranges(),
          .elections = counts.elections,
          .elections_failed = counts.elections_failed,
          .transfers = counts.transfers,
          .term_max = counts.term_max,
          .without_leader = sim::to_seconds(counts.without_leader),
          .without_leader_max = sim::to_seconds(counts.without_leader_max),
          .ranges_elsewhere = leaders_.stored().size(),
          .forwarded = counts_.forwarded,
          .refused_no_leader = counts_.refused_no_leader,
          .refused_no_majority = counts_.refused_no_majority,
          .refused_by_lease = counts_.refused_by_lease,
          .caught_up_rows = catch_up_.rows_sent(),
          .overlaps = counts.overlaps};
}

}  // namespace chatsim::models
