#include <cmath>

#include "scenarios/spec/workload.hpp"
#include "tests/models/figures.hpp"
#include "tests/models/run/result_of.hpp"
#include "tests/models/small_scenario.hpp"
#include "tests/scenarios/load_scenario.hpp"

using namespace chatsim;
using tests::figure;
using tests::named;
using tests::tier;

namespace {

double per_second(std::uint64_t count, const spec::Result& result) {
  return static_cast<double>(count) / result.measured_s;
}

/// Offered work over capacity of what limits: threads, or cores for the part that computes.
bool utilisation(const spec::Result& result, const std::string& name, double mean_service_s,
                 double cpu_share) {
  const spec::TierSummary& summary = tier(result, name);
  const double capacity = std::min<double>(summary.threads, summary.cores / std::max(cpu_share, 1e-9));
  const double expected =
      summary.offered.value() * mean_service_s / (static_cast<double>(summary.machines) * capacity);
  return figure("utilisation of " + name + " = rate x time / capacity", expected, summary.utilisation,
                0.02 * expected);
}

/// Requests of one step that a tier was offered, a second.
double load(const spec::Result& result, const std::string& name, const std::string& step) {
  for (const spec::TierLoad& one : tier(result, name).loads) {
    if (one.step == step) return one.requests.value();
  }
  return 0;
}

/// 1 %, or four standard deviations of what the border of the measured time may cut.
bool load_is(const std::string& derivation, double expected, const spec::Result& result, const std::string& name,
             const std::string& step) {
  const double border = 4 * std::sqrt(std::max(1.0, expected * 0.2)) / result.measured_s;
  return figure(name + ", " + step + " = " + derivation, expected, load(result, name, step),
                std::max(0.01 * expected, border));
}

/// Replicas that a read asks.
double asked(const spec::Store& store) {
  return store.read_from == spec::ReadFrom::all ? store.replication : store.read_quorum;
}

/// Of the logins, those that find something: what came while the user was away is Poisson. Users have sessions of 64
/// lengths, and as many of each length log in.
double share_of_full_mailboxes(const spec::Population& population) {
  constexpr int lengths = 64;
  const double away = (1 - population.online.value()) / population.online.value();
  const double a_user_s =
      message_rate(population).value() * spec::recipients_per_message(population) / population.users;
  double full = 0;
  for (int i = 0; i < lengths; ++i) {
    full -= std::expm1(-population.sessions.length.quantile((i + 0.5) / lengths) * away * a_user_s) / lengths;
  }
  return full;
}

/// Of the changes of groups: one in twenty is a new one, as many join as leave.
double share_of_refused_changes(const spec::Population& population) {
  constexpr int groups = 10'000;
  int refused = 0;
  for (int i = 0; i < groups; ++i) {
    const double members = population.group_size.quantile((i + 0.5) / groups);
    refused += members >= population.group_size_max || std::lround(members) <= 2;
  }
  return 0.95 * 0.5 * refused / groups;
}

/// Thread time by step, as requests x time: constant and exponential times alike.
double work(const spec::Result& result, const std::string& name, const std::vector<std::string>& steps,
            double mean_service_s) {
  double sum = 0;
  for (const std::string& step : steps) sum += load(result, name, step) * mean_service_s;
  return sum;
}

/// What recipients' devices say, and what it sets off: a status each, and a receipt for each author.
void check_receipts(const spec::Scenario& scenario, const spec::Result& result) {
  const spec::Population& population = scenario.population;
  const double delivered = per_second(result.deliveries.delivered, result);
  const double read_share = population.sessions.read_share.value();
  // A device says it once for all that it got from its mailbox: one request, several rows.
  const double pushed = delivered + load(result, "gateway", "push_mailbox");
  const double written = scenario.stores.conversation.replication;
  CHECK(load_is("3 legs a push that was delivered, of one or all of a mailbox", written * pushed, result,
                "conversation_store", "mark_delivered"));
  const double read = load(result, "conversation_store", "mark_read") / written;
  // Who leaves within the 2 s until reading does not.
  CHECK(figure("conversation_store, mark_read / 3 = the share of them that is read, 1 % leave, 4 sigma",
               read_share * pushed, read,
               0.01 * read_share * pushed + 4 * std::sqrt(read_share * pushed / result.measured_s)));
  CHECK(load_is("delivered + read", pushed + read, result, "gateway", "receipt"));
  CHECK(load_is("delivered + read", pushed + read, result, "messaging", "receipt"));
  const double statuses = per_second(result.statuses.delivered + result.statuses.read, result);
  CHECK(load_is("a status of each row", statuses, result, "profile", "locate_author"));
  CHECK(result.statuses.receipts_failed == 0);
  // The author of a message that was delivered at once is online, the one of a message from before the run maybe.
  const double at_once = delivered * (1 + read_share);
  CHECK(figure("receipts returned: to all authors of what was delivered at once, to those online of what was kept, 2 %",
               at_once + (statuses - at_once) * population.online.value(),
               per_second(result.statuses.receipts_returned, result), 0.02 * statuses + 4));
  CHECK(load_is("receipts returned", per_second(result.statuses.receipts_returned, result), result, "gateway",
                "push_receipt"));
}

/// What waits for a login: its rows are read, then its messages, and one push brings them all.
void check_mailboxes(const spec::Scenario& scenario, const spec::Result& result) {
  const spec::Stores& stores = scenario.stores;
  const double logins = per_second(result.sessions.logins, result);
  const double rows = per_second(result.mailbox.delivered, result);
  CHECK(result.mailbox.failed == 0);
  CHECK(load_is("replicas asked, a login", asked(stores.conversation) * logins, result, "conversation_store", "mailbox"));
  const double full = share_of_full_mailboxes(scenario.population) * logins;
  const double pushes = load(result, "gateway", "push_mailbox");
  CHECK(figure("gateway, push_mailbox = logins who find something, 2 %, 4 sigma", full, pushes,
               0.02 * full + 4 * std::sqrt((full + 1) / result.measured_s)));
  CHECK(load_is("3 legs a mailbox", stores.conversation.replication * pushes, result, "conversation_store",
                "mark_mailbox"));
  CHECK(load_is("replicas asked, a kept message", asked(stores.message) * rows, result, "message_store",
                "mailbox_message"));
  CHECK(figure("messages read, rows a second", rows, named(result.storage, "message").reads_per_s, 0.01 * rows + 4));
  if (logins < 1) return;
  // The steady state: as many leave the mailboxes as come in. Who logs in and with how much is a sample.
  const double kept = per_second(result.deliveries.kept, result);
  CHECK(figure("kept messages handed over = kept, 4 %", kept, rows, 0.04 * kept));
}

/// Changes of groups and profiles, pictures, and what the cache writes and reads.
void check_beside_messages(const spec::Scenario& scenario, const spec::Result& result) {
  const spec::Population& population = scenario.population;
  const auto poisson = [&](const std::string& what, double expected, double actual) {
    return figure(what + ", 4 sigma", expected, actual, 4 * std::sqrt(expected / result.measured_s) + 1e-9);
  };
  const double a_day = population.load_factor / population.day.value();
  const double group_changes = load(result, "gateway", "group_change");
  CHECK(poisson("changes of groups a second", population.group_changes_per_day * a_day, group_changes));
  CHECK(load_is("changes of groups", group_changes, result, "group", "group_change"));
  // Nobody joins a group that is full, and the last two of one stay.
  const double accepted = group_changes * (1 - share_of_refused_changes(population));
  CHECK(figure("group_store, group_rows = 3 legs a change of a group that is accepted, 4 sigma",
               scenario.stores.group.replication * accepted, load(result, "group_store", "group_rows"),
               scenario.stores.group.replication *
                   (4 * std::sqrt((group_changes - accepted) / result.measured_s) + 1 / result.measured_s)));
  const double profile_changes = load(result, "gateway", "profile_change");
  CHECK(poisson("changes of profiles a second", population.profile_changes_per_day * a_day, profile_changes));
  CHECK(load_is("changes of profiles", profile_changes, result, "profile", "profile_change"));
  CHECK(load_is("3 legs a change", scenario.stores.profile.replication * profile_changes, result, "profile_store",
                "profile_change"));

  const spec::CacheSummary& cache = result.profile_cache;
  const double missed = per_second(cache.misses, result);
  CHECK(figure("look-ups = hits + misses + waits, 1 %",
               load(result, "profile", "locate") + load(result, "profile", "locate_member") +
                   load(result, "profile", "author") + load(result, "profile", "locate_author"),
               per_second(cache.hits + cache.misses + cache.waits, result),
               0.01 * per_second(cache.hits + cache.misses + cache.waits, result)));
  CHECK(load_is("a miss is filled in", missed, result, "profile", "locate_miss"));
  CHECK(load_is("replicas asked, a miss", asked(scenario.stores.profile) * missed, result, "profile_store",
                "locate_miss"));
  const double changed = result.sessions.last_seen_per_s + per_second(result.sessions.logins, result);
  const double batches = changed / scenario.services.profile.rows_per_write;
  // A machine has up to a batch that is not yet full.
  CHECK(figure("profile_store, write_behind = 3 legs for 100 rows that were changed",
               scenario.stores.profile.replication * batches, load(result, "profile_store", "write_behind"),
               scenario.stores.profile.replication * scenario.services.profile.machines / result.measured_s));

  const spec::Attachments& attachments = population.attachments;
  const double messages = per_second(result.messages.offered, result);
  const double uploads = load(result, "blob", "blob_create");
  CHECK(poisson("uploads, a share of the messages but for what is passed on",
                messages * attachments.share.value() * (1 - attachments.hot_share.value()), uploads));
  CHECK(load_is("an upload on each of 3 machines", scenario.services.blob.copies * uploads, result, "blob", "blob_part"));
  CHECK(result.blobs.failed == 0);
  // A message to a group is got by many: the variance is that of few.
  const double shown = per_second(result.deliveries.delivered + result.mailbox.delivered, result);
  const double downloads = shown * attachments.share.value() * attachments.fetched.value();
  CHECK(figure("downloads, a share of what is delivered, 2 x 4 sigma", downloads, load(result, "blob", "blob_get"),
               8 * std::sqrt(downloads / result.measured_s) + 1e-9));
}

/// The parts are the whole, and take as long as each of them does.
void check_sums(const spec::Scenario& scenario, const spec::Result& result) {
  for (const spec::TierSummary& summary : result.tiers) {
    double requests = 0;
    for (const spec::TierLoad& one : summary.loads) requests += one.requests.value();
    CHECK(figure(summary.name + ": requests of all steps = offered", summary.offered.value(), requests,
                 1e-9 * requests + 1e-9));
  }
  const auto mean_use = [&](const std::string& name, const spec::Tier& tier_spec, double thread_time) {
    const spec::TierSummary& summary = tier(result, name);
    const double cores = summary.cores / std::max(1e-9, tier_spec.cpu_share.value());
    const double expected =
        thread_time / (static_cast<double>(summary.machines) * std::min<double>(summary.threads, cores));
    return figure("utilisation of " + name + " = requests x time by step / capacity, 2 %", expected, summary.utilisation,
                  0.02 * expected);
  };
  const spec::Gateway& gateway = scenario.services.gateway;
  CHECK(mean_use("gateway", gateway,
                 work(result, "gateway",
                      {"send", "push", "receipt", "push_receipt", "push_mailbox", "group_change", "profile_change"}, 1e-3) +
                     load(result, "gateway", "login") * gateway.handshake_time.mean() +
                     result.sessions.heartbeats_per_s * gateway.heartbeat_time.value()));
  const spec::Profile& profile = scenario.services.profile;
  CHECK(mean_use("profile", profile,
                 work(result, "profile",
                      {"locate", "locate_member", "author", "locate_author", "update_server", "locate_miss",
                       "profile_change"},
                      2e-3) +
                     result.sessions.last_seen_per_s * profile.last_seen_time.value()));
}

void check_workload(const spec::Scenario& scenario, const spec::Result& result) {
  CHECK(result.invariants.conservation_residual == 0);
  CHECK(result.messages.failed == 0);
  CHECK(result.deliveries.failed == 0);
  CHECK(result.invariants.duplicates == 0);
  CHECK(result.invariants.out_of_order == 0);
  const spec::Population& population = scenario.population;
  const double offered = message_rate(population).value();
  const double messages = per_second(result.messages.offered, result);
  CHECK(figure("messages a second, messages_per_day / day x load_factor, 3 sigma", offered, messages,
               3 * std::sqrt(offered / result.measured_s)));

  const double to_groups = load(result, "group", "fanout");
  const double share = population.group_message_share.value();
  CHECK(figure("group = share of messages, 3 sigma", share * messages, to_groups,
               3 * std::sqrt(share * messages / result.measured_s) + 1e-9));
  const double due = per_second(result.deliveries.due, result);
  const double delivered = per_second(result.deliveries.delivered, result);
  const double from_mailbox = per_second(result.mailbox.delivered, result);
  // What is due counts from when a message is persisted.
  const double persisted = per_second(result.messages.acknowledged, result);
  const double to_members = std::max(0.0, due - (persisted - to_groups));
  // The steps of the document's sendMessage.
  CHECK(load_is("messages", messages, result, "gateway", "send"));
  CHECK(load_is("messages", messages, result, "messaging", "messaging"));
  CHECK(load_is("members of groups", to_members, result, "messaging", "to_member"));
  CHECK(load_is("3 legs a message", 3 * messages, result, "message_store", "persist"));
  CHECK(load_is("3 legs a message: the author's row", 3 * messages, result, "conversation_store", "sent_row"));
  CHECK(load_is("3 legs a delivery due", 3 * due, result, "conversation_store", "conversation"));
  CHECK(load_is("one a message", messages, result, "profile", "locate"));
  // At the borders of the measured time, 50 ms of fan-out: few groups of very different size (12 +- 15.5 receivers).
  const double further = std::max(0.0, due - persisted);
  CHECK(figure("profile, locate_member = further members, 4 sigma of the borders", further,
               load(result, "profile", "locate_member"),
               4 * std::sqrt(2 * 0.05 * to_groups * (12 * 12 + 15.5 * 15.5)) / result.measured_s + 0.5));
  CHECK(load_is("a message at messaging, and once more at the group service", messages + to_groups, result, "profile",
                "author"));
  CHECK(load_is("deliveries", delivered, result, "gateway", "push"));
  CHECK(load_is("3 legs a delivery", 3 * delivered, result, "conversation_store", "mark_sent"));
  check_receipts(scenario, result);
  check_mailboxes(scenario, result);
  check_beside_messages(scenario, result);
  check_sums(scenario, result);
  // What recipients' devices say: delivered a round trip later, read by a share of them.
  const double sent = per_second(result.statuses.sent, result);
  const double confirmed = per_second(result.statuses.delivered, result);
  CHECK(figure("statuses sent = delivered + from mailboxes", delivered + from_mailbox, sent, 0.01 * due + 4));
  CHECK(figure("statuses delivered = sent, a round trip later", sent, confirmed, 0.03 * due + 4));
  CHECK(figure("statuses read = the share of delivered that is read", population.sessions.read_share.value() * confirmed,
               per_second(result.statuses.read, result), 0.05 * due + 4));
  // Coming and going.
  const double expected_logins = population.users * population.online.value() / population.sessions.length.mean();
  const double logins = per_second(result.sessions.logins, result);
  CHECK(figure("logins = users x online / length of a session, one a class", expected_logins, logins,
               0.01 * expected_logins + 64 / result.measured_s));
  CHECK(load_is("logins", logins, result, "gateway", "login"));
  CHECK(load_is("logins", logins, result, "profile", "update_server"));
  CHECK(load_is("logins", logins, result, "messaging", "drain"));
  CHECK(result.sessions.failed == 0);
  // Batches: what gathers in a second, as rate x cost.
  const auto work_of = [&](const std::string& name, const std::string& step) {
    for (const spec::TierLoad& one : tier(result, name).loads) {
      if (one.step == step) {
        return one.utilisation * static_cast<double>(tier(result, name).machines) * tier(result, name).threads;
      }
    }
    return 0.0;
  };
  const double connected = population.users * population.online.value();
  const spec::Gateway& gateway = scenario.services.gateway;
  CHECK(figure("thread time of heartbeats = connections / interval x cost, 1 %",
               connected / population.sessions.heartbeat.value() * gateway.heartbeat_time.value(),
               work_of("gateway", "heartbeat"),
               0.01 * connected / population.sessions.heartbeat.value() * gateway.heartbeat_time.value() + 1e-9));
  const double last_seen = connected / population.sessions.last_seen.value() + expected_logins;
  const double last_seen_work = last_seen * scenario.services.profile.last_seen_time.value();
  CHECK(figure("thread time of last-seen writes = (connections / interval + logouts) x cost, 1 %", last_seen_work,
               work_of("profile", "last_seen"), 0.01 * last_seen_work + 1e-9));

  // Whose group is large is due much at once: few independent draws, hence twice the standard deviation.
  const double online = population.online.value();
  CHECK(figure("delivered of due, the share of users online, 3 x 2 sigma", online, delivered / due,
               6 * std::sqrt(online * (1 - online) / static_cast<double>(result.deliveries.due))));

  CHECK(utilisation(result, "messaging", 1e-3, scenario.services.messaging.cpu_share.value()));
  CHECK(utilisation(result, "message_store", 10e-3, scenario.stores.message.cpu_share.value()));
  CHECK(utilisation(result, "conversation_store", 10e-3, scenario.stores.conversation.cpu_share.value()));

  CHECK(figure("new rows of messages a second", messages, named(result.storage, "message").inserts_per_s,
               0.01 * messages));
  CHECK(figure("new rows of conversations a second, author's and recipients'", messages + due,
               named(result.storage, "conversation").inserts_per_s, 0.01 * (messages + due)));
  CHECK(figure("bytes of messages a second, 766 a row", 766 * named(result.storage, "message").rows_per_s,
               named(result.storage, "message").bytes_per_s, 1));
}

}  // namespace

