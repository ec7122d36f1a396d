#include "models/store/region_copies.hpp"

#include <algorithm>

namespace chatsim::models {

namespace {

/// Of a leg's value: its replica has served the write.
constexpr std::uint64_t served_mark = std::uint64_t{1} << 63;

// A backlog goes out in batches of so many writes, so many at a time from one machine.
constexpr std::size_t most_in_batch = 1000;
constexpr std::uint32_t most_under_way = 8;
/// Writes of one batch that are under way in the other region at a time.
constexpr std::uint32_t writes_at_once = 64;
/// After a batch that failed, and as long as nobody is there to take one.
constexpr sim::Duration pause_after_failure{500'000'000};

}  // namespace

/// Entries on their way; those that were not applied are given back, also by a machine that dies with them.
class RegionCopies::Batch {
 public:
  Batch(RegionCopies& owner, std::uint32_t of_queue, std::vector<EntryRef> what)
      : entries(std::move(what)), owner_(&owner), queue_(of_queue) {
    ++owner.queues_[queue_].under_way;
  }
  Batch(Batch&& other) noexcept
      : entries(std::move(other.entries)), owner_(std::exchange(other.owner_, nullptr)), queue_(other.queue_) {}
  Batch& operator=(Batch&&) = delete;
  ~Batch() {
    if (owner_ == nullptr) return;
    --owner_->queues_[queue_].under_way;
    owner_->give_back(queue_, entries);
  }

  std::vector<EntryRef> entries;

