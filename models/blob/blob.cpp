#include "models/blob/blob.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

#include "models/service/spread.hpp"

namespace chatsim::models {

namespace {

/// Chunks of a transfer: a message waits for one at most, 84 us at 25 Gbit/s, and each is an event.
constexpr spec::Bytes chunk{256e3};
/// Below this nobody goes on waiting.
constexpr spec::BytesPerSecond slowest{64e6};
constexpr double fullest = 0.95;
/// Hops of one attempt.
constexpr std::uint32_t range = 256;

}  // namespace

/// An upload or a download that is under way. If it ends without being done (its gateway died, too), it failed.
class Blob::Operation {
 public:
  Operation(Counts& counts, Measured& measured) : counts_(counts), measured_(measured) {
    ++counts_.begun;
    ++counts_.open;
  }
  Operation(const Operation&) = delete;
  Operation& operator=(const Operation&) = delete;
  ~Operation() {
    --counts_.open;
    if (is_done_) return;
    ++counts_.failed;
    ++measured_.failed;
  }

  void done() {
    is_done_ = true;
    ++counts_.done;
  }
  bool is_done() const { return is_done_; }

 private:
  Counts& counts_;
  Measured& measured_;
  bool is_done_ = false;
};

/// Of an upload that failed nobody will ask for what was written.
class Blob::Upload : public Operation {
 public:
  Upload(Counts& counts, Measured& measured, Placement& placement, BlobUrl url)
      : Operation(counts, measured), placement_(placement), url_(url) {
    placement_.begin(url);
  }
  ~Upload() {
    if (!is_done()) placement_.forget(url_);
  }

