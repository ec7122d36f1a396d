#include "models/store/store.hpp"

#include <array>

#include "models/store/failure_domain.hpp"
#include "scenarios/spec/workload.hpp"

namespace chatsim::models {

namespace {

bool is_mixture(const spec::Distribution& distribution) {
  return std::holds_alternative<spec::Distribution::Mixture>(distribution.form());
}

}  // namespace

Store::Store(Context& context, const std::string& name, const spec::Store& store, std::uint32_t number)
    : context_(context),
      name_(name),
      spec_(store),
      tier_(context.world.fleet.add_tier({.name = name + "_store",
                                          .machines = static_cast<std::uint32_t>(spec::machines_at_most(store)),
                                          .threads = static_cast<std::uint32_t>(store.threads),
                                          .cores = static_cast<std::uint32_t>(store.cores),
                                          .queue_limit = static_cast<std::uint32_t>(store.queue_limit)})),
      first_(context.world.fleet.first(tier_)),
      number_(number),
      ring_(ring_of(static_cast<std::uint32_t>(store.machines))),
      versions_(static_cast<std::uint32_t>(store.replication)),
      mixtures_(is_mixture(store.read_time) || is_mixture(store.write_time)),
      read_legs_(static_cast<std::uint32_t>(store.read_from == spec::ReadFrom::all ? store.replication
                                                                                   : store.read_quorum)),
      read_time_(store.read_time),
      write_time_(store.write_time),
      write_server_(context.world.rpc.add_server(serve_write, this, prefetch_row, write_unserved)),
      read_server_(context.world.rpc.add_server(serve_read, this, prefetch_row)) {
  if (store.growth.machines != 0) allow_changes();
}

RowPlacement Store::ring_of(std::uint32_t machines) const {
  const auto domain_of_machine = [this](std::uint32_t machine) {
    return domain_of(context_.world.fleet.domain(first_ + machine), spec_.spread);
  };
  const auto replication = static_cast<std::uint32_t>(spec_.replication);
  const auto stream = static_cast<std::uint32_t>(Stream::ring);
  if (spec_.placement.policy == spec::PlacementPolicy::copysets) {
    return Copysets({.machines = machines,
                     .replication = replication,
                     .scatter_width = static_cast<std::uint32_t>(spec_.placement.scatter_width),
                     .random = context_.random,
                     .stream = stream,
                     .store = number_},
                    domain_of_machine);
  }
  return HashRing({.machines = machines,
                   .virtual_nodes = static_cast<std::uint32_t>(spec_.virtual_nodes),
                   .replication = replication,
                   .random = context_.random,
                   .stream = stream,
                   .store = number_,
                   .load_bound = spec_.placement.load_bound},
                  domain_of_machine);
}

void Store::allow_changes() {
  if (rebalancing_ != nullptr) return;
  const spec::StorageWorkload workload = spec::storage_workload(context_.scenario);
  const spec::TableWorkload* tables[] = {&workload.message, &workload.conversation, &workload.group, &workload.profile};
  rebalancing_ = std::make_unique<Rebalancing>(
      context_, ring_, versions_,
      Rebalancing::Options{.first = first_,
                           .machines = static_cast<std::uint32_t>(spec_.machines),
                           .growth = spec_.growth,
                           .kept = tables[number_]->kept,
                           .row = spec_.row,
                           .ring_of = [this](std::uint32_t machines) { return ring_of(machines); }});
}

void Store::rebuild(std::uint32_t machine) {
  allow_changes();
  rebalancing_->rebuild(machine);
}

std::uint64_t Store::begin_write(const Shard& shard, const WriteOptions& options) {
  counts_.rows_written += options.rows;
  if (options.change == Change::insert) counts_.rows_inserted += options.rows;
  return versions_.begin_write(shard.key, ring_.replication() + shard.joining);
}

sim::CallOptions Store::write_options(sim::MachineIndex coordinator, const Shard& shard, const WriteOptions& options,
                                      std::uint64_t version) const {
  return {.client = coordinator,
          .step = static_cast<std::uint8_t>(options.step),
          .server = write_server_,
          .needed = static_cast<std::uint8_t>(static_cast<std::uint32_t>(spec_.write_quorum) + shard.joining),
          .cpu_share = static_cast<float>(spec_.cpu_share.value()),
          .request_bytes = context_.bytes(static_cast<double>(options.rows) * spec_.row),
          .reply_bytes = context_.bytes(spec::Bytes{0}),
          .timeout = context_.timeout(),
          .argument = shard.key,
          .value = version,
          .next = options.next};
}

Store::Write Store::put(sim::MachineIndex coordinator, const Shard& shard, const WriteOptions& options, Hops& hops) {
  const Times times = draw_times(write_time_, ring_.replication() + shard.joining, hops);
  const std::uint64_t version = begin_write(shard, options);
  return Write(*this, shard, version, write_options(coordinator, shard, options, version), times);
}

sim::Call Store::write(sim::MachineIndex coordinator, const Shard& shard, const WriteOptions& options, Hops& hops) {
  const Times times = draw_times(write_time_, ring_.replication() + shard.joining, hops);
  return write_call(shard, write_options(coordinator, shard, options, begin_write(shard, options)), times);
}

sim::CallOptions Store::read_options(sim::MachineIndex coordinator, const Shard& shard, std::uint32_t rows,
                                     Step step) const {
  return {.client = coordinator,
          .step = static_cast<std::uint8_t>(step),
          .server = read_server_,
          .needed = static_cast<std::uint8_t>(spec_.read_quorum),
          .cpu_share = static_cast<float>(spec_.cpu_share.value()),
          .request_bytes = context_.bytes(spec::Bytes{0}),
          .reply_bytes = context_.bytes(static_cast<double>(rows) * spec_.row),
          .timeout = context_.timeout(),
          .argument = shard.key,
          .largest_value = true};
}

Store::Read Store::get(sim::MachineIndex coordinator, const Shard& shard, std::uint32_t rows, Step step, Hops& hops) {
  counts_.rows_read += rows;
  const Times times = draw_times(read_time_, read_legs_, hops);
  return Read(*this, shard, rows, read_options(coordinator, shard, rows, step), times);
}

sim::Call Store::fetch(sim::MachineIndex coordinator, const Shard& shard, Step step, Hops& hops) {
  ++counts_.rows_read;
  const Times times = draw_times(read_time_, read_legs_, hops);
  sim::CallOptions options = read_options(coordinator, shard, 1, step);
  options.largest_value = false;
  return read_call(shard, options, times);
}

/// One for each leg. Two share the random bits of a hop, unless a mixture needs more of them.
Store::Times Store::draw_times(const sim::Sampler& sampler, std::uint32_t legs, Hops& hops) const {
  Times times;
  for (unsigned i = 0; i < legs; ++i) {
    const sim::Draw draw = hops.next();
    times[i] = sampler.sample(draw);
    if (mixtures_ || i + 1 == legs) continue;
    times[++i] = sampler.sample(draw.bits64(1), 0);
  }
  return times;
}

sim::Call Store::write_call(const Shard& shard, const sim::CallOptions& options, const Times& times) {
  std::array<sim::LegOptions, HashRing::most_replicas> legs;
  const std::uint32_t holders = ring_.replication() + shard.joining;
  for (unsigned i = 0; i < holders; ++i) legs[i] = {first_ + shard.replicas[i], times[i]};
  return context_.world.rpc.call(options, legs.data(), holders);
}

/// Where a read does not ask all replicas, it asks those that are up, beginning with another one for each row; it does not
/// ask those that have lost their data. The legs' value is four bits for each of them: which replica it is.
sim::Call Store::read_call(const Shard& shard, sim::CallOptions options, const Times& times) {
  std::array<sim::LegOptions, HashRing::most_replicas> legs;
  unsigned count = 0;
  const auto ask = [&](std::uint32_t replica) {
    options.value |= std::uint64_t{replica} << 4 * count;
    legs[count] = {first_ + shard.replicas[replica], times[count]};
    ++count;
  };
  const std::uint32_t n = ring_.replication();
  if (read_legs_ == n && (rebalancing_ == nullptr || rebalancing_->all_serve())) {
    for (std::uint32_t i = 0; i < n; ++i) ask(i);
    return context_.world.rpc.call(options, legs.data(), count);
  }
  // Where too few are left the caller learns so from those that are asked all the same.
  enum Kind { best, down, empty };
  const auto kind_of = [&](std::uint32_t replica) {
    if (rebalancing_ != nullptr && !rebalancing_->serves(shard.replicas[replica])) return empty;
    return context_.membership.believes_up(options.client, first_ + shard.replicas[replica]) ? best : down;
  };
  const auto begin = read_legs_ < n ? static_cast<std::uint32_t>(spread(~shard.key) % n) : 0;
  for (const Kind kind : {best, down, empty}) {
    const std::uint32_t most = kind == empty ? options.needed : read_legs_;
    for (std::uint32_t i = 0; i < n && count < most; ++i) {
      if (const std::uint32_t replica = (begin + i) % n; kind_of(replica) == kind) ask(replica);
    }
  }
  return context_.world.rpc.call(options, legs.data(), count);
}

sim::Served Store::serve_write(void* self, sim::Leg& leg, sim::CallRecord& call) {
  auto& store = *static_cast<Store*>(self);
  if (store.rebalancing_ == nullptr) {
    store.versions_.apply(call.argument, call.index_of(leg), leg.value);
  } else if (const auto holder = store.holder(leg, call.argument)) {
    store.versions_.apply(call.argument, *holder, leg.value);
  }
  return sim::Served::reply;
}

/// A replica will not hold what it was sent: it differs from the others until something mends that.
void Store::write_unserved(void* self, const sim::Leg&, sim::CallRecord&) { ++static_cast<Store*>(self)->counts_.missed; }

sim::Served Store::serve_read(void* self, sim::Leg& leg, sim::CallRecord& call) {
  const auto& store = *static_cast<Store*>(self);
  auto replica = static_cast<std::uint32_t>(leg.value >> 4 * call.index_of(leg) & 15);
  if (store.rebalancing_ != nullptr) [[unlikely]] {
    const auto holder = store.holder(leg, call.argument);
    if (!holder || !store.rebalancing_->serves(leg.header.machine - store.first_)) return sim::Served::refuse;
    replica = *holder;
  }
  leg.value = store.versions_.version_at(call.argument, replica);
  return sim::Served::reply;
}

void Store::prefetch_row(void* self, const sim::CallRecord& call) {
  static_cast<Store*>(self)->versions_.prefetch(call.argument);
}

void Store::written(std::uint64_t key, std::uint64_t version) {
  if (versions_.commit(key, version) < static_cast<std::uint32_t>(spec_.write_quorum)) ++counts_.lost;
}

void Store::read(std::uint64_t owed, std::uint64_t got, std::uint32_t rows) {
  if (got < owed) counts_.stale_reads += rows;
}

spec::StorageSummary Store::summary(sim::Duration measured) const {
  const double seconds = sim::to_seconds(measured).value();
  spec::StorageSummary summary{.name = name_};
  if (seconds <= 0) return summary;
  summary.rows_per_s = static_cast<double>(counts_.rows_written) / seconds;
  summary.inserts_per_s = static_cast<double>(counts_.rows_inserted) / seconds;
  summary.bytes_per_s = summary.rows_per_s * spec_.row.value();
  summary.reads_per_s = static_cast<double>(counts_.rows_read) / seconds;
  return summary;
}

}  // namespace chatsim::models
