#include "models/store/store.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "models/service/tier_options.hpp"
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
      tier_(context.world.fleet.add_tier(tier_options(name + "_store", store, spec::machines_at_most(store)))),
      first_(context.world.fleet.first(tier_)),
      number_(number),
      ring_(ring_of(static_cast<std::uint32_t>(store.machines))),
      homes_(ring_.homes()),
      versions_(static_cast<std::uint32_t>(store.replication)),
      mixtures_(is_mixture(store.read_time) || is_mixture(store.write_time)),
      read_legs_(static_cast<std::uint32_t>(store.read_from == spec::ReadFrom::all ? store.replication
                                                                                   : store.read_quorum)),
      hedging_(!store.hedge.on() ? std::uint8_t{0}
                                 : context.world.rpc.add_hedging({.after = sim::to_duration(store.hedge.after),
                                                                  .tied = store.hedge.tied == spec::Switch::on,
                                                                  .most = store.hedge.most.value()})),
      read_time_(store.read_time),
      write_time_(store.write_time),
      write_server_(context.world.rpc.add_server(serve_write, this, prefetch_row, write_unserved)),
      update_server_(write_server_),
      read_server_(context.world.rpc.add_server(serve_read, this, prefetch_row)),
      fill_(context, store, number, ring_),
      disks_matter_(fill_.counts()),
      repair_(context, store, {ring_, versions_, ages_, first_, write_time_, number}),
      anti_entropy_(context, store,
                    {ring_, versions_, ages_, first_, [this] { return repair_.hints_open() > 0; },
                     [this](std::uint64_t key) { decide_losses(key); }}),
      holders_owed_(static_cast<std::uint32_t>(store.write_quorum)) {
  // Otherwise only lost data makes a read stale.
  if (store.read_quorum + store.write_quorum <= store.replication || repair_.sloppy()) versions_.follow_writes();
  if (store.compaction.policy != spec::CompactionPolicy::none) {
    compaction_ = std::make_unique<Compaction>(context, store, tier_, number, ring_);
    disks_matter_ = true;
  }
  // Where disks fill, a row that is new has to be told from one that is there already.
  if (fill_.counts()) update_server_ = context.world.rpc.add_server(serve_write, this, prefetch_row, write_unserved);
  if (store.growth.machines != 0) allow_changes();
  if (homes_ != nullptr && store.regions.copies > 0) {
    copies_ = std::make_unique<RegionCopies>(
        context, *homes_, store, RegionCopies::Options{.number = number, .first = first_, .write_time = write_time_});
  }
  if (store.consistency == spec::Consistency::quorum) return;
  const auto has_data = [this](std::uint32_t machine) { return rebalancing_ == nullptr || rebalancing_->serves(machine); };
  leaders_ =
      std::make_unique<LeaderStore>(LeaderStore::Parts{
          context, ring_, versions_, store, first_, number, has_data,
          [this](std::uint64_t row) { return new_version(row, ring_.replication()); }});
  read_legs_ = 1;
  holders_owed_ = leaders_->majority();
}

void Store::reconfigure() {
  mixtures_ = is_mixture(spec_.read_time) || is_mixture(spec_.write_time);
  read_time_ = sim::Sampler(spec_.read_time);
  write_time_ = sim::Sampler(spec_.write_time);
  repair_.reconfigure();
  if (leaders_ != nullptr) leaders_->reconfigure();
  context_.world.rpc.resize(tier_, capacity_of(spec_));
}

RowPlacement Store::ring_of(std::uint32_t machines) const {
  const auto domain_of_machine = [this](std::uint32_t machine) {
    return domain_of(context_.world.fleet.domain(first_ + machine), spec_.spread);
  };
  if (!context_.regions.one() && spec_.regions.rows == spec::RowRegions::home) {
    return Homes(context_, spec_, number_, first_);
  }
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
  rebalancing_ = std::make_unique<Rebalancing>(
      context_, ring_, versions_,
      Rebalancing::Options{.first = first_,
                           .machines = static_cast<std::uint32_t>(spec_.machines),
                           .growth = spec_.growth,
                           .kept = table_workload(context_.scenario, number_).kept,
                           .row = spec_.row,
                           .ring_of = [this](std::uint32_t machines) { return ring_of(machines); },
                           .rebuilt =
                               [this] {
                                 if (leaders_ != nullptr) leaders_->data_changed();
                               }});
}