 private:
  Placement& placement_;
  BlobUrl url_;
};

Blob::Blob(Context& context, const AccessNetwork& access)
    : context_(context),
      spec_(context.scenario.services.blob),
      access_(access),
      attachments_(context),
      tier_(context, "blob", spec_),
      placement_(context, tier_),
      memory_(context, attachments_, placement_),
      part_server_(context.world.rpc.add_server(part_served, this)),
      fragment_server_(context.world.rpc.add_server(fragment_served, this)) {
  sim::World& world = context.world;
  const bool by_flows = context.scenario.simulation.fidelity == spec::Fidelity::flow;
  world.transfers.set_options(
      {.chunk = chunk, .flow_threshold = by_flows ? spec::Bytes{1} : context.scenario.network.flow_threshold});
  const sim::DiskSpeed speed{spec_.disk_access_time, spec_.disk_bandwidth};
  world.disks.add(tier_.index(), {.devices = static_cast<std::uint32_t>(spec_.disks),
                                  .read = speed,
                                  .write = speed,
                                  .capacity = spec_.disks * spec_.disk_capacity});
  fill_disks();
  world.platform.on_host_up([this](sim::HostIndex host) {
    const sim::MachineIndex machine = context_.world.fleet.on_host(host);
    if (machine == sim::no_machine || context_.world.fleet[machine].tier != tier_.index()) return;
    memory_.lost(number_of(machine));
  });
}

/// What lies there in the steady state: as much as was uploaded at the mean rate for as long as it is kept, and the hot
/// objects.
void Blob::fill_disks() {
  const spec::Population& population = context_.scenario.population;
  const spec::Attachments& attachments = population.attachments;
  const double uploads = population.messages_per_day / population.day.value() * attachments.share.value() *
                         attachments.hot_share.complement().value();
  const double objects = uploads * attachments.kept.value() + attachments.hot_objects;
  const spec::Bytes each = objects * placement_.overhead() * attachments_.mean_size() / spec_.machines;
  const spec::Bytes capacity = spec_.disks * spec_.disk_capacity;
  stated_fill_ = each / capacity;
  for (std::uint32_t i = 0; i < tier_.machines(); ++i) {
    context_.world.disks.preload(tier_.machine(i), std::min(each, fullest * capacity));
  }
}

/// As much expires as comes, so that the disks stay as full as they are.
void Blob::erase_expired(sim::MachineIndex machine, spec::Bytes as_much_as) {
  sim::Disks& disks = context_.world.disks;
  disks.erase(machine, std::min(as_much_as, disks.taken(machine)));
}

/// The deadline of a request that moves so many bytes: grows with them, but has few different values.
sim::Duration Blob::patience(spec::Bytes size) const {
  const spec::Seconds timeout = context_.scenario.network.request_timeout;
  const double times = std::min(std::ceil(size / (slowest * timeout)), 0x1p20);
  return context_.timeout() * static_cast<sim::Duration::rep>(std::bit_ceil(static_cast<std::uint32_t>(times)));
}

sim::Duration Blob::coding_time(spec::Bytes size) const { return sim::to_duration(size / spec_.coding_rate); }

/// An object's machines in order, from a place that the caller chooses; those that the chooser believes to be up come first.
sim::MachineIndex Blob::candidate(sim::MachineIndex chooser, BlobUrl url, std::uint64_t begin,
                                  std::uint32_t attempt) const {
  const Placement::Machines machines = placement_.machines_of(url);
  for (const bool up : {true, false}) {
    for (std::uint32_t i = 0; i < machines.count; ++i) {
      const sim::MachineIndex machine = machines.machine[(begin + i) % machines.count];
      if (context_.membership.believes_up(chooser, machine) == up && attempt-- == 0) return machine;
    }
  }
  CHATSIM_CHECK(false, "attempt {} of {}", attempt, machines.count);
}

sim::Task<sim::Outcome> Blob::create(sim::MachineIndex gateway, UserId author, BlobUrl url) {
  if (Attachments::hot(url)) {
    ++measured_.passed_on;
    co_return sim::Outcome::ok;
  }
  Upload upload(uploads_, measured_, placement_, url);
  memory_.uploading(url);
  const spec::Bytes size = attachments_.size_of(url);
  const sim::Duration half_way = access_.round_trip(author) / 2;
  // The client began so much earlier: uploads are under way from the start of a run on, as in the steady state.
  const sim::Time begin = now() - half_way - access_.upload_time(author, size);
  Hops hops = context_.hops(Stream::blob, url.object);

  // Its gateway has everything, and hands it to the first of the object's machines.
  sim::Outcome outcome = sim::Outcome::lost;
  for (std::uint32_t attempt = 0; attempt < attempts() && outcome != sim::Outcome::ok; ++attempt) {
    const sim::MachineIndex first = candidate(gateway, url, 0, attempt);
    const sim::TransferOutcome sent = co_await context_.world.transfers.send(gateway, first, size);
    if (sent != sim::TransferOutcome::done) continue;
    sim::CallOptions request = tier_.request(gateway, Step::blob_create, context_.bytes({}), context_.bytes({}));
    request.timeout = patience(size);
    const sim::Reply kept = co_await context_.world.rpc.call_task(
        request, tier_.leg(first, hops),
        [&](sim::ReplyTo done) {
          return keep(std::move(done), first, url, context_.hops(Stream::blob, url.object, range * (attempt + 1)));
        });
    outcome = kept.outcome;
  }
  if (outcome != sim::Outcome::ok) co_return outcome;

  // It is safe: the client hears its URL, half a round trip later.
  upload.done();
  ++measured_.uploads;
  measured_.bytes_up += size.value();
  blob_upload.record(now() + half_way - begin);
  co_return outcome;
}

/// Of the first machine: has all parts written, its own among them, and answers when enough are.
sim::Task<void> Blob::keep(sim::ReplyTo done, sim::MachineIndex self, BlobUrl url, Hops hops) {
  if (placement_.coded()) {
    const sim::Duration encoding = coding_time(attachments_.size_of(url));
    const sim::Reply encoded =
        co_await context_.world.rpc.serve(self, static_cast<std::uint8_t>(Step::blob_create), encoding, 1);
    if (encoded.outcome != sim::Outcome::ok) co_return;
  }
  const sim::Reply kept = co_await keep_parts(self, url, hops);
  if (kept.outcome == sim::Outcome::ok) done.ok();
}

/// Everybody fetches its part from the first machine, in parallel: its card sends them by turns. (In a chain each
/// machine's card sends once; but every machine is the first of as many objects, so cards carry the same, and a chain
/// takes longer.) Of a call to itself the first machine has had the service already.
sim::Call Blob::keep_parts(sim::MachineIndex self, BlobUrl url, Hops& hops) {
  const Placement::Machines machines = placement_.machines_of(url);
  std::array<sim::LegOptions, Placement::most_parts> legs;
  for (std::uint32_t i = 0; i < machines.count; ++i) {
    legs[i] = tier_.leg(machines.machine[i], hops);
    if (legs[i].server == self) legs[i].service = {};
  }
  sim::CallOptions request = tier_.request(self, Step::blob_part, context_.bytes({}), context_.bytes({}));
  request.server = part_server_;
  request.needed = static_cast<std::uint8_t>(placement_.safe());
  request.timeout = patience(attachments_.size_of(url));
  request.argument = url.object;
  return context_.world.rpc.call(request, legs.data(), machines.count);
}

sim::Served Blob::part_served(void* self, sim::Leg& leg, sim::CallRecord& call) {
  auto& blob = *static_cast<Blob*>(self);
  sim::ReplyTo done(blob.context_.world.rpc, sim::arena.handle_of(&leg.header));
  sim::spawn(leg.header.machine, blob.keep_part(std::move(done), leg.header.machine, leg.client, BlobUrl{call.argument},
                                                call.index_of(leg)));
  return sim::Served::deferred;
}

sim::Task<void> Blob::keep_part(sim::ReplyTo done, sim::MachineIndex self, sim::MachineIndex from, BlobUrl url,
                                std::uint32_t part) {
  const spec::Bytes size = placement_.part_of(attachments_.size_of(url));
  if (from != self) {
    const sim::TransferOutcome sent = co_await context_.world.transfers.send(from, self, size);
    if (sent != sim::TransferOutcome::done) co_return;
  }
  erase_expired(self, size);
  const sim::DiskOutcome written = co_await context_.world.disks.write(self, size);
  if (written != sim::DiskOutcome::done) co_return;
  placement_.arrived(url, part);
  done.ok();
}

sim::Task<sim::Outcome> Blob::get(sim::MachineIndex gateway, UserId receiver, BlobUrl url) {
  Operation download(downloads_, measured_);
  const sim::Time begin = now();
  const spec::Bytes size = attachments_.size_of(url);
  const sim::Duration half_way = access_.round_trip(receiver) / 2;
  const std::uint64_t lot = spread(url.object ^ spread(static_cast<std::uint64_t>(receiver)));
  Hops hops = context_.hops(Stream::blob, lot);

  // The client has asked; its gateway asks one of the object's machines, by the receiver's lot: so hot objects spread.
  sim::Reply reply{.outcome = sim::Outcome::lost, .value = 0};
  for (std::uint32_t attempt = 0; attempt < attempts(); ++attempt) {
    const sim::MachineIndex machine = candidate(
        gateway, url, lot % (placement_.coded() ? placement_.enough() : placement_.parts()), attempt);
    sim::CallOptions request = tier_.request(gateway, Step::blob_get, context_.bytes({}), context_.bytes({}));
    request.timeout = patience(size);
    reply = co_await context_.world.rpc.call_task(
        request, tier_.leg(machine, hops),
        [&](sim::ReplyTo done) {
          return send_object(std::move(done), machine, gateway, url,
                             context_.hops(Stream::blob, lot, range * (attempt + 1)));
        });
    if (reply.outcome == sim::Outcome::ok) break;
  }
  if (reply.outcome != sim::Outcome::ok) co_return reply.outcome;

  // The client's part occupies nobody here: it only takes its time.
  download.done();
  ++measured_.downloads;
  measured_.cache_hits += reply.value;
  measured_.bytes_down += size.value();
  blob_download.record(now() + access_.download_time(receiver, size) + 2 * half_way - begin);
  co_return sim::Outcome::ok;
}

/// Of the machine that was asked: sends the object to the gateway and answers behind it, with 1 if no disk was read.
/// If it cannot, it refuses, by not answering.
sim::Task<void> Blob::send_object(sim::ReplyTo done, sim::MachineIndex self, sim::MachineIndex gateway, BlobUrl url,
                                  Hops hops) {
  const spec::Bytes size = attachments_.size_of(url);
  const bool in_memory = memory_.holds(number_of(self), url, hops.next());
  if (placement_.coded()) {
    // Only of hot objects a machine has the whole.
    if (!in_memory || !Attachments::hot(url)) {
      const bool gathered = co_await gather(self, url, hops);
      if (!gathered) co_return;
    }
  } else {
    const std::optional<std::uint32_t> part = placement_.part_at(url, self);
    if (!part || !placement_.present(url, *part)) co_return;
    if (!in_memory) {
      const sim::DiskOutcome read = co_await context_.world.disks.read(self, size);
      if (read != sim::DiskOutcome::done) co_return;
    }
  }
  const sim::TransferOutcome sent = co_await context_.world.transfers.send(self, gateway, size);
  if (sent == sim::TransferOutcome::done) done.ok(in_memory ? 1 : 0);
}

/// Brings k fragments together; restores the object from them if parity is among them. First it asks as many as it needs;
/// if one of these does not answer, everybody, for which its caller must have patience left.
sim::Task<bool> Blob::gather(sim::MachineIndex self, BlobUrl url, Hops hops) {
  for (const Ask ask : {Ask::enough, Ask::all}) {
    const Fragments fragments = fragments_to_ask(self, url, ask);
    if (fragments.count < placement_.enough()) co_return false;
    const sim::Reply reply = co_await ask_for(fragments, self, url, hops);
    if (reply.outcome != sim::Outcome::ok) continue;
    if (fragments.to_be_decoded) {
      const sim::Duration decoding = coding_time(attachments_.size_of(url));
      const sim::Reply decoded =
          co_await context_.world.rpc.serve(self, static_cast<std::uint8_t>(Step::blob_get), decoding, 1);
      co_return decoded.outcome == sim::Outcome::ok;
    }
    co_return true;
  }
  co_return false;
}

Blob::Fragments Blob::fragments_to_ask(sim::MachineIndex chooser, BlobUrl url, Ask ask) const {
  const Placement::Machines machines = placement_.machines_of(url);
  Fragments chosen;
  for (std::uint32_t i = 0; i < machines.count; ++i) {
    if (ask == Ask::enough && chosen.count == placement_.enough()) break;
    if (!context_.membership.believes_up(chooser, machines.machine[i])) continue;
    chosen.machine[chosen.count++] = machines.machine[i];
    chosen.to_be_decoded |= i >= placement_.enough();
  }
  return chosen;
}

sim::Call Blob::ask_for(const Fragments& fragments, sim::MachineIndex self, BlobUrl url, Hops& hops) {
  std::array<sim::LegOptions, Placement::most_parts> legs;
  for (std::uint32_t i = 0; i < fragments.count; ++i) {
    legs[i] = tier_.leg(fragments.machine[i], hops);
    if (legs[i].server == self) legs[i].service = {};
  }
  sim::CallOptions request = tier_.request(self, Step::blob_part, context_.bytes({}), context_.bytes({}));
  request.server = fragment_server_;
  request.needed = static_cast<std::uint8_t>(placement_.enough());
  request.timeout = patience(attachments_.size_of(url)) / 3;
  request.argument = url.object;
  return context_.world.rpc.call(request, legs.data(), fragments.count);
}

sim::Served Blob::fragment_served(void* self, sim::Leg& leg, sim::CallRecord& call) {
  auto& blob = *static_cast<Blob*>(self);
  sim::ReplyTo done(blob.context_.world.rpc, sim::arena.handle_of(&leg.header));
  sim::spawn(leg.header.machine,
             blob.send_fragment(std::move(done), leg.header.machine, leg.client, BlobUrl{call.argument}));
  return sim::Served::deferred;
}

sim::Task<void> Blob::send_fragment(sim::ReplyTo done, sim::MachineIndex self, sim::MachineIndex asker, BlobUrl url) {
  const std::optional<std::uint32_t> part = placement_.part_at(url, self);
  if (!part || !placement_.present(url, *part)) co_return;
  const spec::Bytes size = placement_.part_of(attachments_.size_of(url));
  if (!memory_.recent(number_of(self), url)) {
    const sim::DiskOutcome read = co_await context_.world.disks.read(self, size);
    if (read != sim::DiskOutcome::done) co_return;
  }
  if (self != asker) {
    const sim::TransferOutcome sent = co_await context_.world.transfers.send(self, asker, size);
    if (sent != sim::TransferOutcome::done) co_return;
  }
  done.ok();
}

void Blob::begin_measuring() {
  measured_ = {};
  blob_upload.clear();
  blob_download.clear();
  context_.world.disks.begin_measuring(now());
}

spec::BlobSummary Blob::summary(sim::Duration measured) const {
  const sim::DiskSummary disks = context_.world.disks.summary(tier_.index(), now());
  spec::BlobSummary summary;
  summary.uploads = measured_.uploads;
  summary.downloads = measured_.downloads;
  summary.failed = measured_.failed;
  summary.passed_on = measured_.passed_on;
  summary.cache_hits = measured_.cache_hits;
  summary.overhead =
      measured_.bytes_up > 0 ? disks.bytes_written.value() / measured_.bytes_up : placement_.overhead();
  summary.disk_utilisation = disks.utilisation;
  summary.disk_utilisation_max = disks.utilisation_max;
  if (measured <= sim::Duration{}) return summary;
  const double seconds = sim::to_seconds(measured).value();
  summary.bytes_up_per_s = measured_.bytes_up / seconds;
  summary.bytes_down_per_s = measured_.bytes_down / seconds;
  summary.bytes_stored_per_s = disks.bytes_written.value() / seconds;
  return summary;
}

}  // namespace chatsim::models