TEST_CASE("each tier is offered what the workload implies: small.yaml") {
  spec::Scenario scenario = tests::load_scenario("scenarios/small.yaml");
  scenario.simulation.duration = spec::Seconds{21};
  scenario.simulation.warmup = spec::Seconds{1};
  check_workload(scenario, tests::result_of(scenario));
}

TEST_CASE("each tier is offered what the workload implies: constant times, no groups") {
  spec::Scenario scenario = tests::one_rack_of_constant_times(3000);
  scenario.simulation.duration = spec::Seconds{6};
  scenario.population.load_factor = 1.5;
  scenario.population.group_message_share = spec::Probability{0};
  tests::send_messages_only(scenario);
  const spec::Result result = tests::result_of(scenario);
  check_workload(scenario, result);
  CHECK(tier(result, "group").offered.value() == 0);
}

TEST_CASE("deliveries due a message are 2.1") {
  spec::Scenario scenario = tests::one_rack(8000);
  scenario.population.users = 1e6;
  scenario.population.groups = 1e6;
  scenario.simulation.duration = spec::Seconds{11};
  const spec::Result result = tests::result_of(scenario);
  const double messages = static_cast<double>(result.messages.acknowledged);
  // Variance of receivers a message: 0.9 + 0.1 x (12^2 + 15.5^2) - 2.1^2 = 35.
  CHECK(figure("due a message, 0.9 + 0.1 x (13 - 1), 3 sigma", 2.1,
               static_cast<double>(result.deliveries.due) / messages, 3 * std::sqrt(35 / messages)));
}

