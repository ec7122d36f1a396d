#include <algorithm>
#include <cmath>
#include <random>

#include "models/population/schedule.hpp"
#include "scenarios/spec/validate.hpp"
#include "tests/models/figures.hpp"
#include "tests/models/run/result_of.hpp"
#include "tests/models/small_scenario.hpp"

using namespace chatsim;

namespace {

using Random = std::mt19937_64;

int between(Random& random, int least, int most) {
  return std::uniform_int_distribution<int>(least, most)(random);
}

spec::Distribution random_time(Random& random, double mean) {
  switch (between(random, 0, 4)) {
    case 0:
      return spec::Distribution::constant(mean);
    case 1:
      return spec::Distribution::lognormal_with_mean(mean, 1);
    case 2:
      return spec::Distribution::pareto(mean / 2, 2);
    case 3:
      return spec::Distribution::mixture({{0.9, spec::Distribution::constant(mean / 2)},
                                          {0.1, spec::Distribution::exponential(mean * 5.5)}});
    default:
      return spec::Distribution::exponential(mean);
  }
}

void vary(spec::Tier& tier, Random& random) {
  tier.machines = between(random, 1, 12);
  tier.threads = between(random, 1, 16);
  tier.cores = between(random, 1, 8);
  tier.queue_limit = between(random, 0, 1) == 0 ? 10'000 : between(random, 0, 20);
  tier.service_time = random_time(random, 1e-3);
  tier.cpu_share = spec::Probability{between(random, 0, 4) / 4.0};
}

void vary(spec::Store& store, Random& random) {
  store.replication = between(random, 1, 5);
  store.machines = between(random, store.replication, 12);
  store.read_quorum = between(random, 1, store.replication);
  store.write_quorum = between(random, 1, store.replication);
  store.virtual_nodes = between(random, 1, 200);
  store.threads = between(random, 1, 30);
  store.queue_limit = between(random, 0, 1) == 0 ? 10'000 : between(random, 0, 20);
  store.read_time = random_time(random, 5e-3);
  store.write_time = random_time(random, 5e-3);
  store.spread = static_cast<spec::FailureDomain>(between(random, 0, 2));
  store.read_from = static_cast<spec::ReadFrom>(between(random, 0, 1));
  store.placement.policy = static_cast<spec::PlacementPolicy>(between(random, 0, 1));
  store.placement.scatter_width = between(random, 1, 8);
  if (store.placement.policy == spec::PlacementPolicy::ring) store.placement.load_bound = between(random, 0, 1) * 1.1;
}

/// How users come and go, read, send pictures and change things, and over which networks.
void vary(spec::Population& population, Random& random) {
  spec::Sessions& sessions = population.sessions;
  sessions.length = random_time(random, between(random, 1, 40));
  sessions.heartbeat = spec::Seconds{between(random, 1, 60) * 1.0};
  sessions.last_seen = spec::Seconds{between(random, 1, 300) * 1.0};
  sessions.read_share = spec::Probability{between(random, 0, 4) / 4.0};
  sessions.read_delay = random_time(random, 0.3);
  sessions.send_retries = between(random, 0, 3);
  sessions.send_retry_after = spec::Seconds{between(random, 10, 500) * 1e-3};
  sessions.reconnect_attempts = between(random, 1, 5);
  sessions.reconnect_after = spec::Seconds{between(random, 10, 300) * 1e-3};
  population.daily_curve.amplitude = between(random, 0, 2) * 0.4;
  population.daily_curve.period = spec::Seconds{between(random, 1, 100) * 1.0};
  population.access.round_trip = random_time(random, 60e-3);
  spec::Attachments& attachments = population.attachments;
  attachments.share = spec::Probability{between(random, 0, 2) * 0.1};
  attachments.size = spec::Distribution::lognormal_with_mean(between(random, 1, 3000) * 1e3, 1);
  attachments.fetched = spec::Probability{between(random, 0, 2) / 2.0};
  attachments.hot_share = spec::Probability{between(random, 0, 2) / 2.0};
  attachments.hot_objects = between(random, 1, 100);
  population.group_changes_per_day = between(random, 0, 100) * 86'400.0;
  population.profile_changes_per_day = between(random, 0, 100) * 86'400.0;
}

void vary(spec::Gateway& gateway, Random& random) {
  gateway.connections_per_machine = between(random, 1, 100'000);
  gateway.memory_per_connection = spec::Bytes{between(random, 0, 2) * 1e6};
  gateway.transport = static_cast<spec::Transport>(between(random, 0, 1));
  gateway.handshake_time = random_time(random, 2e-3);
  gateway.outbound_limit = between(random, 0, 1) == 0 ? 100'000 : between(random, 1, 30);
  gateway.poll_timeout = spec::Seconds{between(random, 1, 30) * 1.0};
  gateway.drain.gateways = spec::Probability{between(random, 0, 2) * 0.3};
  gateway.drain.begin = spec::Seconds{between(random, 0, 10) * 0.1};
  gateway.drain.over = spec::Seconds{between(random, 1, 20) * 0.1};
}

void vary(spec::Blob& blob, Random& random) {
  blob.redundancy = static_cast<spec::Redundancy>(between(random, 0, 1));
  blob.copies = between(random, 1, 3);
  blob.data_fragments = between(random, 1, 6);
  blob.parity_fragments = between(random, 0, 3);
  const bool coded = blob.redundancy == spec::Redundancy::reed_solomon;
  blob.machines = (coded ? blob.data_fragments + blob.parity_fragments : blob.copies) + between(random, 0, 4);
  blob.disks = between(random, 1, 4);
  blob.disk_bandwidth = spec::BytesPerSecond{between(random, 1, 20) * 1e8};
  blob.cache_per_machine = spec::Bytes{between(random, 0, 2) * 1e9};
  blob.spread = spec::FailureDomain::host;
}

/// Heartbeats so often, and lost so often, that healthy machines are suspected within a run.
void vary(spec::Control& control, Random& random) {
  control.heartbeat_every = spec::Seconds{between(random, 10, 100) * 1e-3};
  control.suspect_after = between(random, 1, 3) * control.heartbeat_every;
  control.heartbeat_loss = spec::Probability{between(random, 0, 3) * 0.1};
  control.refresh_every = spec::Seconds{between(random, 1, 200) * 1e-3};
  control.coordination.machines = between(random, 1, 3);
}

/// Anything goes: tiers that are far too small too.
spec::Scenario random_scenario(std::uint64_t seed) {
  Random random(seed);
  while (true) {
    spec::Scenario scenario;
    scenario.seed = seed;
    scenario.simulation = {
        .duration = spec::Seconds{1.5}, .warmup = spec::Seconds{0}, .window = spec::Seconds{0.05}};
    scenario.datacenter.regions = between(random, 1, 2);
    scenario.datacenter.wan.latency = spec::Seconds{5e-3};
    scenario.datacenter.pods_per_datacenter = between(random, 1, 4);
    scenario.datacenter.racks_per_pod = between(random, 1, 5);
    scenario.datacenter.hosts_per_rack = between(random, 5, 30);
    scenario.datacenter.host_speed = between(random, 1, 8) / 4.0;
    scenario.population.users = between(random, 200, 100'000);
    scenario.population.groups = between(random, 1, 50'000);
    scenario.population.messages_per_day = between(random, 50, 2500) * 86'400.0;
    scenario.population.online = spec::Probability{between(random, 1, 10) / 10.0};
    scenario.population.group_message_share = spec::Probability{between(random, 0, 5) / 10.0};
    vary(scenario.population, random);
    scenario.services.group.fanout_parallelism = between(random, 1, 40);
    scenario.services.group.fanout = static_cast<spec::Fanout>(between(random, 0, 1));
    scenario.services.profile.cache_per_machine = spec::Bytes{between(random, 0, 2) * 1e6};
    scenario.services.profile.time_to_live = spec::Seconds{between(random, 0, 1) == 0 ? 86'400.0 : 2.0};
    scenario.services.profile.rows_per_write = between(random, 1, 100);
    scenario.network.request_timeout = spec::Seconds{between(random, 20, 1000) * 1e-3};
    scenario.network.flow_threshold = spec::Bytes{between(random, 0, 1) == 0 ? 1e6 : 64e6};
    for (spec::Tier* tier : std::initializer_list<spec::Tier*>{&scenario.services.gateway, &scenario.services.messaging,
                                                               &scenario.services.group, &scenario.services.profile,
                                                               &scenario.services.blob}) {
      vary(*tier, random);
    }
    vary(scenario.services.gateway, random);
    vary(scenario.services.blob, random);
    for (spec::Store* store : {&scenario.stores.message, &scenario.stores.conversation,
                               &scenario.stores.group, &scenario.stores.profile}) {
      vary(*store, random);
    }
    if (!spec::validate(scenario).empty()) continue;
    vary(scenario.control, random);
    scenario.services.messaging.balancing = static_cast<spec::Balancing>(between(random, 0, 3));
    scenario.services.group.balancing = static_cast<spec::Balancing>(between(random, 0, 3));
    return scenario;
  }
}

double sum_of(const std::vector<double>& rates, const std::vector<double>& ends) {
  double sum = 0, begin = 0;
  for (std::size_t i = 0; i < rates.size(); ++i) {
    sum += rates[i] * (ends[i] - begin);
    begin = ends[i];
  }
  return sum;
}

void check_tier(const spec::TierSummary& tier, double measured_s) {
  CAPTURE(tier.name);
  const double capacity = static_cast<double>(tier.machines) * tier.threads;
  CHECK(tier.busy_threads >= 0);
  CHECK(tier.busy_threads <= 1 + 1e-9);
  CHECK(tier.utilisation_max >= tier.utilisation * (1 - 1e-9));
  CHECK(tier.queue_mean <= static_cast<double>(tier.queue_max));
  CHECK((tier.rejected == 0 || tier.utilisation > 0));
  // Without a warm-up all that was offered is done, turned away, waits or is served.
  const double left =
      tier.offered.value() * measured_s - tier.completed.value() * measured_s - double(tier.rejected);
  CHECK(left > -0.5);
  CHECK(left < 0.5 + static_cast<double>(tier.machines) * double(tier.queue_max) + capacity);
  double requests = 0, threads = 0;
  for (const spec::TierLoad& load : tier.loads) {
    CHECK(load.requests.value() > 0);
    requests += load.requests.value();
    threads += load.utilisation;
  }
  CHECK(requests == Approx(tier.offered.value()));
  // The cores may be what limits.
  CHECK(threads <= tier.utilisation * (1 + 1e-9));
}

double load(const spec::Result& result, const std::string& name, const std::string& step) {
  for (const spec::TierLoad& load : tests::tier(result, name).loads) {
    if (load.step == step) return load.requests.value() * result.measured_s;
  }
  return 0;
}

void check_sessions(const spec::Scenario& scenario, const spec::Result& result) {
  const spec::SessionSummary& sessions = result.sessions;
  const spec::Population& population = scenario.population;
  const spec::Gateway& gateway = scenario.services.gateway;
  // The others are under way.
  CHECK(sessions.logins >= sessions.completed + sessions.failed);
  CHECK(sessions.reconnects <= sessions.logins);
  if (gateway.drain.gateways.value() == 0) CHECK(sessions.reconnects == 0);
  // Whoever comes was away or sent away before, and whoever leaves makes room for one who comes; but as the daily curve
  // swings, more come than leave, or fewer, by as many as are then connected more or fewer.
  const auto come = static_cast<double>(sessions.logins - sessions.reconnects - sessions.lost_reconnects);
  const double swing = 2 * population.daily_curve.amplitude * population.online.value() * population.users +
                       (population.daily_curve.amplitude > 0 ? models::Schedule::classes : 0);  // Each counts whole users.
  CHECK(std::abs(static_cast<double>(sessions.logouts) - come) <= swing);
  CHECK(sessions.refused_by_admission <= sessions.refused);
  CHECK(sessions.gave_up <= sessions.failed);
  if (gateway.login_rate.value() == 0) CHECK(sessions.refused_by_admission == 0);
  CHECK(tests::latency(result, "login").count == sessions.completed);
  // Each of them may be turned away every time.
  CHECK(sessions.refused <= sessions.logins * static_cast<std::uint64_t>(population.sessions.reconnect_attempts));
  CHECK(load(result, "gateway", "login") >= static_cast<double>(sessions.completed) - 0.5);

  CHECK(sessions.connections <= population.users);
  CHECK(sessions.connections <= sessions.connections_max * gateway.machines);
  CHECK(sessions.connections_max <= sessions.connections);
  CHECK(sessions.connection_memory_bytes ==
        Approx(sessions.connections_max * gateway.memory_per_connection.value()));
  CHECK(sessions.outbound_max <= static_cast<std::uint64_t>(gateway.outbound_limit));
  const double limit = std::min<double>(gateway.connections_per_machine,
                                        gateway.memory.value() / gateway.memory_per_connection.value());
  CHECK(sessions.connection_limit == std::floor(limit));
  // Who is connected when a run begins is, whether or not there is room; who comes then is not.
  const double most_at_begin =
      std::ceil(population.users * std::min(1.0, population.online.value() * (1 + population.daily_curve.amplitude)) /
                gateway.machines) + 2 * 64;
  CHECK(sessions.connections_max <= std::max(limit, most_at_begin));
  const bool polls = gateway.transport == spec::Transport::long_polling;
  CHECK((polls ? sessions.heartbeats_per_s : sessions.polls_per_s) == 0);
  CHECK(load(result, "gateway", polls ? "heartbeat" : "poll") == 0);
  CHECK(sessions.last_seen_per_s > 0);
}

/// What devices were shown, and what they and their users said of it.
void check_statuses(const spec::Scenario& scenario, const spec::Result& result) {
  const spec::StatusCounts& statuses = result.statuses;
  const spec::MailboxCounts& mailbox = result.mailbox;
  const std::uint64_t shown_at_once = tests::latency(result, "send_to_deliver").count;
  // A push whose answer came too late was shown, too.
  CHECK(shown_at_once >= result.deliveries.delivered);
  CHECK(tests::latency(result, "client_to_client").count == shown_at_once);
  CHECK(tests::latency(result, "mailbox_wait").count == mailbox.delivered);
  CHECK(statuses.sent >= result.deliveries.delivered);
  CHECK(statuses.sent <= result.deliveries.delivered + mailbox.delivered + mailbox.suppressed);
  CHECK(statuses.delivered <= shown_at_once + mailbox.delivered + mailbox.suppressed);
  if (scenario.population.sessions.read_share.value() == 0) CHECK(statuses.read == 0);
  CHECK(statuses.receipts_returned + statuses.receipts_failed <= statuses.delivered + statuses.read);
  CHECK(result.invariants.duplicates == 0);
  CHECK(result.invariants.out_of_order <= mailbox.overtaken);
}

void check_rows(const spec::Scenario& scenario, const spec::Result& result) {
  const spec::CacheSummary& cache = result.profile_cache;
  CHECK(cache.hits + cache.misses + cache.waits > 0);
  CHECK(cache.hit_ratio >= 0);
  CHECK(cache.hit_ratio <= 1);
  CHECK(cache.resident_share <= 1 + 1e-9);
  if (scenario.services.profile.cache_per_machine.value() == 0) CHECK(cache.hits == 0);
  // Whose look-up took too long does not read; who waited for somebody else's read in vain does.
  CHECK(tests::named(result.storage, "profile").reads_per_s * result.measured_s <=
        static_cast<double>(cache.misses + cache.waits) + 0.5);
  CHECK((cache.misses == 0 || load(result, "profile_store", "locate_miss") > 0));
  // Rows of the author and of every recipient; those of the latter are retried by nobody.
  const double conversations = tests::named(result.storage, "conversation").inserts_per_s * result.measured_s;
  CHECK(conversations <= 0.5 + static_cast<double>(result.messages.offered + result.deliveries.due));
  const auto& messages = tests::named(result.storage, "message");
  CHECK(messages.inserts_per_s * result.measured_s >= static_cast<double>(result.messages.acknowledged) - 0.5);
  CHECK(messages.reads_per_s * result.measured_s >= static_cast<double>(result.mailbox.delivered) - 0.5);
  for (const spec::StorageSummary& table : result.storage) {
    CAPTURE(table.name);
    CHECK(table.inserts_per_s <= table.rows_per_s);
  }
}

void check_blobs(const spec::Scenario& scenario, const spec::Result& result) {
  const spec::BlobSummary& blobs = result.blobs;
  CHECK(blobs.uploads + blobs.passed_on <= result.messages.offered);
  CHECK(tests::latency(result, "blob_upload").count == blobs.uploads);
  CHECK(tests::latency(result, "blob_download").count == blobs.downloads);
  CHECK(blobs.cache_hits <= blobs.downloads);
  CHECK(static_cast<double>(blobs.downloads) <= load(result, "blob", "blob_get") + 0.5);
  CHECK(blobs.disk_utilisation >= 0);
  CHECK(blobs.disk_utilisation <= blobs.disk_utilisation_max + 1e-9);
  CHECK(blobs.disk_utilisation_max <= 1 + 1e-9);
  if (scenario.population.attachments.share.value() > 0) return;
  CHECK(blobs.uploads + blobs.downloads + blobs.failed + blobs.passed_on == 0);
}

}  // namespace

TEST_CASE("what holds for every service, whatever its size, quorums, times, load and seed") {
  const auto seed = static_cast<std::uint64_t>(GENERATE(range(1, 41)));
  const spec::Scenario scenario = random_scenario(seed);
  const spec::Result result = tests::result_of(scenario);
  std::printf(
      "seed %2d: %3d machines, %5d messages, %5d acknowledged, %5d failed; %6d due, %6d delivered, %6d kept, "
      "%6d failed; %5d logins, %5d statuses, %4d pictures\n",
      int(seed), int(result.machines), int(result.messages.offered), int(result.messages.acknowledged),
      int(result.messages.failed), int(result.deliveries.due), int(result.deliveries.delivered),
      int(result.deliveries.kept), int(result.deliveries.failed), int(result.sessions.logins),
      int(result.statuses.sent + result.statuses.delivered + result.statuses.read),
      int(result.blobs.uploads + result.blobs.downloads));
  CAPTURE(seed);

  const spec::MessageCounts& messages = result.messages;
  const spec::DeliveryCounts& deliveries = result.deliveries;
  CHECK(messages.offered > 0);
  CHECK(messages.in_flight >= 0);
  CHECK(deliveries.in_flight >= 0);
  CHECK(messages.offered ==
        messages.acknowledged + messages.failed + static_cast<std::uint64_t>(messages.in_flight));
  CHECK(deliveries.due == deliveries.delivered + deliveries.kept + deliveries.failed +
                              static_cast<std::uint64_t>(deliveries.in_flight));
  CHECK(result.invariants.conservation_residual == 0);
  CHECK(result.invariants.lost_acknowledged == 0);
  CHECK(result.invariants.little_law_error < 1e-6);
  CHECK_FALSE(result.interrupted);
  CHECK(result.promises.size() == 4 * 3 + 5);
  for (const spec::PromiseReport& promise : result.promises) {
    CAPTURE(promise.name, promise.what, promise.count, promise.reason);
    CHECK_FALSE(promise.broken());
  }
  CHECK(result.invariants.lost_deliveries == deliveries.failed);
  CHECK(result.convergence.disturbances == 0);

  std::uint64_t failures = 0;
  for (const spec::FailureCount& failure : result.failures) failures += failure.count;
  CHECK(failures == messages.failed + deliveries.failed);

  CHECK(tests::latency(result, "send_to_ack").count == messages.acknowledged);
  for (const spec::LatencySummary& latency : result.latency) {
    CAPTURE(latency.name);
    CHECK(latency.p50 <= latency.p90);
    CHECK(latency.p90 <= latency.p99);
    CHECK(latency.p99 <= latency.p999);
    CHECK(latency.p999 <= latency.max);
    CHECK(latency.mean <= latency.max);
  }
  for (const spec::TierSummary& tier : result.tiers) check_tier(tier, result.measured_s);
  check_sessions(scenario, result);
  check_statuses(scenario, result);
  check_rows(scenario, result);
  check_blobs(scenario, result);

  const spec::TimeSeries& series = result.series;
  CHECK(series.time_s.back() == Approx(1.5));
  CHECK(sum_of(series.offered_per_s, series.time_s) == Approx(static_cast<double>(messages.offered)));
  CHECK(sum_of(series.acknowledged_per_s, series.time_s) ==
        Approx(static_cast<double>(messages.acknowledged)));
  CHECK(sum_of(series.delivered_per_s, series.time_s) == Approx(static_cast<double>(deliveries.delivered)));
  CHECK(sum_of(series.failed_per_s, series.time_s) ==
        Approx(static_cast<double>(messages.failed + deliveries.failed)));
  CHECK(result.network.host_link_utilisation_max <= 1);

  for (const auto& [name, store] : {std::pair{"message", &scenario.stores.message},
                                    std::pair{"conversation", &scenario.stores.conversation},
                                    std::pair{"group", &scenario.stores.group},
                                    std::pair{"profile", &scenario.stores.profile}}) {
    CHECK(tests::named(result.storage, name).bytes_per_s ==
          Approx(tests::named(result.storage, name).rows_per_s * store->row.value()));
  }
}
