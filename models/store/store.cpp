#include "models/store/store.hpp"

#include <array>

#include "models/store/failure_domain.hpp"

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
                                          .machines = static_cast<std::uint32_t>(store.machines),
                                          .threads = static_cast<std::uint32_t>(store.threads),
                                          .cores = static_cast<std::uint32_t>(store.cores),
                                          .queue_limit = static_cast<std::uint32_t>(store.queue_limit)})),
      first_(context.world.fleet.first(tier_)),
      ring_({.machines = static_cast<std::uint32_t>(store.machines),
             .virtual_nodes = static_cast<std::uint32_t>(store.virtual_nodes),
             .replication = static_cast<std::uint32_t>(store.replication),
             .random = context.random,
             .stream = static_cast<std::uint32_t>(Stream::ring),
             .store = number},
            [&](std::uint32_t machine) { return domain_of(context.world.fleet.domain(first_ + machine), store.spread); }),
      versions_(static_cast<std::uint32_t>(store.replication)),
      mixtures_(is_mixture(store.read_time) || is_mixture(store.write_time)),
      read_legs_(static_cast<std::uint32_t>(store.read_from == spec::ReadFrom::all ? store.replication
                                                                                   : store.read_quorum)),
      read_time_(store.read_time),
      write_time_(store.write_time),
      write_server_(context.world.rpc.add_server(serve_write, this, prefetch_row, write_unserved)),
      read_server_(context.world.rpc.add_server(serve_read, this, prefetch_row)) {
  if (context.regions.one() || store.regions.rows != spec::RowRegions::home) return;
  homes_ = std::make_unique<Homes>(context, store, number, first_);
  if (store.regions.copies == 0) return;
  copies_ = std::make_unique<RegionCopies>(
      context, *homes_, store,
      RegionCopies::Options{.number = number, .first = first_, .write_time = write_time_});
}

std::uint64_t Store::begin_write(sim::MachineIndex coordinator, const Shard& shard, const WriteOptions& options) {
  counts_.rows_written += options.rows;
  if (options.change == Change::insert) counts_.rows_inserted += options.rows;
  if (copies_) [[unlikely]] {
    const std::uint32_t region = copies_->region_for(coordinator, shard.key, RegionCopies::Use::write);
    if (region != Homes::region_of(shard.key)) return elsewhere | region;
  }
  return versions_.begin_write(shard.key);
}

sim::CallOptions Store::write_options(sim::MachineIndex coordinator, const Shard& shard, const WriteOptions& options,
                                      std::uint64_t version) const {
  return {.client = coordinator,
          .step = static_cast<std::uint8_t>(options.step),
          .server = write_server_,
          .needed = static_cast<std::uint8_t>(spec_.write_quorum),
          .cpu_share = static_cast<float>(spec_.cpu_share.value()),
          .request_bytes = context_.bytes(static_cast<double>(options.rows) * spec_.row),
          .reply_bytes = context_.bytes(spec::Bytes{0}),
          .timeout = context_.timeout(),
          .argument = shard.key,
          .value = version,
          .next = options.next};
}

Store::Write Store::put(sim::MachineIndex coordinator, const Shard& shard, const WriteOptions& options, Hops& hops) {
  const Times times = draw_times(write_time_, ring_.replication(), hops);
  const std::uint64_t version = begin_write(coordinator, shard, options);
  return Write(*this, shard, version, write_options(coordinator, shard, options, version), times);
}

sim::Call Store::write(sim::MachineIndex coordinator, const Shard& shard, const WriteOptions& options, Hops& hops) {
  const Times times = draw_times(write_time_, ring_.replication(), hops);
  return write_call(shard, write_options(coordinator, shard, options, begin_write(coordinator, shard, options)), times);
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
  if ((options.value & elsewhere) != 0) [[unlikely]] return write_elsewhere(shard, options, times);
  std::array<sim::LegOptions, HashRing::most_replicas> legs;
  for (unsigned i = 0; i < ring_.replication(); ++i) legs[i] = {first_ + shard.replicas[i], times[i]};
  return context_.world.rpc.call(options, legs.data(), ring_.replication());
}

