#include "planner/plan/ways.hpp"

#include <algorithm>
#include <cmath>

#include "scenarios/spec/workload.hpp"

namespace chatsim::planner {
namespace {


/// Builds the ways on one lattice. A lattice is as long as its longest way needs: twelve times the mean of the parts.
class Ways {
 public:
  Ways(const spec::Scenario& scenario, const std::vector<Station>& stations)
      : scenario_(scenario),
        population_(scenario.population),
        stations_(stations),
        network_(mean_network_latency(scenario.datacenter)),
        step_(spec::Seconds{12 / static_cast<double>(Lattice::points) *
                            (4 * longest_hop() + spec::Seconds{8 * at("gateway").service.value()} + 20 * network_).value()}) {
    poll_time_ = scenario.services.gateway.transport == spec::Transport::long_polling
                     ? scenario.services.gateway.poll_time
                     : spec::Seconds{};
  }

  Way send_to_ack() const {
    return way("send_to_ack", spec::message_rate(population_),
               gateway(poll_time_) + request(population_.message_size) + messaging() +
                   write("message_store", scenario_.stores.message) + request({}));
  }

  /// Of recipients who are online.
  Way send_to_deliver() const {
    return way("send_to_deliver", online_deliveries(), delivered());
  }

  /// Round trips from client to gateway are those of author and recipient, half of each.
  Way client_to_client() const {
    const auto round_trips = access_round_trip();
    const Lattice half = Lattice::of_quantiles([&](double p) { return round_trips(p) / 2; }, coarse_);
    const Lattice inside = Lattice::of_quantiles(
        [all = delivered()](double p) { return all.quantile(p).value(); }, coarse_, 1024);
    return way("client_to_client", online_deliveries(), inside + half + half);
  }

  Way group_fanout() const {
    const Lattice one = member_delivery(Answer::awaited);
    const double parallel = scenario_.services.group.fanout_parallelism;
    std::vector<Lattice::Weighted> parts;
    constexpr int sizes = 24;
    for (int i = 0; i < sizes; ++i) {
      const double n = std::max(1.0, group_size((i + 0.5) / sizes) - 1);
      const spec::Seconds rounds = std::max(0.0, n - parallel) / parallel * one.mean();
      parts.push_back({1.0 / sizes, one.last_of(std::min(n, parallel)) + rounds});
    }
    return way("group_fanout", spec::message_rate(population_) * population_.group_message_share.value(),
               members_read() + look_up() + Lattice::mixture(parts));
  }

  Way login() const {
    const Lattice connected = hop("gateway", scenario_.services.gateway.handshake_time, poll_time_) + look_up() +
                              request({}) + messaging() +
                              read("conversation_store", scenario_.stores.conversation, spec::mailbox_scan(scenario_));
    const Lattice fetch = read("message_store", scenario_.stores.message);
    const Lattice push = request(population_.message_size) + gateway({}) + request({});
    const double a_user_s = (spec::message_rate(population_) * spec::recipients_per_message(population_)) .value() /
                            population_.users;
    const double away = population_.online.complement().value() / std::max(1e-9, population_.online.value());
    // How many messages wait is Poisson for each length of absence: the last of so many fetches, in turns of 16.
    std::vector<double> of_count(512, 0.0);
    for (int i = 0; i < session_lengths; ++i) {
      const double mean = population_.sessions.length.quantile((i + 0.5) / session_lengths) * away * a_user_s;
      double mass = std::exp(-mean), sum = 0;
      for (std::size_t n = 0; n + 1 < of_count.size(); ++n) {
        of_count[n] += mass / session_lengths;
        sum += mass;
        mass *= mean / static_cast<double>(n + 1);
      }
      of_count.back() += std::max(0.0, 1 - sum) / session_lengths;
    }
    std::vector<Lattice::Weighted> parts;
    for (std::size_t n = 1; n < of_count.size(); ++n) {
      if (of_count[n] < 1e-7) continue;
      const auto count = static_cast<double>(n);
      const spec::Seconds turns = std::max(0.0, count - mailbox_parallelism) / mailbox_parallelism * fetch.mean();
      parts.push_back({of_count[n], fetch.last_of(std::min(count, mailbox_parallelism)) + turns});
    }
    Lattice fetched = parts.empty() ? Lattice(step_) : Lattice::mixture(parts) + push;
    // A mixture without its first part weighs less than 1, and so does its sum with a push.
    fetched = Lattice::mixture({{1, fetched}, {of_count[0], Lattice(step_)}});
    return way("login", spec::login_rate(population_), connected + fetched + request({}));
  }

