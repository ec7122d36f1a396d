#include "planner/plan/service_graph.hpp"

#include <Eigen/Dense>
#include <algorithm>
#include <cmath>
#include <map>

#include "planner/plan/imbalance.hpp"
#include "scenarios/spec/workload.hpp"

namespace chatsim::planner {
namespace {

/// Of changes of groups and profiles, those that make a new one (as in scenarios/spec/workload).
constexpr double created_share = 1.0 / 20;
/// Batches are gathered for a second; one that would hold a thread for longer is several requests.
constexpr spec::Seconds batch_every{1};
constexpr spec::Seconds most_of_a_batch{20e-3};

/// Requests a second of a batch that is `work` of thread time every second.
double batches(spec::Seconds work) { return std::max(1.0, std::ceil(work / most_of_a_batch - 1e-9)); }

/// Requests that one write is at first.
double written_at_once(const spec::Store& store) {
  return store.consistency == spec::Consistency::leader ? 1 : store.replication;
}

/// Of companions that hops strew over `spread`, those who still come while a request is served.
double still_together(double companions, spec::Seconds spread, spec::Seconds service) {
  return service > spec::Seconds{} ? companions * (service / (service + spread)) : 0;
}

/// Builds the graph, one service after the other, as the document tells of them.
class Builder {
 public:
  explicit Builder(const spec::Scenario& scenario)
      : scenario_(scenario),
        population_(scenario.population),
        services_(scenario.services),
        messages_(spec::message_rate(population_)),
        recipients_(spec::recipients_per_message(population_)),
        to_group_(population_.group_message_share.value()),
        members_(std::max(0.0, population_.group_size.mean() - 1)),
        online_(population_.online.value()) {
    burst_of_group_ = other_members_served(scenario);
    burst_of_mailbox_ = burst_of_mailbox();
    poll_time_ = services_.gateway.transport == spec::Transport::long_polling ? services_.gateway.poll_time
                                                                              : spec::Seconds{};
  }

  ServiceGraph build() {
    send();
    deliver();
    confirm();
    log_in();
    pictures();
    beside_messages();
    return std::move(graph_);
  }

 private:
  OperationId outside(const std::string& step, spec::PerSecond rate = {}) {
    return boost::add_vertex(Operation{.tier = {}, .step = step, .time = {}, .fixed = {}, .from_outside = rate, .companions = 0}, graph_);
  }
  OperationId at(const std::string& tier, const std::string& step, const spec::Distribution& time,
                 spec::Seconds fixed = {}, spec::PerSecond rate = {}) {
    return boost::add_vertex(Operation{tier, step, time, fixed, rate, 0}, graph_);
  }
  void calls(OperationId caller, OperationId called, double mean) {
    if (mean > 0) boost::add_edge(caller, called, Calls{mean}, graph_);
  }
  OperationId write(OperationId caller, const std::string& name, const spec::Store& store, const std::string& step,
                    double times) {
    const OperationId id = at(name + "_store", step, store.write_time, entry_time(scenario_, store));
    const bool has_leader = store.consistency == spec::Consistency::leader;
    calls(caller, id, has_leader ? times : times * store.replication);
    if (has_leader) calls(id, append_to(name, store), store.replication - 1);
    return id;
  }
  /// What a leader hands to its followers, whatever the write is.
  OperationId append_to(const std::string& name, const spec::Store& store) {
    const auto [place, is_new] = appends_.try_emplace(name, 0);
    if (is_new) place->second = at(name + "_store", "append", store.write_time);
    return place->second;
  }
  OperationId read(OperationId caller, const std::string& name, const spec::Store& store, const std::string& step,
                   double times) {
    const OperationId id = at(name + "_store", step, store.read_time);
    calls(caller, id, times * read_legs(store));
    return id;
  }

  /// sendMessage: persist; for a group, fan-out; the author's side of the conversation.
  void send() {
    message_ = outside("message", messages_);
    const OperationId send = at("gateway", "send", services_.gateway.service_time, poll_time_);
    calls(message_, send, 1);
    messaging_ = at("messaging", "messaging", services_.messaging.service_time);
    calls(send, messaging_, 1);
    write(messaging_, "message", scenario_.stores.message, "persist", 1);
    write(messaging_, "conversation", scenario_.stores.conversation, "sent_row", 1);
    author_ = at("profile", "author", services_.profile.service_time);
    calls(messaging_, author_, 1);
    fanout_ = at("group", "fanout", services_.group.service_time);
    calls(messaging_, fanout_, to_group_);
    read(fanout_, "group", scenario_.stores.group, "members", 1);
    calls(fanout_, author_, 1);
  }

