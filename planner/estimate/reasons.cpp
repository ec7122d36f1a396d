#include "planner/estimate/reasons.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "planner/estimate/forms.hpp"
#include "planner/estimate/number_text.hpp"
#include "scenarios/spec/workload.hpp"

namespace chatsim::planner {
namespace {

using spec::Bytes;
using spec::PerSecond;
using spec::Scenario;
using spec::Seconds;

constexpr double unlimited = std::numeric_limits<double>::infinity();

/// What a tier does, and what one machine of it can.
struct Demand {
  std::string tier;
  Answer storage{Reason::storage, 0, unlimited, "bytes", "keeps nothing"};
  PerSecond requests{};
  std::string requests_text;
  Seconds time{};  ///< Mean time that a request holds a thread.
  int threads = 1;
  int cores = 1;
  spec::Probability cpu_share{};
  Seconds longest{};  ///< Mean time of the bulkiest request.
  std::string longest_text;
  Seconds away{};  ///< Round trip to whoever asks.
  std::string away_text;
  PerSecond hottest{};  ///< Requests for one key.
  std::string hottest_text;
  std::string survives_text;  ///< What more machines than one survive.

  PerSecond capacity() const {
    const double by_threads = threads / time.value();
    const double by_cores = cores / (time.value() * cpu_share.value());
    return PerSecond{time.value() > 0 ? std::min(by_threads, by_cores) : unlimited};
  }
};

/// The rates of a scenario that several tiers share.
struct Rates {
  explicit Rates(const Scenario& scenario)
      : population(scenario.population),
        group_share(population.group_message_share.value()),
        messages(spec::message_rate(population)),
        recipients(messages * spec::recipients_per_message(population)),
        online(recipients * population.online),
        logins(spec::login_rate(population)) {
    const double hot_groups = std::max(1.0, population.groups * population.active_groups.value());
    group_messages = messages * group_share;
    hot_group = group_messages * population.active_group_share / hot_groups;
    if (population.groups < 1) hot_group = PerSecond{};
  }

  const spec::Population& population;
  double group_share;
  PerSecond messages, recipients, online, logins, group_messages{};
  PerSecond hot_group{};  ///< Messages to one of the very active groups.
};

class Demands {
 public:
  explicit Demands(const Scenario& scenario)
      : scenario_(scenario), rates_(scenario), workload_(spec::storage_workload(scenario)) {}

  std::vector<Demand> all() const {
    const spec::Stores& stores = scenario_.stores;
    return {gateway(),
            messaging(),
            group(),
            profile(),
            blob(),
            store("message_store", stores.message, workload_.message, rates_.messages,
                  rates_.messages * workload_.message.reads_per_message, {},
                  "a message is read by its recipients alone"),
            store("conversation_store", stores.conversation, workload_.conversation,
                  rates_.messages * workload_.conversation.inserts_per_message + statuses(),
                  rates_.messages * workload_.conversation.reads_per_message, rates_.hot_group,
                  "rows of a member of the most active groups"),
            store("group_store", stores.group, workload_.group,
                  rates_.messages * workload_.group.inserts_per_message, rates_.group_messages,
                  rates_.hot_group, "member lists of the most active groups"),
            store("profile_store", stores.profile, workload_.profile,
                  PerSecond{rates_.messages.value() * workload_.profile.inserts_per_message +
                            spec::last_seen_rate(rates_.population).value() /
                                scenario_.services.profile.rows_per_write},
                  PerSecond{}, {}, "reads end at the cache")};
  }

 private:
  /// Sent, delivered and, of some, read: each an update of the recipient's row.
  PerSecond statuses() const { return rates_.online * (2 + rates_.population.sessions.read_share.value()); }

  Seconds on_hosts(Seconds time) const { return time / scenario_.datacenter.host_speed; }

  Demand of_tier(const char* name, const spec::Tier& tier) const {
    Demand demand;
    demand.tier = name;
    demand.time = on_hosts(Seconds{tier.service_time.mean()});
    demand.threads = tier.threads;
    demand.cores = tier.cores;
    demand.cpu_share = tier.cpu_share;
    demand.longest = demand.time;
    demand.longest_text = "a request";
    demand.survives_text = fmt::format("any of {} serves", plain_text(tier.machines, 7));
    inside(demand);
    return demand;
  }

  void inside(Demand& demand) const {
    const spec::Datacenter& site = scenario_.datacenter;
    demand.away = 4 * (site.host_link.latency + site.rack_uplink.latency + site.pod_uplink.latency);
    demand.away_text = "round trip between pods";
    if (site.datacenters_per_region > 1) {
      demand.away += 4 * site.datacenter_uplink.latency;
      demand.away_text = "round trip between datacenters";
    }
    if (site.regions > 1) {
      demand.away += 2 * site.wan.latency;
      demand.away_text = "round trip between regions";
    }
  }