  /// From a message's arrival until its recipient logs in: the rest of the absence, longer ones having more of them.
  Way mailbox_wait() const {
    const double away = population_.online.complement().value() / std::max(1e-9, population_.online.value());
    std::vector<double> absences;
    double sum = 0;
    for (int i = 0; i < session_lengths; ++i) {
      absences.push_back(population_.sessions.length.quantile((i + 0.5) / session_lengths) * away);
      sum += absences.back();
    }
    Way found{.name = "mailbox_wait",
              .rate = spec::message_rate(population_) * spec::kept_per_message(population_)};
    if (sum <= 0) return found;
    double mean = 0;
    for (const double absence : absences) mean += absence * absence / 2 / sum;
    const auto later_than = [&](double t) {
      double later = 0;
      for (const double absence : absences) later += std::max(0.0, absence - t) / sum;
      return later;
    };
    const auto quantile = [&](double p) {
      double low = 0, high = absences.back();
      for (int i = 0; i < 60; ++i) {
        const double middle = (low + high) / 2;
        (later_than(middle) > 1 - p ? low : high) = middle;
      }
      return spec::Seconds{high};
    };
    found.mean = spec::Seconds{mean};
    found.p50 = quantile(0.5);
    found.p90 = quantile(0.9);
    found.p99 = quantile(0.99);
    found.p999 = quantile(0.999);
    return found;
  }

  /// The client's part is most of it: its network, and the size. Inside, the object crosses cards and disks.
  Way blob(const char* name, spec::PerSecond rate, bool upload) const {
    const spec::Blob& blob = scenario_.services.blob;
    const double card = scenario_.datacenter.host_link.bandwidth.value();
    const double disk = blob.disk_bandwidth.value();
    const bool coded = blob.redundancy == spec::Redundancy::reed_solomon;
    // Up: to the first machine, then to the others by turns of its card, onto a disk. Down: off a disk, over one card.
    const double parts = spec::copies_on_disk(blob);
    const double share = coded ? 1.0 / blob.data_fragments : 1;
    const double inside = upload ? 1 / card + (parts - share) / card + share / disk : 1 / card + share / disk;
    const spec::Access& access = population_.access;
    const auto size = [&](double p) {
      return std::min(population_.attachments.size_max.value(), population_.attachments.size.quantile(p));
    };
    struct Value {
      double seconds, weight;
    };
    std::vector<Value> values;
    for (const spec::AccessClass* kind : {&access.fixed, &access.mobile, &access.slow}) {
      if (kind->share.value() <= 0) continue;
      const double of_client = 1 / (upload ? kind->upload : kind->download).value();
      constexpr int sizes = 256, distances = 24;
      for (int i = 0; i < sizes; ++i) {
        for (int k = 0; k < distances; ++k) {
          const double round_trip = access.round_trip.quantile((k + 0.5) / distances) * kind->round_trip_factor;
          values.push_back({size((i + 0.5) / sizes) * (of_client + inside) + round_trip,
                            kind->share.value() / (sizes * distances)});
        }
      }
    }
    const spec::Seconds service = at("blob").service + at("blob").wait();
    const double fixed = ((upload ? 2.0 : 1.0) * service + (upload ? 4.0 : 2.0) * network_ + blob.disk_access_time).value();
    std::sort(values.begin(), values.end(), [](const Value& a, const Value& b) { return a.seconds < b.seconds; });
    Way found{.name = name, .rate = rate};
    double sum = 0, mean = 0;
    const auto note = [&](double p, spec::Seconds& into, double before, double now, double seconds) {
      if (before < p && now >= p) into = spec::Seconds{seconds + fixed};
    };
    for (const Value& value : values) {
      mean += value.weight * value.seconds;
      const double now = sum + value.weight;
      note(0.5, found.p50, sum, now, value.seconds);
      note(0.9, found.p90, sum, now, value.seconds);
      note(0.99, found.p99, sum, now, value.seconds);
      note(0.999, found.p999, sum, now, value.seconds);
      sum = now;
    }
    found.mean = spec::Seconds{mean + fixed};
    return found;
  }

 private:
  enum class Answer { awaited, not_awaited };

  const Station& at(const std::string& name) const {
    return *std::find_if(stations_.begin(), stations_.end(), [&](const Station& s) { return s.tier.name == name; });
  }
  spec::Seconds longest_hop() const {
    spec::Seconds longest;
    for (const char* name : {"message_store", "conversation_store", "group_store", "profile", "messaging"}) {
      const Station& station = at(name);
      longest = std::max(longest, station.service + station.wait());
    }
    longest += spec::mailbox_scan(scenario_);
    return longest;
  }
  Way way(const char* name, spec::PerSecond rate, const Lattice& lattice) const {
    return {name, rate, lattice.mean(), lattice.quantile(0.5), lattice.quantile(0.9), lattice.quantile(0.99),
            lattice.quantile(0.999)};
  }

