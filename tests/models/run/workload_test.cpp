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

/// 1 %, or four standard deviations of what the border of the measured time may cut.
bool rate(const std::string& derivation, double expected, const spec::Result& result,
          const std::string& name) {
  const double border = 4 * std::sqrt(std::max(1.0, expected * 0.1)) / result.measured_s;
  return figure(name + " = " + derivation, expected, tier(result, name).offered.value(),
                std::max(0.01 * expected, border));
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

void check_workload(const spec::Scenario& scenario, const spec::Result& result) {
  CHECK(result.invariants.conservation_residual == 0);
  CHECK(result.messages.failed == 0);
  CHECK(result.deliveries.failed == 0);
  const double offered = message_rate(scenario.population).value();
  const double messages = per_second(result.messages.offered, result);
  CHECK(figure("messages a second, messages_per_day / day x load_factor, 3 sigma", offered, messages,
               3 * std::sqrt(offered / result.measured_s)));

  const double groups = scenario.population.group_message_share.value();
  const double to_groups = tier(result, "group").offered.value();
  CHECK(figure("group = share of messages, 3 sigma", groups * messages, to_groups,
               3 * std::sqrt(groups * messages / result.measured_s)));
  const double due = per_second(result.deliveries.due, result);
  const double delivered = per_second(result.deliveries.delivered, result);
  const double to_members = due - (messages - to_groups);
  CHECK(rate("sent + pushed", messages + delivered, result, "gateway"));
  CHECK(rate("messages + members of groups", messages + to_members, result, "messaging"));
  CHECK(rate("deliveries due", due, result, "profile"));
  CHECK(rate("3 legs a message", 3 * messages, result, "message_store"));
  CHECK(rate("3 legs x (due + delivered)", 3 * (due + delivered), result, "conversation_store"));
  CHECK(rate("3 legs a message to a group", 3 * to_groups, result, "group_store"));
  CHECK(tier(result, "profile_store").offered.value() == 0);

  // Whose group is large is due much at once: few independent draws, hence twice the standard deviation.
  const double online = scenario.population.online.value();
  CHECK(figure("delivered of due, the share of users online, 3 x 2 sigma", online, delivered / due,
               6 * std::sqrt(online * (1 - online) / static_cast<double>(result.deliveries.due))));

  const auto share = [](const spec::Tier& service) { return service.cpu_share.value(); };
  CHECK(utilisation(result, "gateway", 1e-3, share(scenario.services.gateway)));
  CHECK(utilisation(result, "messaging", 1e-3, share(scenario.services.messaging)));
  CHECK(utilisation(result, "profile", 2e-3, share(scenario.services.profile)));
  CHECK(utilisation(result, "message_store", 10e-3, scenario.stores.message.cpu_share.value()));
  CHECK(utilisation(result, "conversation_store", 10e-3, scenario.stores.conversation.cpu_share.value()));

  CHECK(figure("rows of messages a second", messages, named(result.storage, "message").rows_per_s,
               0.01 * messages));
  CHECK(figure("rows of conversations a second, due + delivered", due + delivered,
               named(result.storage, "conversation").rows_per_s, 0.01 * (due + delivered)));
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

TEST_CASE("events a message by step: each leg is served, and the answer that decides arrives") {
  spec::Scenario scenario = tests::one_rack(3000);
  scenario.simulation.duration = spec::Seconds{6};
  const spec::Result result = tests::result_of(scenario);
  const auto messages = static_cast<double>(result.messages.offered),
             due = static_cast<double>(result.deliveries.due),
             delivered = static_cast<double>(result.deliveries.delivered);
  const double to_groups = tier(result, "group").offered.value() * result.measured_s;
  constexpr double three_replicas = 3 + 1;
  const auto events = [&](const std::string& step, double per_message, const std::string& derivation) {
    return figure(step + " events a message = " + derivation, per_message,
                  tests::events_of(result, step) / messages, 0.01 * per_message);
  };
  CHECK(events("send", 1, "1, no wire"));
  CHECK(events("messaging", 2, "2"));
  CHECK(events("persist", three_replicas, "3 served, 1 answer"));
  CHECK(events("fanout", 2 * to_groups / messages, "2 of a message to a group"));
  CHECK(events("members", three_replicas * to_groups / messages, "4 of a message to a group"));
  CHECK(events("to_member", 2 * (due - messages + to_groups) / messages, "2 a member"));
  CHECK(events("conversation", three_replicas * due / messages, "4 a delivery due"));
  CHECK(events("locate", 2 * due / messages, "2 a delivery due"));
  CHECK(events("push", 2 * delivered / messages, "2 a delivery"));
  CHECK(events("mark_sent", three_replicas * delivered / messages, "4 a delivery"));
  CHECK(tests::events_of(result, "locate_miss") == 0);
}