std::uint64_t Store::begin_write(sim::MachineIndex coordinator, const Shard& shard, const WriteOptions& options) {
  counts_.rows_written += options.rows;
  if (options.change == Change::insert) counts_.rows_inserted += options.rows;
  if (copies_) [[unlikely]] {
    const std::uint32_t region = copies_->region_for(coordinator, shard.key, RegionCopies::Use::write);
    if (region != Homes::region_of(shard.key)) return elsewhere | region;
  }
  // A leader gives out versions in the order in which it takes writes.
  if (leaders_ != nullptr) [[unlikely]] return 0;
  return new_version(shard.key, ring_.replication() + shard.joining);
}

std::uint64_t Store::new_version(std::uint64_t row, std::uint32_t holders) {
  if (!losses_.empty()) [[unlikely]] decide_losses(row);
  const std::uint64_t version = versions_.begin_write(row, holders);
  if (const sim::Time now = context_.world.scheduler.now(); now >= ages_.due()) [[unlikely]] ages_.note(version, now);
  return version;
}

sim::CallOptions Store::write_options(sim::MachineIndex coordinator, const Shard& shard, const WriteOptions& options,
                                      std::uint64_t version, const Hops& hops) const {
  return {.client = coordinator,
          .step = static_cast<std::uint8_t>(options.step),
          .server = options.change == Change::insert ? write_server_ : update_server_,
          .needed = static_cast<std::uint8_t>(static_cast<std::uint32_t>(spec_.write_quorum) + shard.joining),
          .cpu_share = static_cast<float>(spec_.cpu_share.value()),
          .request_bytes = context_.bytes(static_cast<double>(options.rows) * spec_.row),
          .reply_bytes = context_.bytes(spec::Bytes{0}),
          .timeout = context_.timeout(options.deadline),
          .argument = shard.key,
          .value = version,
          .trace = hops.trace(),
          .next = options.next};
}

Store::Write Store::put(sim::MachineIndex coordinator, const Shard& shard, const WriteOptions& options, Hops& hops) {
  const Times times = draw_times(write_time_, ring_.replication() + shard.joining, hops);
  const std::uint64_t version = begin_write(coordinator, shard, options);
  return Write(*this, shard, version, write_options(coordinator, shard, options, version, hops), times);
}

sim::Call Store::write(sim::MachineIndex coordinator, const Shard& shard, const WriteOptions& options, Hops& hops) {
  const Times times = draw_times(write_time_, ring_.replication() + shard.joining, hops);
  const std::uint64_t version = begin_write(coordinator, shard, options);
  return write_call(shard, write_options(coordinator, shard, options, version, hops), times);
}

sim::CallOptions Store::read_options(sim::MachineIndex coordinator, const Shard& shard, std::uint32_t rows,
                                     Step step, const Hops& hops) const {
  return {.client = coordinator,
          .step = static_cast<std::uint8_t>(step),
          .server = read_server_,
          .needed = static_cast<std::uint8_t>(spec_.read_quorum),
          .cpu_share = static_cast<float>(spec_.cpu_share.value()),
          .request_bytes = context_.bytes(spec::Bytes{0}),
          .reply_bytes = context_.bytes(static_cast<double>(rows) * spec_.row),
          .timeout = context_.timeout(),
          .argument = shard.key,
          .trace = hops.trace(),
          .largest_value = true};
}

Store::Read Store::get(sim::MachineIndex coordinator, const Shard& shard, std::uint32_t rows, Step step, Hops& hops,
                       sim::Duration scan) {
  counts_.rows_read += rows;
  Times times = draw_times(read_time_, read_times(), hops);
  if (scan != sim::Duration{}) [[unlikely]] {
    for (unsigned i = 0; i < read_times(); ++i) times.service[i] += scan;
  }
  return Read(*this, shard, rows, read_options(coordinator, shard, rows, step, hops), times);
}