  /// One conversation for each recipient; where are they; push.
  void deliver() {
    const OperationId deliver = outside("deliver");
    calls(messaging_, deliver, 1 - to_group_);
    // Members with the same home are one request and one push where the fan-out is batched.
    const bool batched = services_.group.fanout == spec::Fanout::batched;
    const double gateways = services_.gateway.machines;
    const double batches_of_members = batched ? gateways * -std::expm1(members_ * std::log1p(-1 / gateways)) : members_;
    const OperationId to_member = at("messaging", "to_member", services_.messaging.service_time);
    calls(fanout_, to_member, gateways > 1 ? batches_of_members : std::min(1.0, members_));
    const double of_groups = recipients_ > 0 ? to_group_ * members_ / recipients_ : 0;
    graph_[to_member].companions = burst_of_group_;
    calls(fanout_, deliver, members_);
    const spec::Store& conversations = scenario_.stores.conversation;
    const spec::Seconds row_time{conversations.write_time.mean()};
    const spec::Seconds app_time{services_.messaging.service_time.mean()};
    const spec::Seconds look_up_time{services_.profile.service_time.mean()};
    const OperationId row = write(deliver, "conversation", conversations, "conversation", 1);
    graph_[row].companions = of_groups * written_at_once(conversations) * still_together(burst_of_group_, app_time, row_time);
    // The first member of a group counts as a recipient, the others as further members.
    const double located_first = 1 / std::max(1e-300, recipients_);
    const double first = std::min(1.0, located_first);
    locate_ = at("profile", "locate", services_.profile.service_time);
    calls(deliver, locate_, first);
    const OperationId locate_member = at("profile", "locate_member", services_.profile.service_time);
    calls(deliver, locate_member, 1 - first);
    graph_[locate_member].companions = still_together(burst_of_group_, row_time, look_up_time);
    const OperationId push = at("gateway", "push", services_.gateway.service_time);
    const double pushes = batched && members_ > 0
                              ? (1 - to_group_ + to_group_ * batches_of_members) / recipients_
                              : 1;
    calls(deliver, push, online_ * std::min(1.0, pushes));
    pushed_ = outside("pushed");
    calls(deliver, pushed_, online_);
    const OperationId sent = write(pushed_, "conversation", conversations, "mark_sent", 1);
    graph_[sent].companions = of_groups * online_ * written_at_once(conversations) *
                              still_together(burst_of_group_, row_time + look_up_time + app_time, row_time);
  }

  /// Receipts: of a push, or of all that a mailbox brought; delivered, and read by some.
  void confirm() {
    const double read_share = population_.sessions.read_share.value();
    shown_ = outside("shown");  // Once for each push, whatever it brought.
    calls(pushed_, shown_, 1);
    const OperationId confirmed = at("gateway", "receipt", services_.gateway.service_time,
                                     poll_time_ * ((2 + read_share) / (1 + read_share)));
    calls(shown_, confirmed, 1 + read_share);
    const OperationId receipt = at("messaging", "receipt", services_.messaging.service_time);
    calls(confirmed, receipt, 1);
    write(shown_, "conversation", scenario_.stores.conversation, "mark_delivered", 1);
    write(shown_, "conversation", scenario_.stores.conversation, "mark_read", read_share);
    statuses_ = at("profile", "locate_author", services_.profile.service_time);
    calls(pushed_, statuses_, 1 + read_share);
    push_receipt_ = at("gateway", "push_receipt", services_.gateway.service_time);
    // Who wrote just now is online still.
    calls(pushed_, push_receipt_, 1 + read_share);
  }

  /// updateServer, and sendMessagesWhenUserComesOnline.
  void log_in() {
    const spec::PerSecond logins_per_s = spec::login_rate(population_);
    const OperationId login = at("gateway", "login", services_.gateway.handshake_time, poll_time_, logins_per_s);
    const OperationId update = at("profile", "update_server", services_.profile.service_time);
    calls(login, update, 1);
    const OperationId drain = at("messaging", "drain", services_.messaging.service_time);
    calls(login, drain, 1);
    const OperationId mailbox = read(drain, "conversation", scenario_.stores.conversation, "mailbox", 1);
    graph_[mailbox].fixed = spec::mailbox_scan(scenario_);
    const double rows = logins_per_s > spec::PerSecond{}
                            ? messages_ * spec::kept_per_message(population_) / logins_per_s
                            : 0;
    const double full = share_of_full_mailboxes(scenario_);
    const OperationId fetch = read(drain, "message", scenario_.stores.message, "mailbox_message", rows);
    graph_[fetch].companions = std::min(burst_of_mailbox_, mailbox_parallelism) * read_legs(scenario_.stores.message);
    const OperationId push = at("gateway", "push_mailbox", services_.gateway.service_time);
    calls(drain, push, full);
    write(drain, "conversation", scenario_.stores.conversation, "mark_mailbox", full);
    calls(push, shown_, 1);
    const double read_share = population_.sessions.read_share.value();
    calls(drain, statuses_, rows * (1 + read_share));
    // The authors of all that was waiting are looked up at once.
    const double at_once = messages_.value() * recipients_ * online_, kept = rows * logins_per_s.value();
    if (at_once + kept > 0) graph_[statuses_].companions = kept / (at_once + kept) * burst_of_mailbox_;
    calls(drain, push_receipt_, rows * (1 + read_share) * online_);
    // Rows that changed in the cache are written to the store many at a time.
    const OperationId changed = outside("changed_row", spec::last_seen_rate(population_));
    calls(login, changed, 1);
    write(changed, "profile", scenario_.stores.profile, "write_behind", 1.0 / services_.profile.rows_per_write);
  }