  void outside(Demand& demand) const {
    demand.away = Seconds{rates_.population.access.round_trip.quantile(0.99)};
    demand.away_text = "round trip of one client in a hundred";
  }

  Demand gateway() const {
    const spec::Gateway& tier = scenario_.services.gateway;
    Demand demand = of_tier("gateway", tier);
    const double connected = spec::connected_users(rates_.population);
    const double by_memory =
        tier.memory_per_connection.value() > 0 ? tier.memory / tier.memory_per_connection : unlimited;
    const double most = std::min(1.0 * tier.connections_per_machine, by_memory);
    demand.storage = {
        Reason::storage, connected, most, "connections",
        fmt::format("{} connections, {} a machine", text_of(connected), plain_text(std::floor(most), 9))};
    demand.requests = rates_.messages + rates_.online + rates_.logins;
    demand.requests_text = fmt::format("{} sent, {} pushed, {} logins", text_of(rates_.messages),
                                       text_of(rates_.online), text_of(rates_.logins));
    demand.longest = on_hosts(Seconds{tier.handshake_time.mean()});
    demand.longest_text = "a handshake";
    outside(demand);
    demand.hottest = rates_.hot_group;
    demand.hottest_text = "pushes to a member of the most active groups";
    return demand;
  }

  Demand messaging() const {
    Demand demand = of_tier("messaging", scenario_.services.messaging);
    const PerSecond members = rates_.group_messages * std::max(0.0, rates_.population.group_size.mean() - 1);
    demand.requests = rates_.messages + members;
    demand.requests_text =
        fmt::format("{} sent, {} to members of groups", text_of(rates_.messages), text_of(members));
    demand.hottest = rates_.hot_group * (rates_.population.group_size_max - 1.0);
    demand.hottest_text = "to members of the most active groups, if full";
    return demand;
  }

  Demand group() const {
    const spec::Group& tier = scenario_.services.group;
    Demand demand = of_tier("group", tier);
    demand.requests = rates_.group_messages;
    demand.requests_text = fmt::format("{} to groups", text_of(rates_.group_messages));
    const double members = rates_.population.group_size_max - 1.0;
    const double rounds = whole(members / tier.fanout_parallelism);
    const Seconds each = on_hosts(Seconds{scenario_.services.messaging.service_time.mean()});
    demand.longest = demand.time + each * rounds;
    demand.longest_text = fmt::format("fan-out to {} members, {} at a time", plain_text(members, 7),
                                      plain_text(tier.fanout_parallelism, 7));
    demand.hottest = rates_.hot_group;
    demand.hottest_text = "messages to one of the most active groups";
    return demand;
  }

  Demand profile() const {
    const spec::Profile& tier = scenario_.services.profile;
    Demand demand = of_tier("profile", tier);
    const Bytes rows = storage_of_rows(rates_.population.users, tier.row);
    demand.storage = {
        Reason::storage, rows.value(), tier.cache_per_machine.value(), "bytes",
        fmt::format("{} of rows in memory, {} a machine", text_of(rows), text_of(tier.cache_per_machine))};
    const PerSecond reads = rates_.messages * spec::profile_reads_per_message(rates_.population);
    demand.requests = reads + rates_.logins;
    demand.requests_text = fmt::format("{} looked up, {} logins", text_of(reads), text_of(rates_.logins));
    demand.hottest = rates_.hot_group * 2;
    demand.hottest_text = "look-ups of a member of the most active groups, as recipient and author";
    return demand;
  }

  Demand blob() const {
    const spec::Blob& tier = scenario_.services.blob;
    const spec::Attachments& attachments = rates_.population.attachments;
    Demand demand = of_tier("blob", tier);
    const Bytes one_machine = tier.disks * tier.disk_capacity;
    demand.storage = stored(workload_.blob, one_machine);
    const PerSecond up = spec::upload_rate(rates_.population), down = spec::download_rate(rates_.population);
    demand.requests = up + down;
    demand.requests_text = fmt::format("{} uploads, {} downloads", text_of(up), text_of(down));
    // A disk is what a request keeps longest; the machine's are all that there are.
    const Seconds on_disk =
        tier.disk_access_time + spec::mean_attachment_size(attachments) / tier.disk_bandwidth;
    if (on_disk / tier.disks > demand.time / tier.threads) {
      demand.time = on_disk;
      demand.threads = tier.disks;
      demand.cpu_share = spec::Probability{0};
    }
    demand.longest = tier.disk_access_time + attachments.size_max / tier.disk_bandwidth;
    demand.longest_text = fmt::format("{} on one disk", text_of(attachments.size_max));
    outside(demand);
    double weights = 0;  // Harmonic number, by Euler and Maclaurin.
    if (const double n = attachments.hot_objects; n > 0) weights = std::log(n) + 0.5772156649 + 1 / (2 * n);
    demand.hottest = PerSecond{down.value() * attachments.hot_share.value() / std::max(1.0, weights)};
    demand.hottest_text = "downloads of the attachment that is passed on most";
    const bool coded = tier.redundancy == spec::Redundancy::reed_solomon;
    demand.survives_text = coded ? fmt::format("{0} + {1} fragments survive {1} failures",
                                               tier.data_fragments, tier.parity_fragments)
                                 : fmt::format("{} copies survive {} failures", tier.copies, tier.copies - 1);
    return demand;
  }