sim::Call Store::fetch(sim::MachineIndex coordinator, const Shard& shard, Step step, Hops& hops) {
  ++counts_.rows_read;
  const Times times = draw_times(read_time_, read_times(), hops);
  sim::CallOptions options = read_options(coordinator, shard, 1, step, hops);
  options.largest_value = false;
  return read_call(shard, options, times);
}

/// One for each leg. Two share the random bits of a hop, unless a mixture needs more of them.
Store::Times Store::draw_times(const sim::Sampler& sampler, std::uint32_t legs, Hops& hops) const {
  Times times;
  for (unsigned i = 0; i < legs; ++i) {
    const sim::Draw draw = hops.next();
    times.service[i] = sampler.sample(draw);
    if (mixtures_ || i + 1 == legs) continue;
    times.service[++i] = sampler.sample(draw.bits64(1), 0);
  }
  if (context_.jitter.on()) [[unlikely]] {
    for (unsigned i = 0; i < legs; ++i) times.delays[i] = hops.delays(context_.jitter);
  }
  return times;
}

sim::Call Store::write_call(const Shard& shard, const sim::CallOptions& options, const Times& times) {
  if ((options.value & elsewhere) != 0) [[unlikely]] return write_elsewhere(shard, options, times);
  if (leaders_ != nullptr) [[unlikely]] return leaders_->write(shard.key, shard.replicas, options, times);
  std::array<sim::LegOptions, HashRing::most_replicas> legs;
  const std::uint32_t holders = ring_.replication() + shard.joining;
  for (unsigned i = 0; i < holders; ++i) legs[i] = {first_ + shard.replicas[i], times.service[i]};
  if (context_.jitter.on()) [[unlikely]] {
    for (unsigned i = 0; i < holders; ++i) legs[i].delays = times.delays[i];
  }
  if (slower_writes_ != 0) [[unlikely]] {
    for (unsigned i = 0; i < holders; ++i) {
      legs[i].service += sim::to_duration(slower_writes_ * sim::to_seconds(times.service[i]));
    }
  }
  if (compaction_ != nullptr) [[unlikely]] compaction_->delay(legs.data(), holders, shard.key);
  if (repair_.sloppy()) [[unlikely]] repair_.send_elsewhere(options.client, shard.key, legs.data());
  return context_.world.rpc.call(options, legs.data(), holders);
}

/// Where a read does not ask all replicas, it asks those that are up, beginning with another one for each row; it does not
/// ask those that have lost their data. The legs' value is four bits for each of them: which replica it is.
sim::Call Store::read_call(const Shard& shard, sim::CallOptions options, const Times& times, Asked* asked) {
  if (leaders_ != nullptr) [[unlikely]] return leaders_->read(shard.key, shard.replicas, options, times);
  if (copies_) [[unlikely]] {
    const std::uint32_t region = copies_->region_for(options.client, shard.key, RegionCopies::Use::read);
    copies_->note_read(shard.key, region);
    if (region != Homes::region_of(shard.key)) return read_elsewhere(shard, region, options, times);
  }
  std::array<sim::LegOptions, HashRing::most_replicas> legs;
  unsigned count = 0, asked_so_far = 0;
  const auto ask = [&](std::uint32_t replica) {
    asked_so_far |= 1U << replica;
    options.value |= std::uint64_t{replica} << 4 * count;
    legs[count] = {first_ + shard.replicas[replica], times.service[count]};
    if (context_.jitter.on()) [[unlikely]] legs[count].delays = times.delays[count];
    ++count;
  };
  const std::uint32_t n = ring_.replication();
  if (read_legs_ == n && (rebalancing_ == nullptr || rebalancing_->all_serve())) {
    for (std::uint32_t i = 0; i < n; ++i) ask(i);
    if (asked != nullptr) *asked = {options.value, count};
  } else {
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
    if (asked != nullptr) *asked = {options.value, count};
    // In reserve: the next one that is likely to answer. Where there is none a read does without.
    for (std::uint32_t i = 0; hedging_ != 0 && i < n && count == read_legs_; ++i) {
      const std::uint32_t replica = (begin + i) % n;
      if ((asked_so_far >> replica & 1) != 0 || kind_of(replica) != best) continue;
      ask(replica);
      options.hedging = hedging_;
      options.reserve = 1;
    }
  }
  if (compaction_ != nullptr) [[unlikely]] compaction_->delay(legs.data(), count, shard.key);
  return context_.world.rpc.call(options, legs.data(), count);
}