 private:
  RegionCopies* owner_;
  std::uint32_t queue_;
};

RegionCopies::RegionCopies(Context& context, const Homes& homes, const spec::Store& store, const Options& options)
    : context_(context),
      homes_(homes),
      spec_(store),
      number_(options.number),
      first_(options.first),
      write_time_(options.write_time),
      copies_(static_cast<std::uint32_t>(store.regions.copies)),
      fails_over_(store.regions.failover == spec::Failover::on),
      overhead_(context.bytes(spec::Bytes{0})),
      write_server_(context.world.rpc.add_server(serve_elsewhere, this)),
      copy_server_(context.world.rpc.add_server(serve_copy, this)),
      queues_(static_cast<std::size_t>(store.machines) * homes.regions()) {}

// Writes that are committed.

void RegionCopies::served(sim::Leg& leg, sim::CallRecord& call) {
  leg.value |= served_mark;
  std::uint32_t replicas = 0;
  for (unsigned i = 0; i < call.legs; ++i) replicas += (call.leg(i)->value & served_mark) != 0;
  if (replicas == static_cast<std::uint32_t>(spec_.write_quorum)) {
    committed(call.argument, leg.header.machine, leg.request_bytes - overhead_);
  }
}

sim::Served RegionCopies::serve_elsewhere(void* self, sim::Leg& leg, sim::CallRecord& call) {
  static_cast<RegionCopies*>(self)->served(leg, call);
  return sim::Served::reply;
}

void RegionCopies::committed(std::uint64_t row, sim::MachineIndex machine, std::uint32_t bytes) {
  const std::uint32_t here = context_.regions.of(machine), home = Homes::region_of(row);
  ++writes_;
  for (std::uint32_t i = 0; i <= copies_; ++i) {
    const std::uint32_t region = (home + i) % homes_.regions();
    if (region != here) add(row, writes_, machine, region, bytes);
  }
}

void RegionCopies::add(std::uint64_t row, std::uint64_t write, sim::MachineIndex machine, std::uint32_t to,
                       std::uint32_t bytes) {
  if (free_.empty()) {
    free_.push_back(static_cast<std::uint32_t>(entries_.size()));
    entries_.push_back({});
  }
  const std::uint32_t index = free_.back();
  free_.pop_back();
  Entry& entry = entries_[index];
  entry = {.row = row,
           .write = write,
           .committed = context_.world.scheduler.now(),
           .bytes = bytes,
           .generation = entry.generation,
           .from = static_cast<std::uint8_t>(context_.regions.of(machine)),
           .to = static_cast<std::uint8_t>(to),
           .replicas = 0,
           .open = true};
  counts_.waiting_max = std::max(counts_.waiting_max, ++open_);
  const std::uint64_t key = lack_key(row, to);
  if (Lack* lack = lacks_.find(key)) {
    ++lack->writes;
  } else {
    lacks_.insert({key, 1}, [](const Lack&) { return true; });
  }
  const std::uint32_t queue = queue_of(machine - first_, to);
  queues_[queue].waiting.push_back({index, entry.generation});
  if (!std::exchange(queues_[queue].pumped, true)) sim::spawn(sim::no_machine, pump(queue));
}

void RegionCopies::close(Entry& entry) {
  Lack* lack = lacks_.find(lack_key(entry.row, entry.to));
  if (lack != nullptr && --lack->writes == 0) lacks_.erase(lack);
  entry.open = false;
  ++entry.generation;
  free_.push_back(static_cast<std::uint32_t>(&entry - entries_.data()));
  --open_;
}

// Batches.

/// For as long as there is something to send.
sim::Task<void> RegionCopies::pump(std::uint32_t queue) {
  while (!queues_[queue].waiting.empty()) {
    co_await sim::sleep(context_.world.scheduler, sim::to_duration(spec_.regions.copy_every));
    send_some(queue);
    if (!queues_[queue].waiting.empty()) co_await sim::sleep(context_.world.scheduler, pause_after_failure / 10);
  }
  queues_[queue].pumped = false;
}

void RegionCopies::send_some(std::uint32_t number) {
  const std::uint32_t noted_by = number / homes_.regions(), to = number % homes_.regions();
  const std::uint32_t from = context_.regions.of(first_ + noted_by);
  const auto self = someone_up(from, noted_by, sim::no_machine);
  if (!self) return;
  const auto turn = static_cast<std::uint32_t>(++batches_ % static_cast<std::uint64_t>(spec_.machines));
  const auto relay = someone_up(to, turn, *self);
  if (!relay) return;
  while (!queues_[number].waiting.empty() && queues_[number].under_way < most_under_way) {
    std::vector<EntryRef>& waiting = queues_[number].waiting;
    std::vector<EntryRef> some;
    const std::size_t count = std::min(waiting.size(), most_in_batch);
    std::copy_if(waiting.begin(), waiting.begin() + static_cast<std::ptrdiff_t>(count), std::back_inserter(some),
                 [&](EntryRef ref) { return is_open(ref); });
    waiting.erase(waiting.begin(), waiting.begin() + static_cast<std::ptrdiff_t>(count));
    if (!some.empty()) sim::spawn(*self, send(*self, *relay, Batch(*this, number, std::move(some))));
  }
}

sim::Task<void> RegionCopies::send(sim::MachineIndex self, sim::MachineIndex relay, Batch batch) {
  std::uint64_t rows = 0;
  for (const EntryRef ref : batch.entries) rows += entries_[ref.index].bytes;
  counts_.bytes += rows + overhead_;
  Hops hops = context_.hops(Stream::region_copy, std::uint64_t{number_} << 56 | std::uint64_t{1} << 55 | ++batches_);
  const sim::Sampler& log_time = write_time_;
  const sim::LegOptions leg{relay, log_time.sample(hops.next())};
  const sim::CallOptions request{.client = self,
                                 .step = static_cast<std::uint8_t>(Step::copy),
                                 .cpu_share = static_cast<float>(spec_.cpu_share.value()),
                                 .request_bytes = static_cast<std::uint32_t>(rows) + overhead_,
                                 .reply_bytes = overhead_,
                                 .timeout = 2 * context_.timeout()};
  const sim::Reply reply = co_await context_.world.rpc.call_task(
      request, leg, [&](sim::ReplyTo done) { return apply(std::move(done), relay, batch.entries); });
  if (reply.outcome != sim::Outcome::ok) ++counts_.batches_failed;
}

/// At a machine of the other region.
sim::Task<void> RegionCopies::apply(sim::ReplyTo done, sim::MachineIndex self, std::vector<EntryRef> entries) {
  sim::CallGroup writes(writes_at_once);
  for (const EntryRef ref : entries) {
    if (is_open(ref)) co_await writes.start(write_call(self, ref));
  }
  co_await writes.join();
  done.ok();
}

sim::Call RegionCopies::write_call(sim::MachineIndex self, EntryRef ref) {
  Entry& entry = entries_[ref.index];
  entry.replicas = 0;
  const HashRing::Replicas replicas = homes_.replicas_in(entry.to, entry.row);
  Hops hops = context_.hops(Stream::region_copy, std::uint64_t{number_} << 56 | entry.write, 16u * entry.to);
  std::array<sim::LegOptions, HashRing::most_replicas> legs;
  const auto count = static_cast<unsigned>(spec_.replication);
  for (unsigned i = 0; i < count; ++i) legs[i] = {first_ + replicas[i], write_time_.sample(hops.next())};
  return context_.world.rpc.call({.client = self,
                                  .step = static_cast<std::uint8_t>(Step::copy),
                                  .server = copy_server_,
                                  .needed = static_cast<std::uint8_t>(spec_.write_quorum),
                                  .cpu_share = static_cast<float>(spec_.cpu_share.value()),
                                  .request_bytes = overhead_ + entry.bytes,
                                  .reply_bytes = overhead_,
                                  .timeout = context_.timeout(),
                                  .argument = std::uint64_t{ref.generation} << 32 | ref.index},
                                 legs.data(), count);
}

sim::Served RegionCopies::serve_copy(void* self, sim::Leg&, sim::CallRecord& call) {
  auto& copies = *static_cast<RegionCopies*>(self);
  const EntryRef ref{static_cast<std::uint32_t>(call.argument), static_cast<std::uint32_t>(call.argument >> 32)};
  if (!copies.is_open(ref)) return sim::Served::reply;
  Entry& entry = copies.entries_[ref.index];
  if (++entry.replicas < copies.spec_.write_quorum) return sim::Served::reply;
  copies.lag_.record(copies.context_.world.scheduler.now() - entry.committed);
  ++copies.counts_.applied;
  copies.close(entry);
  return sim::Served::reply;
}

/// What was sent may still arrive: it is sent again, and applied once.
void RegionCopies::give_back(std::uint32_t queue, const std::vector<EntryRef>& entries) {
  for (const EntryRef ref : entries) {
    if (is_open(ref)) queues_[queue].waiting.push_back(ref);
  }
  if (queues_[queue].waiting.empty() || std::exchange(queues_[queue].pumped, true)) return;
  sim::spawn(sim::no_machine, pump(queue));
}

// Who is there.

std::optional<sim::MachineIndex> RegionCopies::someone_up(std::uint32_t region, std::uint32_t begin,
                                                          sim::MachineIndex viewer) const {
  const MachinesByRegion& machines = homes_.by_region();
  const std::uint32_t n = machines.size(region);
  for (std::uint32_t i = 0; i < n; ++i) {
    const sim::MachineIndex machine = first_ + machines.number(region, (begin / machines.regions() + i) % n);
    if (context_.membership.believes_up(viewer, machine)) return machine;
  }
  return std::nullopt;
}

std::uint32_t RegionCopies::believed_up(sim::MachineIndex viewer, std::uint64_t row, std::uint32_t region) const {
  const HashRing::Replicas replicas = homes_.replicas_in(region, row);
  std::uint32_t up = 0;
  for (int i = 0; i < spec_.replication; ++i) {
    up += context_.membership.believes_up(viewer, first_ + replicas[static_cast<std::size_t>(i)]);
  }
  return up;
}

std::uint32_t RegionCopies::region_for(sim::MachineIndex coordinator, std::uint64_t row, Use use) {
  const std::uint32_t home = Homes::region_of(row);
  if (!fails_over_) return home;
  const auto needed = static_cast<std::uint32_t>(use == Use::read ? spec_.read_quorum : spec_.write_quorum);
  for (std::uint32_t i = 0; i <= copies_; ++i) {
    const std::uint32_t region = (home + i) % homes_.regions();
    if (believed_up(coordinator, row, region) < needed) continue;
    if (i > 0) ++(use == Use::read ? counts_.failover_reads : counts_.failover_writes);
    return region;
  }
  return home;
}

void RegionCopies::note_read(std::uint64_t row, std::uint32_t region) {
  counts_.stale_reads += lacks_.rows() > 0 && lacks_.find(lack_key(row, region)) != nullptr;
}

// What is lost.

bool RegionCopies::region_is_down(std::uint32_t region) const {
  return !someone_up(region, 0, sim::no_machine);
}

/// Writes of which every copy is still to be made.
std::uint64_t RegionCopies::lost_with(std::uint32_t region) const {
  std::vector<std::uint64_t> writes;
  for (const Entry& entry : entries_) {
    if (entry.open && entry.from == region) writes.push_back(entry.write);
  }
  std::sort(writes.begin(), writes.end());
  std::uint64_t lost = 0;
  for (auto first = writes.begin(); first != writes.end();) {
    const auto last = std::upper_bound(first, writes.end(), *first);
    lost += last - first == static_cast<std::ptrdiff_t>(copies_);
    first = last;
  }
  return lost;
}

void RegionCopies::lose(std::uint32_t region) {
  counts_.lost += lost_with(region);
  for (Entry& entry : entries_) {
    if (entry.open && entry.from == region) close(entry);
  }
}

void RegionCopies::begin_measuring() {
  counts_ = {.waiting_max = open_};
  lag_.clear();
}

spec::CopySummary RegionCopies::summary(const std::string& name, sim::Duration measured) const {
  spec::CopySummary summary;
  summary.name = name;
  const double seconds = sim::to_seconds(measured).value();
  if (seconds > 0) {
    summary.writes_per_s = static_cast<double>(counts_.applied) / seconds;
    summary.bytes_per_s = static_cast<double>(counts_.bytes) / seconds;
  }
  const spec::LatencySummary lag = lag_.summary(name);
  summary.lag_mean = lag.mean;
  summary.lag_p99 = lag.p99;
  summary.lag_max = lag.max;
  summary.waiting = open_;
  summary.waiting_max = counts_.waiting_max;
  summary.batches_failed = counts_.batches_failed;
  summary.lost_uncopied = counts_.lost;
  for (std::uint32_t region = 0; region < homes_.regions(); ++region) {
    if (region_is_down(region)) summary.lost_uncopied += lost_with(region);
  }
  summary.failover_reads = counts_.failover_reads;
  summary.failover_writes = counts_.failover_writes;
  summary.stale_reads = counts_.stale_reads;
  return summary;
}

}  // namespace chatsim::models