  void pictures() {
    const spec::Attachments& attachments = population_.attachments;
    const spec::Blob& blob = services_.blob;
    const bool coded = blob.redundancy == spec::Redundancy::reed_solomon;
    const OperationId create = at("blob", "blob_create", blob.service_time);
    calls(message_, create, (attachments.share * attachments.hot_share.complement()).value());
    // The machine that hands the parts out has had its service already.
    const int parts = coded ? blob.data_fragments + blob.parity_fragments : blob.copies;
    const spec::Distribution at_others =
        parts == 1 ? spec::Distribution::constant(0)
                   : spec::Distribution::mixture({{1.0 / parts, spec::Distribution::constant(0)},
                                                  {1 - 1.0 / parts, blob.service_time}});
    const OperationId part = at("blob", "blob_part", at_others);
    calls(create, part, parts);
    const OperationId get = at("blob", "blob_get", blob.service_time);
    // Whatever was shown, at once or from a mailbox.
    calls(message_, get, (attachments.share * attachments.fetched).value() * recipients_);
    if (coded) calls(get, part, blob.data_fragments);
  }

  void beside_messages() {
    const spec::Gateway& gateway = services_.gateway;
    const double connected = spec::connected_users(population_);
    if (gateway.transport == spec::Transport::websocket) {
      const spec::Seconds work =
          spec::heartbeat_rate(population_) / gateway.machines * batch_every * gateway.heartbeat_time;
      batch("gateway", "heartbeat", gateway.machines, work);
    } else {
      const spec::Seconds work = connected / gateway.machines / gateway.poll_timeout * batch_every * gateway.poll_time;
      batch("gateway", "poll", gateway.machines, work);
    }
    const spec::Profile& profile = services_.profile;
    const spec::Seconds last_seen =
        spec::last_seen_rate(population_) / profile.machines * batch_every * profile.last_seen_time;
    batch("profile", "last_seen", profile.machines, last_seen);

    const double a_day = population_.load_factor / population_.day.value();
    const OperationId group_change = at("gateway", "group_change", gateway.service_time, poll_time_,
                                        spec::PerSecond{population_.groups > 0 ? population_.group_changes_per_day * a_day : 0});
    const OperationId at_group = at("group", "group_change", services_.group.service_time);
    calls(group_change, at_group, 1);
    write(at_group, "group", scenario_.stores.group, "group_rows", 1 - refused_changes());
    const OperationId profile_change = at("gateway", "profile_change", gateway.service_time, poll_time_,
                                          spec::PerSecond{population_.profile_changes_per_day * a_day});
    write(profile_change, "profile", scenario_.stores.profile, "profile_change", 1);
    const OperationId at_profile = at("profile", "profile_change", profile.service_time);
    calls(profile_change, at_profile, 1);
  }

  void batch(const std::string& tier, const std::string& step, double machines, spec::Seconds work) {
    if (work <= spec::Seconds{}) return;
    const double requests = batches(work);
    at(tier, step, spec::Distribution::constant(work / requests), {}, requests * machines / batch_every);
  }

  /// Nobody joins a group that is full, and the last two of one stay.
  double refused_changes() const {
    constexpr int groups = 1000;
    int refused = 0;
    for (int i = 0; i < groups; ++i) {
      const double size = population_.group_size.quantile((i + 0.5) / groups);
      refused += size >= population_.group_size_max || std::lround(size) <= 2;
    }
    return (1 - created_share) / 2 * refused / groups;
  }

  /// Of the messages that wait for a login: how many more there are. They are Poisson for an absence of given length.
  double burst_of_mailbox() const {
    if (online_ <= 0 || population_.users <= 0) return 0;
    const double a_user = (messages_ * recipients_).value() / population_.users * (1 - online_) / online_;
    double sum = 0, squares = 0;
    for (int i = 0; i < session_lengths; ++i) {
      const double waiting = a_user * population_.sessions.length.quantile((i + 0.5) / session_lengths);
      sum += waiting;
      squares += waiting * waiting;
    }
    return sum > 0 ? squares / sum : 0;
  }