/// The table of versions is about the home region: what another one has, its entries of what is to be copied say.
sim::Call Store::write_elsewhere(const Shard& shard, sim::CallOptions options, const Times& times) {
  const auto region = static_cast<std::uint32_t>(options.value & ~elsewhere);
  const HashRing::Replicas replicas = homes_->replicas_in(region, shard.key);
  options.server = copies_->write_server();
  std::array<sim::LegOptions, HashRing::most_replicas> legs;
  for (unsigned i = 0; i < ring_.replication(); ++i) legs[i] = {first_ + replicas[i], times.service[i]};
  return context_.world.rpc.call(options, legs.data(), ring_.replication());
}

sim::Call Store::read_elsewhere(const Shard& shard, std::uint32_t region, sim::CallOptions options, const Times& times) {
  const HashRing::Replicas replicas = homes_->replicas_in(region, shard.key);
  options.server = sim::Rpc::plain_server;
  options.value = VersionTable::agreed;  // How stale it may be has been counted.
  std::array<sim::LegOptions, HashRing::most_replicas> legs;
  for (unsigned i = 0; i < read_legs_; ++i) legs[i] = {first_ + replicas[i], times.service[i]};
  return context_.world.rpc.call(options, legs.data(), read_legs_);
}

sim::Served Store::serve_write(void* self, sim::Leg& leg, sim::CallRecord& call) {
  auto& store = *static_cast<Store*>(self);
  if (store.disks_matter_ && !store.take_on_disk(leg, call)) [[unlikely]] {
    write_unserved(self, leg, call);
    return sim::Served::refuse;
  }
  const unsigned replica = call.index_of(leg);
  if (store.repair_.sloppy()) [[unlikely]] {
    if (store.repair_.came_elsewhere(leg, call, replica)) return store.repair_.serve_elsewhere(leg, call, replica);
  }
  if (store.rebalancing_ == nullptr) {
    store.versions_.apply(call.argument, replica, leg.value);
  } else if (const auto holder = store.holder(leg, call.argument)) {
    store.versions_.apply(call.argument, *holder, leg.value);
  }
  if (store.copies_) [[unlikely]] store.copies_->served(leg, call);
  return sim::Served::reply;
}

/// \returns false if there is no room.
bool Store::take_on_disk(const sim::Leg& leg, const sim::CallRecord& call) {
  const std::uint32_t machine = leg.header.machine - first_;
  const double rows = (leg.request_bytes - context_.bytes(spec::Bytes{})) / spec_.row.value();
  const spec::Bytes size = std::round(rows) * fill_.row();
  const bool inserts = call.server == write_server_;
  if (fill_.counts() && !fill_.take(machine, inserts ? size : spec::Bytes{})) return false;
  if (compaction_ != nullptr) compaction_->written(machine, size);
  return true;
}

/// A replica will not hold what it was sent: it differs from the others until something mends that.
void Store::write_unserved(void* self, const sim::Leg& leg, sim::CallRecord& call) {
  auto& store = *static_cast<Store*>(self);
  store.anti_entropy_.missed();
  store.repair_.missed(leg, call);
}

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

void Store::begin_measuring() {
  counts_ = {};
  staleness_ = {};
  repair_.begin_measuring();
  anti_entropy_.begin_measuring();
  fill_.begin_measuring();
  if (compaction_ != nullptr) compaction_->begin_measuring();
  if (leaders_ != nullptr) leaders_->begin_measuring();
  if (copies_ != nullptr) copies_->begin_measuring();
}

spec::DiskFillSummary Store::disk_fill(sim::Duration measured) const {
  const double seconds = std::max(1e-9, sim::to_seconds(measured).value());
  return fill_.summary(name_, ring_, spec::PerSecond{static_cast<double>(counts_.rows_inserted) / seconds});
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