TEST_CASE("each tier is offered what the workload implies: reads of a quorum, the rows of the cache written one by one") {
  spec::Scenario scenario = tests::load_scenario("scenarios/small.yaml");
  scenario.simulation.duration = spec::Seconds{11};
  scenario.simulation.warmup = spec::Seconds{1};
  scenario.services.profile.rows_per_write = 1;
  for (spec::Store* store : {&scenario.stores.message, &scenario.stores.conversation, &scenario.stores.group,
                             &scenario.stores.profile}) {
    store->read_from = spec::ReadFrom::quorum;
  }
  const spec::Result result = tests::result_of(scenario);
  check_workload(scenario, result);
  const double to_groups = load(result, "group", "fanout") * result.measured_s;
  CHECK(figure("events of members = 2 served and the answer that decides", 3 * to_groups,
               tests::events_of(result, "members"), 0.02 * to_groups + 6));
}

TEST_CASE("events a message by step: a call is two, a write to three replicas four, what nobody waits for one less") {
  spec::Scenario scenario = tests::one_rack(3000);
  scenario.simulation.duration = spec::Seconds{6};
  tests::send_messages_only(scenario);
  const spec::Result result = tests::result_of(scenario);
  const auto messages = static_cast<double>(result.messages.offered),
             due = static_cast<double>(result.deliveries.due),
             delivered = static_cast<double>(result.deliveries.delivered);
  const double to_groups = load(result, "group", "fanout") * result.measured_s;
  const auto events = [&](const std::string& step, double per_message, const std::string& derivation) {
    return figure(step + " events a message = " + derivation, per_message,
                  tests::events_of(result, step) / messages, 0.01 * per_message);
  };
  CHECK(events("send", 1, "1, no wire"));
  CHECK(events("messaging", 2, "2"));
  CHECK(events("persist", 4, "3 served and the answer that decides"));
  CHECK(events("sent_row", 3, "3 served, posted"));
  CHECK(events("fanout", 2 * to_groups / messages, "2 of a message to a group"));
  CHECK(events("members", 4 * to_groups / messages, "4 of a message to a group"));
  CHECK(events("to_member", 2 * (due - messages + to_groups) / messages, "2 a member"));
  CHECK(events("conversation", 4 * due / messages, "4 a delivery due"));
  CHECK(events("locate", 2, "2 a message"));
  CHECK(events("locate_member", 2 * (due - messages) / messages, "2 a further member"));
  CHECK(events("push", 2 * delivered / messages, "2 a delivery"));
  CHECK(events("mark_sent", 3 * delivered / messages, "3 served, posted"));
  CHECK(tests::events_of(result, "locate_again") == 0);
}
