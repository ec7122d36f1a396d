#include "models/store/store.hpp"

#include <array>

namespace chatsim::models {

namespace {

std::uint32_t domain_of(const sim::FailureDomains& domains, spec::FailureDomain level) {
  switch (level) {
    case spec::FailureDomain::host:
      return domains.host;
    case spec::FailureDomain::rack:
      return domains.rack;
    case spec::FailureDomain::pod:
      return domains.pod;
    case spec::FailureDomain::datacenter:
      return domains.datacenter;
  }
  CHATSIM_CHECK(false, "failure domain {}", static_cast<int>(level));
}

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
      read_time_(store.read_time),
      write_time_(store.write_time),
      write_server_(context.world.rpc.add_server(serve_write, this, prefetch_row)),
      read_server_(context.world.rpc.add_server(serve_read, this, prefetch_row)) {}

Store::Shard Store::shard(std::uint64_t key) const { return {key, ring_.replicas(key)}; }

Store::Write Store::put(sim::MachineIndex coordinator, const Shard& shard, Step step, Hops& hops, const void* next) {
  ++counts_.rows_written;
  versions_.prefetch(shard.key);
  const Times times = draw_times(write_time_, hops);
  const std::uint64_t version = versions_.begin_write(shard.key);
  return Write(*this, shard, version,
               {.client = coordinator,
                .step = static_cast<std::uint8_t>(step),
                .server = write_server_,
                .needed = static_cast<std::uint8_t>(spec_.write_quorum),
                .cpu_share = static_cast<float>(spec_.cpu_share.value()),
                .request_bytes = context_.bytes(spec_.row),
                .reply_bytes = context_.bytes(spec::Bytes{0}),
                .timeout = context_.timeout(),
                .argument = shard.key,
                .value = version,
                .next = next},
               times);
}

Store::Read Store::get(sim::MachineIndex coordinator, const Shard& shard, std::uint32_t rows, Step step, Hops& hops) {
  counts_.rows_read += rows;
  const Times times = draw_times(read_time_, hops);
  return Read(*this, shard, rows,
              {.client = coordinator,
               .step = static_cast<std::uint8_t>(step),
               .server = read_server_,
               .needed = static_cast<std::uint8_t>(spec_.read_quorum),
               .cpu_share = static_cast<float>(spec_.cpu_share.value()),
               .request_bytes = context_.bytes(spec::Bytes{0}),
               .reply_bytes = context_.bytes(static_cast<double>(rows) * spec_.row),
               .timeout = context_.timeout(),
               .argument = shard.key,
               .largest_value = true},
              times);
}

/// One for each replica. Two replicas share the random bits of a hop, unless a mixture needs more of them.
Store::Times Store::draw_times(const sim::Sampler& sampler, Hops& hops) const {
  Times times;
  for (unsigned i = 0; i < ring_.replication(); ++i) {
    const sim::Draw draw = hops.next();
    times[i] = sampler.sample(draw);
    if (mixtures_ || i + 1 == ring_.replication()) continue;
    times[++i] = sampler.sample(draw.bits64(1), 0);
  }
  return times;
}

sim::Call Store::call(const Shard& shard, const sim::CallOptions& options, const Times& times) {
  std::array<sim::LegOptions, sim::Rpc::most_legs> legs;
  for (unsigned i = 0; i < ring_.replication(); ++i) legs[i] = {first_ + shard.replicas[i], times[i]};
  return context_.world.rpc.call(options, legs.data(), ring_.replication());
}

sim::Served Store::serve_write(void* self, sim::Leg& leg, sim::CallRecord& call) {
  static_cast<Store*>(self)->versions_.apply(call.argument, call.index_of(leg), leg.value);
  return sim::Served::reply;
}

sim::Served Store::serve_read(void* self, sim::Leg& leg, sim::CallRecord& call) {
  leg.value = static_cast<Store*>(self)->versions_.version_at(call.argument, call.index_of(leg));
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
  summary.bytes_per_s = summary.rows_per_s * spec_.row.value();
  summary.reads_per_s = static_cast<double>(counts_.rows_read) / seconds;
  return summary;
}

}  // namespace chatsim::models