  const spec::Scenario& scenario_;
  const spec::Population& population_;
  const spec::Services& services_;
  spec::PerSecond messages_;
  double recipients_, to_group_, members_, online_;
  double burst_of_group_ = 0, burst_of_mailbox_ = 0;
  spec::Seconds poll_time_;
  ServiceGraph graph_;
  std::map<std::string, OperationId> appends_;
  OperationId message_{}, messaging_{}, author_{}, fanout_{}, locate_{}, pushed_{}, shown_{}, statuses_{}, push_receipt_{};
};

}  // namespace

spec::Seconds entry_time(const spec::Scenario& scenario, const spec::Store& store) {
  const spec::StatusIndex& index = scenario.stores.status_index;
  const bool indexed = &store == &scenario.stores.conversation && index.lookup == spec::MailboxLookup::index;
  return indexed ? index.write_share * spec::Seconds{store.write_time.mean()} : spec::Seconds{};
}

ServiceGraph service_graph(const spec::Scenario& scenario) { return Builder(scenario).build(); }

std::vector<spec::PerSecond> rates(const ServiceGraph& graph) {
  const auto count = static_cast<Eigen::Index>(boost::num_vertices(graph));
  Eigen::MatrixXd equations = Eigen::MatrixXd::Identity(count, count);
  Eigen::VectorXd from_outside(count);
  for (OperationId i = 0; i < boost::num_vertices(graph); ++i) {
    from_outside(static_cast<Eigen::Index>(i)) = graph[i].from_outside.value();
  }
  const auto [begin, end] = boost::edges(graph);
  for (auto edge = begin; edge != end; ++edge) {
    equations(static_cast<Eigen::Index>(boost::target(*edge, graph)),
              static_cast<Eigen::Index>(boost::source(*edge, graph))) -= graph[*edge].mean;
  }
  const Eigen::VectorXd solved = equations.partialPivLu().solve(from_outside);
  std::vector<spec::PerSecond> found;
  for (Eigen::Index i = 0; i < count; ++i) found.push_back(spec::PerSecond{std::max(0.0, solved(i))});
  return found;
}

double other_members_served(const spec::Scenario& scenario) {
  const spec::Population& population = scenario.population;
  constexpr int groups = 1000;
  double members = 0, squares = 0;
  const double most = 2.0 * scenario.services.group.fanout_parallelism;
  for (int i = 0; i < groups; ++i) {
    const double n =
        std::clamp(population.group_size.quantile((i + 0.5) / groups), 2.0, 1.0 * population.group_size_max) - 1;
    members += n;
    squares += n * std::min(n, most);
  }
  return members > 0 ? squares / members - 1 : 0;
}

double share_of_full_mailboxes(const spec::Scenario& scenario) {
  const spec::Population& population = scenario.population;
  const double online = population.online.value();
  if (online <= 0 || population.users <= 0) return 0;
  const double away = (1 - online) / online;
  const double a_user = message_rate(population).value() * spec::recipients_per_message(population) / population.users;
  double full = 0;
  for (int i = 0; i < session_lengths; ++i) {
    full -= std::expm1(-population.sessions.length.quantile((i + 0.5) / session_lengths) * away * a_user);
  }
  return full / session_lengths;
}

int followers_awaited(const spec::Store& store) { return store.replication / 2; }

double read_legs(const spec::Store& store) {
  if (store.consistency == spec::Consistency::leader) return 1;
  return store.read_from == spec::ReadFrom::all ? store.replication : store.read_quorum;
}

std::vector<TierOfScenario> tiers_of(const spec::Scenario& scenario) {
  using Balance = TierOfScenario::Balance;
  std::vector<TierOfScenario> found;
  const auto service = [&](const char* name, const spec::Tier& tier, Balance balance, double imbalance) {
    found.push_back({name, tier.machines, tier.threads, tier.cores, tier.cpu_share.value(), balance,
                     tier.machines > 1 ? imbalance : 0});
  };
  const spec::Services& services = scenario.services;
  service("gateway", services.gateway, Balance::home, 0);
  service("messaging", services.messaging, Balance::round_robin, 0);
  service("group", services.group, Balance::round_robin, 0);
  service("profile", services.profile, Balance::ring, ring_imbalance(spec::Profile::virtual_nodes, 1));
  service("blob", services.blob, Balance::ring, ring_imbalance(spec::Blob::virtual_nodes, services.blob.copies));
  for (const auto& [name, store] : {std::pair{"message_store", &scenario.stores.message},
                                    std::pair{"conversation_store", &scenario.stores.conversation},
                                    std::pair{"group_store", &scenario.stores.group},
                                    std::pair{"profile_store", &scenario.stores.profile}}) {
    found.push_back({name, store->machines, store->threads, store->cores, store->cpu_share.value(), Balance::ring,
                     imbalance_of(*store)});
  }
  return found;
}

}  // namespace chatsim::planner