  /// Waiting and service of one request.
  Lattice hop(const std::string& tier, const spec::Distribution& time, spec::Seconds fixed = {}) const {
    const Station& station = at(tier);
    const double speed = scenario_.datacenter.host_speed;
    Lattice served = Lattice::of(time, step_ * speed).in_steps_of(step_) + fixed / speed;
    return of_machines(station.parts_for_thread) + of_machines(station.parts_for_core) + served;
  }
  Lattice of_machines(const std::vector<PartWaiting>& parts) const {
    std::vector<Lattice::Weighted> all;
    for (const PartWaiting& part : parts) all.push_back({part.share, Lattice::of(part.waiting, step_)});
    return all.empty() ? Lattice(step_) : Lattice::mixture(all);
  }
  /// What a member of a group waits for the others at the messaging service and at the row of its conversation.
  Lattice behind_other_members() const {
    return Lattice::of(at("messaging").behind(other_members_served(scenario_)), step_);
  }
  /// The way of a request or an answer.
  Lattice request(spec::Bytes payload) const {
    const spec::Seconds sending =
        (payload + scenario_.network.request_overhead) / scenario_.datacenter.host_link.bandwidth;
    return Lattice::constant(network_ + sending, step_);
  }
  Lattice gateway(spec::Seconds fixed) const { return hop("gateway", scenario_.services.gateway.service_time, fixed); }
  Lattice messaging() const { return hop("messaging", scenario_.services.messaging.service_time); }
  Lattice look_up() const {
    return request({}) + hop("profile", scenario_.services.profile.service_time) + request({});
  }
  Lattice write(const std::string& tier, const spec::Store& store) const {
    const Lattice leg = request(store.row) + hop(tier, store.write_time, entry_time(scenario_, store)) + request({});
    if (store.consistency == spec::Consistency::quorum) return leg.order_statistic(store.write_quorum, store.replication);
    const int awaited = followers_awaited(store);
    return awaited == 0 ? leg : leg + leg.order_statistic(awaited, store.replication - 1);
  }
  Lattice read(const std::string& tier, const spec::Store& store, spec::Seconds scan = {}) const {
    const bool has_leader = store.consistency == spec::Consistency::leader;
    return (request({}) + hop(tier, store.read_time, scan) + request(store.row))
        .order_statistic(has_leader ? 1 : store.read_quorum, static_cast<int>(read_legs(store)));
  }
  Lattice members_read() const { return read("group_store", scenario_.stores.group); }

  /// From when a messaging server has the message until the device shows it.
  Lattice pushed() const {
    return write("conversation_store", scenario_.stores.conversation) + look_up() +
           request(population_.message_size) + gateway({});
  }
  Lattice member_delivery(Answer answer) const {
    const Lattice there = request(population_.message_size) + messaging() +
                          write("conversation_store", scenario_.stores.conversation) + look_up();
    const Lattice push = request(population_.message_size) + gateway({}) + request({});
    const double online = population_.online.value();
    if (answer == Answer::not_awaited) return there + request(population_.message_size) + gateway({});
    return Lattice::mixture({{online, there + push}, {1 - online, there}}) + request({});
  }
  Lattice delivered() const {
    const Lattice persisted = gateway(poll_time_) + request(population_.message_size) + messaging() +
                              write("message_store", scenario_.stores.message);
    const double recipients = spec::recipients_per_message(population_);
    const double to_group = population_.group_message_share.value();
    const double members = recipients > 0 ? (recipients - (1 - to_group)) / recipients : 0;
    const Lattice direct = pushed();
    if (members <= 0) return persisted + direct;
    const Lattice fanned_out = request(population_.message_size) +
                               hop("group", scenario_.services.group.service_time) + members_read() + look_up() +
                               member_delivery(Answer::not_awaited) + behind_other_members() + turn_of_member();
    return persisted + Lattice::mixture({{1 - members, direct}, {members, fanned_out}});
  }
  /// Of a large group only so many are served at a time; the others begin when one of these is done.
  Lattice turn_of_member() const {
    const double parallel = scenario_.services.group.fanout_parallelism;
    const Lattice delivery = member_delivery(Answer::awaited);
    const spec::Seconds one = delivery.mean();
    // Of what is renewed, the k-th comes at (k - (scv - 1) / 2) means: the first turn lasts longer than half of one.
    const double late = (1 - delivery.scv()) / 2;
    std::vector<Lattice::Weighted> parts;
    double all = 0;
    constexpr int sizes = 200;
    for (int i = 0; i < sizes; ++i) all += group_size((i + 0.5) / sizes) - 1;
    double at_once = 0;
    std::vector<double> later(16, 0.0);
    for (int i = 0; i < sizes; ++i) {
      const double n = group_size((i + 0.5) / sizes) - 1;
      at_once += std::min(n, parallel) / all;
      for (std::size_t turn = 0; turn < later.size(); ++turn) {
        const double before = parallel * static_cast<double>(turn + 1);
        const bool last = turn + 1 == later.size();
        if (n > before) later[turn] += (last ? n - before : std::min(n - before, parallel)) / all;
      }
    }
    parts.push_back({at_once, Lattice(step_)});
    for (std::size_t turn = 0; turn < later.size(); ++turn) {
      if (later[turn] <= 0) continue;
      // Spread evenly over the time in which those before it come to an end.
      const auto turns = static_cast<double>(turn);
      parts.push_back({later[turn], Lattice::of_quantiles(
                                        [&](double p) { return (turns + p + late) * one.value(); }, step_, 64)});
    }
    return Lattice::mixture(parts);
  }
  double group_size(double p) const {
    return std::clamp(population_.group_size.quantile(p), 2.0, static_cast<double>(population_.group_size_max));
  }
  spec::PerSecond online_deliveries() const {
    return spec::message_rate(population_) * spec::recipients_per_message(population_) * population_.online;
  }
  std::function<double(double)> access_round_trip() const {
    return [this](double p) {
      const spec::Access& access = population_.access;
      const double factor = access.fixed.share.value() * access.fixed.round_trip_factor +
                            access.mobile.share.value() * access.mobile.round_trip_factor +
                            access.slow.share.value() * access.slow.round_trip_factor;
      return access.round_trip.quantile(p) * factor;
    };
  }