  static Answer stored(const spec::TableWorkload& table, Bytes one_machine) {
    return {Reason::storage, table.kept.value(), one_machine.value(), "bytes",
            fmt::format("{} ({} replicated), disks of {} a machine", text_of(table.kept),
                        text_of(table.kept_replicated), text_of(one_machine))};
  }

  Demand store(const char* name, const spec::Store& store, const spec::TableWorkload& table, PerSecond writes,
               PerSecond reads, PerSecond hottest, const char* hottest_text) const {
    Demand demand;
    demand.tier = name;
    demand.storage = stored(table, store.disks * store.disk_capacity);
    const bool has_leaders = store.consistency == spec::Consistency::leader;
    const double asked = has_leaders                                  ? 1
                         : store.read_from == spec::ReadFrom::all ? store.replication
                                                                  : store.read_quorum;
    const PerSecond of_writes = writes * (1.0 * store.replication), of_reads = reads * asked;
    demand.requests = of_writes + of_reads;
    demand.requests_text = fmt::format("{} written to {} replicas, {} read from {}", text_of(writes),
                                       store.replication, text_of(reads), asked);
    const double busy =
        of_writes * Seconds{store.write_time.mean()} + of_reads * Seconds{store.read_time.mean()};
    const Seconds mean =
        demand.requests.value() > 0 ? busy / demand.requests : Seconds{store.read_time.mean()};
    demand.time = on_hosts(mean);
    demand.threads = store.threads;
    demand.cores = store.cores;
    demand.cpu_share = store.cpu_share;
    demand.longest = on_hosts(Seconds{std::max(store.read_time.mean(), store.write_time.mean())});
    demand.longest_text = "a row";
    inside(demand);
    demand.hottest = hottest;
    demand.hottest_text = hottest_text;
    demand.survives_text =
        has_leaders ? fmt::format("{} replicas, of which {} commit what a leader writes, survive {} failures",
                                  store.replication, store.replication / 2 + 1, (store.replication - 1) / 2)
                    : fmt::format("{} replicas, of which {} read and {} write, survive {} failures", store.replication,
                                  store.read_quorum, store.write_quorum,
                                  store.replication - std::max(store.read_quorum, store.write_quorum));
    return demand;
  }

  const Scenario& scenario_;
  Rates rates_;
  spec::StorageWorkload workload_;
};

std::string limit_text(PerSecond limit) {
  return std::isfinite(limit.value()) ? text_of(limit) + " a machine" : "which take no time";
}

TierAnswers answers(const Demand& demand) {
  const PerSecond capacity = demand.capacity();
  TierAnswers result{demand.tier, {demand.storage}};
  const auto answer = [&result](Reason reason, double amount, double limit, std::string_view unit,
                                std::string why) {
    result.answers.push_back({reason, amount, limit, unit, std::move(why)});
  };
  answer(Reason::throughput, demand.requests.value(), capacity.value(), "per second",
         fmt::format("{} ({}), {}", text_of(demand.requests), demand.requests_text, limit_text(capacity)));
  answer(Reason::response_time, demand.longest.value(), noticed.value(), "seconds",
         fmt::format("{} takes {}, noticed from {} on", demand.longest_text, text_of(demand.longest),
                     text_of(noticed)));
  answer(Reason::latency, demand.away.value(), noticed.value(), "seconds",
         fmt::format("{}, {}, noticed from {} on", text_of(demand.away), demand.away_text, text_of(noticed)));
  answer(Reason::hotspots, demand.hottest.value(), capacity.value(), "per second",
         demand.hottest.value() > 0
             ? fmt::format("{} {}, {}", text_of(demand.hottest), demand.hottest_text, limit_text(capacity))
             : demand.hottest_text);
  // The first failure is certain; one machine survives none.
  answer(Reason::availability, 1, 0, "failures",
         "one machine is a single point of failure; " + demand.survives_text);
  return result;
}

}  // namespace

std::string_view reason_name(Reason reason) {
  constexpr std::array<std::string_view, 6> names{"storage", "throughput", "response time",
                                                  "latency", "hotspots",   "availability"};
  return names[static_cast<std::size_t>(reason)];
}

std::vector<TierAnswers> reasons_to_scale(const Scenario& scenario) {
  std::vector<TierAnswers> result;
  for (const Demand& demand : Demands(scenario).all()) result.push_back(answers(demand));
  return result;
}

}  // namespace chatsim::planner
