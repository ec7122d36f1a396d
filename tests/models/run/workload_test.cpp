#include <cmath>

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
  scenario.simulation.duration = spec::Seconds{11};
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
