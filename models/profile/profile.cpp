#include "models/profile/profile.hpp"

#include <algorithm>

#include "scenarios/spec/workload.hpp"

namespace chatsim::models {

namespace {

constexpr std::uint64_t ring_number = 1u << 16;  // Beside those of the stores.
// Who waits for another's read asks so often, then reads the row as well: the other may have died.
constexpr int most_waits = 3;
// Last-seen writes beyond this are several requests, one after the other.
constexpr spec::Seconds most_of_a_request{20e-3};

std::uint64_t key_of(UserId user) { return static_cast<std::uint64_t>(user) + 1; }

// Batches of changed rows have keys that no user has.
std::uint64_t key_of_batch(std::uint32_t shard, std::uint64_t batch) {
  return std::uint64_t{1} << 63 | std::uint64_t{shard} << 36 | batch;
}

RowCache::Options cache_options(const Context& context, std::vector<double> rows) {
  const spec::Scenario& scenario = context.scenario;
  const spec::Profile& profile = scenario.services.profile;
  RowCache::Options options{.random = context.random,
                            .stream = static_cast<std::uint32_t>(Stream::residency),
                            .rows = std::move(rows),
                            .capacity = profile.cache_per_machine / profile.row,
                            .uses = expected_profile_uses(scenario),
                            .lease = scenario.network.request_timeout,
                            .end = spec::horizon(scenario)};
  return options;
}

}  // namespace

/// Look-ups: of recipients and authors, and of the author again for each receipt. Updates: each login, and
/// who changes name or picture. Last-seen writes come in batches and leave single rows as they are.
RowUses expected_profile_uses(const spec::Scenario& scenario) {
  const spec::Population& population = scenario.population;
  const double receipts =
      spec::recipients_per_message(population) * (1 + population.sessions.read_share.value());
  const double look_ups = spec::profile_reads_per_message(population) + receipts;
  const spec::PerSecond changes =
      population.profile_changes_per_day * population.load_factor / population.day;
  return {.look_ups = spec::message_rate(population) * look_ups / population.users,
          .updates = (spec::login_rate(population) + changes) / population.users,
          .time_to_live = scenario.services.profile.time_to_live};
}

Profile::Profile(Context& context, const Directory& directory, Store& profiles)
    : context_(context),
      directory_(directory),
      profiles_(profiles),
      tier_(context, "profile", context.scenario.services.profile),
      shards_({.machines = tier_.machines(),
               .virtual_nodes = spec::Profile::virtual_nodes,
               .replication = 1,
               .random = context.random,
               .stream = static_cast<std::uint32_t>(Stream::ring),
               .store = ring_number},
              [](std::uint32_t machine) { return machine; }),
      by_region_(context.regions, tier_.machine(0), tier_.machines()),
      region_shards_(rings_of_regions(context, by_region_)),
      cache_(cache_options(context, rows_of_shards())),
      machines_(tier_.machines()),
      look_up_server_(context.world.rpc.add_server(look_up, this)),
      fill_server_(context.world.rpc.add_server(fill, this)),
      update_server_(context.world.rpc.add_server(take_update, this, prefetch_row)) {}

void Profile::reconfigure() {
  tier_.reconfigure(context_.scenario.services.profile);
  // Who reads a row may still have the old deadline.
  cache_.change_lease(sim::to_seconds(context_.longest_timeout));
}

std::vector<HashRing> Profile::rings_of_regions(const Context& context, const MachinesByRegion& machines) {
  std::vector<HashRing> rings;
  for (std::uint32_t region = 0; machines.regions() > 1 && region < machines.regions(); ++region) {
    rings.push_back(HashRing({.machines = machines.size(region),
                              .virtual_nodes = spec::Profile::virtual_nodes,
                              .replication = 1,
                              .random = context.random,
                              .stream = static_cast<std::uint32_t>(Stream::ring),
                              .store = ring_number + std::uint64_t{region + 1} * 256},
                             [](std::uint32_t machine) { return machine; }));
  }
  return rings;
}

/// Of all users, by cache machine.
std::vector<double> Profile::rows_of_shards() const {
  const double users = context_.scenario.population.users;
  std::vector<double> rows = shards_.shares();
  for (double& of_one : rows) of_one *= users;
  for (std::uint32_t region = 0; region < region_shards_.size(); ++region) {
    const std::vector<double> shares = region_shards_[region].shares();
    for (std::uint32_t i = 0; i < shares.size(); ++i) {
      rows[by_region_.number(region, i)] = shares[i] * users * directory_.regions().share(region);
    }
  }
  return rows;
}

sim::MachineIndex Profile::machine_in_region(UserId user) const {
  const std::uint32_t region = directory_.region_of(user);
  return tier_.machine(
      by_region_.number(region, region_shards_[region].first_replica(static_cast<std::uint64_t>(user))));
}

double Profile::relative_share_of(std::uint32_t shard) const {
  if (region_shards_.empty()) return 1;
  const std::uint32_t region = context_.regions.of(tier_.machine(shard));
  return directory_.regions().share(region) * tier_.machines() / by_region_.size(region);
}

Store::Shard Profile::row_of(UserId user) const {
  return profiles_.shard(key_of(user), key_of(user), directory_.region_of(user));
}

Profile::Get Profile::server_of(sim::MachineIndex client, UserId user, Step step, Hops& hops) {
  return {*this, user, ask(client, user, step, hops)};
}

Profile::Get Profile::author(sim::MachineIndex client, UserId user, Hops& hops) {
  return server_of(client, user, Step::author, hops);
}

Profile::Location Profile::location_of(UserId user) const {
  const Directory::Whereabouts at = directory_.whereabouts(user);
  if (!at.connected) return {};
  return {.server = at.gateway};
}

/// Asks the cache for a row; the reply's value is a Lookup.
sim::Call Profile::ask(sim::MachineIndex client, UserId user, Step step, Hops& hops) {
  sim::CallOptions request = tier_.request(client, step, context_.bytes(spec::Bytes{8}),
                                           context_.bytes(context_.scenario.services.profile.row));
  request.server = look_up_server_;
  request.trace = hops.trace();
  request.argument = static_cast<std::uint64_t>(user);
  return context_.world.rpc.call(request, tier_.leg(machine_of(user), hops));
}

sim::Task<Profile::Location> Profile::look_aside(sim::MachineIndex client, UserId user, Lookup found, Step step,
                                                 Hops hops) {
  for (int waits = 0; found == Lookup::wait && waits < most_waits; ++waits) {
    co_await sim::sleep(context_.world.scheduler, sim::to_duration(context_.scenario.services.profile.lease));
    const sim::Reply again = co_await ask(client, user, step, hops);
    if (again.outcome != sim::Outcome::ok) co_return Location{.outcome = again.outcome, .server = {}};
    found = Lookup(again.value);
  }
  if (found != Lookup::hit) {
    const sim::Reply stored =
        co_await profiles_.get(client, row_of(user), 1, Step::locate_miss, hops);
    if (stored.outcome != sim::Outcome::ok) co_return Location{.outcome = stored.outcome, .server = {}};
    sim::spawn(client, fill_in(client, user, hops));
  }
  co_return location_of(user);
}

/// Nobody waits for it: a row that is not filled in will be missed again.
sim::Task<void> Profile::fill_in(sim::MachineIndex client, UserId user, Hops hops) {
  co_await put(client, user, Step::locate_miss, fill_server_, hops);
}

sim::Call Profile::put(sim::MachineIndex client, UserId user, Step step, std::uint8_t server, Hops& hops) {
  sim::CallOptions request = tier_.request(
      client, step, context_.bytes(context_.scenario.services.profile.row), context_.bytes(spec::Bytes{0}));
  request.server = server;
  request.argument = static_cast<std::uint64_t>(user);
  return context_.world.rpc.call(request, tier_.leg(machine_of(user), hops));
}

sim::Call Profile::update_server(sim::MachineIndex client, UserId user, Hops& hops) {
  return put(client, user, Step::update_server, update_server_, hops);
}

sim::Task<sim::Outcome> Profile::change(sim::MachineIndex client, UserId user, Store::Change change,
                                        Hops hops) {
  const sim::Reply stored = co_await profiles_.put(client, row_of(user),
                                                   {.step = Step::profile_change, .change = change}, hops);
  if (stored.outcome != sim::Outcome::ok) co_return stored.outcome;
  const sim::Reply cached = co_await put(client, user, Step::profile_change, fill_server_, hops);
  co_return cached.outcome;
}

sim::Task<void> Profile::write_last_seen(std::uint32_t shard, double rows) {
  const spec::Seconds time_of_row = context_.scenario.services.profile.last_seen_time;
  const sim::MachineIndex machine = tier_.machine(shard);
  const double most = time_of_row > spec::Seconds{} ? std::max(1.0, most_of_a_request / time_of_row) : rows;
  while (rows > 0) {
    const double part = std::min(rows, most);
    rows -= part;
    const sim::Reply written =
        co_await context_.world.rpc.serve(machine, static_cast<std::uint8_t>(Step::last_seen),
                                          sim::to_duration(part * time_of_row), tier_.cpu_share());
    if (written.outcome == sim::Outcome::ok) note_changed(shard_of(machine), part);
  }
}

void Profile::note_changed(std::uint32_t shard, double rows) {
  Machine& machine = machines_[shard];
  machine.changed_rows += rows;
  const int rows_per_write = context_.scenario.services.profile.rows_per_write;
  while (machine.changed_rows >= rows_per_write) {
    machine.changed_rows -= rows_per_write;
    sim::spawn(tier_.machine(shard), write_behind(shard, ++machine.batches));
  }
}

sim::Task<void> Profile::write_behind(std::uint32_t shard, std::uint64_t batch) {
  const std::uint64_t key = key_of_batch(shard, batch);
  Hops hops = context_.hops(Stream::write_behind, key);
  const auto rows = static_cast<std::uint32_t>(context_.scenario.services.profile.rows_per_write);
  co_await profiles_.put(tier_.machine(shard), profiles_.shard(key, key, context_.regions.of(tier_.machine(shard))),
                         {.step = Step::write_behind, .change = Store::Change::update, .rows = rows}, hops);
}

/// The shard of a cache machine that serves something now. If it died since it did so last, it begins anew.
std::uint32_t Profile::shard_of(sim::MachineIndex index) {
  const std::uint32_t shard = index - tier_.machine(0);
  Machine& machine = machines_[shard];
  const std::uint8_t deaths = context_.world.fleet[index].deaths;
  if (machine.deaths != deaths) [[unlikely]] {
    machine.deaths = deaths;
    machine.changed_rows = 0;
    cache_.restart(shard, context_.world.scheduler.now());
  }
  return shard;
}

void Profile::flush() {
  for (std::uint32_t shard = 0; shard < tier_.machines(); ++shard) cache_.restart(shard, context_.world.scheduler.now());
}

/// The shard is the machine that is asked: a call of this tier has one leg.
void Profile::prefetch_row(void* self, const sim::CallRecord& call) {
  const auto& profile = *static_cast<const Profile*>(self);
  profile.cache_.prefetch(UserId{call.argument}, call.leg(0)->header.machine - profile.tier_.machine(0));
}

sim::Served Profile::look_up(void* self, sim::Leg& leg, sim::CallRecord& call) {
  auto& profile = *static_cast<Profile*>(self);
  const std::uint32_t shard = profile.shard_of(leg.header.machine);
  const Lookup found =
      profile.cache_.look_up(UserId{call.argument}, shard, profile.context_.world.scheduler.now());
  leg.value = static_cast<std::uint64_t>(found);
  return sim::Served::reply;
}

sim::Served Profile::fill(void* self, sim::Leg& leg, sim::CallRecord& call) {
  auto& profile = *static_cast<Profile*>(self);
  const std::uint32_t shard = profile.shard_of(leg.header.machine);
  profile.cache_.fill(UserId{call.argument}, shard, profile.context_.world.scheduler.now());
  return sim::Served::reply;
}

sim::Served Profile::take_update(void* self, sim::Leg& leg, sim::CallRecord& call) {
  auto& profile = *static_cast<Profile*>(self);
  const std::uint32_t shard = profile.shard_of(leg.header.machine);
  profile.cache_.update(UserId{call.argument}, shard, profile.context_.world.scheduler.now());
  profile.note_changed(shard, 1);
  return sim::Served::reply;
}

spec::CacheSummary Profile::cache_summary() const {
  const RowCache::Counts& counts = cache_.counts();
  return {.hits = counts.hits,
          .misses = counts.misses,
          .waits = counts.waits,
          .hit_ratio = counts.hit_ratio(),
          .resident_share = cache_.resident_share(),
          .eviction_age = cache_.eviction_age(context_.world.scheduler.now())};
}

}  // namespace chatsim::models