  const spec::Scenario& scenario_;
  const spec::Population& population_;
  const std::vector<Station>& stations_;
  spec::Seconds network_;
  spec::Seconds step_;
  spec::Seconds coarse_{0.5e-3};
  spec::Seconds poll_time_;
};

}  // namespace

spec::Seconds mean_network_latency(const spec::Datacenter& datacenter) {
  const double hosts = datacenter.hosts_per_rack;
  const double racks = hosts * datacenter.racks_per_pod;
  const double pods = racks * datacenter.pods_per_datacenter;
  const double datacenters = pods * datacenter.datacenters_per_region;
  const double all = datacenters * datacenter.regions;
  if (all <= 1) return {};
  const auto beyond = [&](double within) { return (all - within) / (all - 1); };
  return 2 * datacenter.host_link.latency + 2 * beyond(hosts) * datacenter.rack_uplink.latency +
         2 * beyond(racks) * datacenter.pod_uplink.latency + 2 * beyond(pods) * datacenter.datacenter_uplink.latency +
         2 * beyond(datacenters) * datacenter.wan.latency;
}

std::vector<Way> ways(const spec::Scenario& scenario, const std::vector<Station>& stations) {
  const Ways all(scenario, stations);
  const spec::Population& population = scenario.population;
  std::vector<Way> found{all.send_to_ack(), all.send_to_deliver()};
  // Somebody has to be offline, and to come back.
  if (population.online.value() > 0 && population.online.value() < 1) found.push_back(all.mailbox_wait());
  if (population.group_message_share.value() > 0) found.push_back(all.group_fanout());
  found.push_back(all.login());
  if (population.attachments.share.value() > 0) {
    found.push_back(all.blob("blob_upload", spec::upload_rate(population), true));
    found.push_back(all.blob("blob_download", spec::download_rate(population), false));
  }
  found.push_back(all.client_to_client());
  return found;
}

BudgetedWays budgeted_ways(const spec::Scenario& scenario, const std::vector<Station>& stations) {
  const Ways all(scenario, stations);
  return {all.send_to_ack(), all.send_to_deliver()};
}

std::vector<Approximation> approximations() {
  return {
      {"waiting at a tier: Allen and Cunneen's M/G/c, and Hayward's peakedness where requests take turns or come in bursts",
       "exact for exponential times and Poisson arrivals; else some per cent above 0.5 of utilisation"},
      {"members of a group and messages of a mailbox come as bursts, strewn by the hops before",
       "a few times the mean wait where a tier has few machines and groups are large"},
      {"the hops of a way, and the replicas of a quorum, are independent",
       "too short tails beside a common cause, as a machine that is slow"},
      {"machines of a ring: load is normal with 1 / sqrt(points x replicas), waits averaged over five loads",
       "the busiest machine of a small ring may lie far from it"},
      {"fork and join: the last of n independent; more than the parallelism allows follow in turns of the mean",
       "some per cent for groups of several times the parallelism"},
      {"the network by its mean latency; cards never queue", "microseconds, unless a card is nearly full"},
      {"who has just logged in gets new messages after the mailbox: left out", "p99.9 of send_to_deliver too short"},
      {"all profiles fit into the cache: no misses", "none if they do; else profile_store has more load"},
      {"compaction: machines are sized for it, but no request waits for it",
       "at most the time of a chunk a request; none where no store has it"},
  };
}

}  // namespace chatsim::planner