/// Where a read does not ask all replicas, it asks those that are up, beginning with another one for each row. The legs'
/// value is four bits for each of them: which replica it is.
sim::Call Store::read_call(const Shard& shard, sim::CallOptions options, const Times& times) {
  if (copies_) [[unlikely]] {
    const std::uint32_t region = copies_->region_for(options.client, shard.key, RegionCopies::Use::read);
    copies_->note_read(shard.key, region);
    if (region != Homes::region_of(shard.key)) return read_elsewhere(shard, region, options, times);
  }
  std::array<sim::LegOptions, HashRing::most_replicas> legs;
  unsigned count = 0;
  const auto ask = [&](std::uint32_t replica) {
    options.value |= std::uint64_t{replica} << 4 * count;
    legs[count] = {first_ + shard.replicas[replica], times[count]};
    ++count;
  };
  const std::uint32_t n = ring_.replication();
  const auto begin = read_legs_ < n ? static_cast<std::uint32_t>(spread(~shard.key) % n) : 0;
  const auto up = [&](std::uint32_t replica) {
    return context_.membership.believes_up(options.client, first_ + shard.replicas[replica]);
  };
  if (read_legs_ < n) {
    for (std::uint32_t i = 0; i < n && count < read_legs_; ++i) {
      if (up((begin + i) % n)) ask((begin + i) % n);
    }
    // Too few are up: the caller learns so from those that are not.
    for (std::uint32_t i = 0; i < n && count < read_legs_; ++i) {
      if (!up((begin + i) % n)) ask((begin + i) % n);
    }
  } else {
    for (std::uint32_t i = 0; i < n; ++i) ask(i);
  }
  return context_.world.rpc.call(options, legs.data(), count);
}

/// The table of versions is about the home region: what another one has, its entries of what is to be copied say.
sim::Call Store::write_elsewhere(const Shard& shard, sim::CallOptions options, const Times& times) {
  const auto region = static_cast<std::uint32_t>(options.value & ~elsewhere);
  const HashRing::Replicas replicas = homes_->replicas_in(region, shard.key);
  options.server = copies_->write_server();
  std::array<sim::LegOptions, HashRing::most_replicas> legs;
  for (unsigned i = 0; i < ring_.replication(); ++i) legs[i] = {first_ + replicas[i], times[i]};
  return context_.world.rpc.call(options, legs.data(), ring_.replication());
}

sim::Call Store::read_elsewhere(const Shard& shard, std::uint32_t region, sim::CallOptions options, const Times& times) {
  const HashRing::Replicas replicas = homes_->replicas_in(region, shard.key);
  options.server = sim::Rpc::plain_server;
  options.value = VersionTable::agreed;  // How stale it may be has been counted.
  std::array<sim::LegOptions, HashRing::most_replicas> legs;
  for (unsigned i = 0; i < read_legs_; ++i) legs[i] = {first_ + replicas[i], times[i]};
  return context_.world.rpc.call(options, legs.data(), read_legs_);
}

sim::Served Store::serve_write(void* self, sim::Leg& leg, sim::CallRecord& call) {
  auto& store = *static_cast<Store*>(self);
  store.versions_.apply(call.argument, call.index_of(leg), leg.value);
  if (store.copies_) [[unlikely]] store.copies_->served(leg, call);
  return sim::Served::reply;
}

/// A replica will not hold what it was sent: it differs from the others until something mends that.
void Store::write_unserved(void* self, const sim::Leg&, sim::CallRecord&) { ++static_cast<Store*>(self)->counts_.missed; }

sim::Served Store::serve_read(void* self, sim::Leg& leg, sim::CallRecord& call) {
  const auto replica = static_cast<std::uint32_t>(leg.value >> 4 * call.index_of(leg) & 15);
  leg.value = static_cast<Store*>(self)->versions_.version_at(call.argument, replica);
  return sim::Served::reply;
}

void Store::prefetch_row(void* self, const sim::CallRecord& call) {
  static_cast<Store*>(self)->versions_.prefetch(call.argument);
}

void Store::written(std::uint64_t key, std::uint64_t version) {
  if ((version & elsewhere) != 0) [[unlikely]] return;
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
