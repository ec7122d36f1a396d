#include "models/gateway/connections.hpp"

#include <numeric>

#include "tests/models/service_world.hpp"
#include "tests/models/small_scenario.hpp"

using namespace chatsim;
using namespace chatsim::models;
using spec::Seconds;
using tests::figure;
using tests::Figures;
using tests::ServiceWorld;

namespace {

Figures with_connections(const spec::Scenario& scenario,
                         const std::function<void(Connections&, Directory&, Figures&)>& work) {
  return tests::figures_of([&](Figures& figures) {
    sim::World world(scenario.datacenter);
    const Context context(world, scenario);
    Directory directory(context);
    Connections connections(context, directory);
    work(connections, directory, figures);
  });
}

}  // namespace

TEST_CASE("at the beginning each gateway holds those of its users who are online") {
  const auto [users, gateways, online] =
      GENERATE(std::tuple{20'000.0, 20, 0.32}, std::tuple{20'011.0, 19, 0.32}, std::tuple{501.0, 20, 0.05},
               std::tuple{3000.0, 7, 1.0});
  spec::Scenario scenario = tests::one_rack(100);
  scenario.population.users = users;
  scenario.population.online = spec::Probability{online};
  scenario.services.gateway.machines = gateways;
  const Figures found = with_connections(scenario, [](Connections& connections, Directory& directory, Figures& figures) {
    std::vector<double> by_hand(directory.gateways(), 0);
    for (std::uint64_t user = 0; user < directory.users(); ++user) {
      if (directory.online(UserId{user})) ++by_hand[directory.gateway_of(UserId{user})];
    }
    for (std::uint32_t gateway = 0; gateway < directory.gateways(); ++gateway) {
      figures["connected"] += connections.of(gateway);
      figures["different"] += std::abs(connections.of(gateway) - by_hand[gateway]);
    }
    figures["online"] = std::accumulate(by_hand.begin(), by_hand.end(), 0.0);
  });
  const std::string what = std::to_string(static_cast<int>(users)) + " users, " + std::to_string(gateways) + " gateways: ";
  CHECK(figure(what + "connections, users online by the schedule", found.at("online"), found.at("connected"), 0));
  CHECK(figure("  of these with another gateway", 0, found.at("different"), 0));
  CHECK(figure("  users x share online", users * online, found.at("connected"), 64 + 0.01 * users * online));
}

TEST_CASE("a gateway accepts up to its limit of connections, or what its memory holds") {
  const auto [most, memory_kb, limit] = GENERATE(std::tuple{400, 1e9, 400}, std::tuple{50'000, 20'500.0, 410});
  spec::Scenario scenario = tests::one_rack(100);
  scenario.services.gateway.connections_per_machine = most;
  scenario.services.gateway.memory = spec::Bytes{memory_kb * 1e3};
  scenario.services.gateway.memory_per_connection = spec::Bytes{50e3};
  const Figures found = with_connections(scenario, [](Connections& connections, Directory&, Figures& figures) {
    figures["limit"] = connections.limit();
    figures["before"] = connections.of(3);
    while (connections.try_accept(3)) ++figures["accepted"];
    figures["then"] = connections.of(3);
    connections.release(3);
    figures["after_one_left"] = connections.try_accept(3);
    figures["and_another"] = connections.try_accept(3);
    spec::SessionSummary summary;
    connections.report(summary);
    figures["reported_max"] = summary.connections_max;
    figures["reported_memory"] = summary.connection_memory_bytes;
  });
  CHECK(figure("limit: the field, or memory / 50 kB", limit, found.at("limit"), 0));
  CHECK(figure("accepted until refused, limit - those there", limit - found.at("before"), found.at("accepted"), 0));
  CHECK(figure("connections then", limit, found.at("then"), 0));
  CHECK(figure("when one has left, one is accepted", 1, found.at("after_one_left"), 0));
  CHECK(figure("  and no other", 0, found.at("and_another"), 0));
  CHECK(figure("the fullest, as reported", limit, found.at("reported_max"), 0));
  CHECK(figure("  its memory in bytes, 50 kB each", 50e3 * limit, found.at("reported_memory"), 0));
}

TEST_CASE("a server's internal queue is bounded: what does not fit is refused, kept, and not lost") {
  // Confirmations take 2 s: until then a message is on the queue. Three fit.
  spec::Scenario scenario = tests::one_rack_of_constant_times(0);
  tests::send_messages_only(scenario);
  scenario.simulation.duration = Seconds{60};
  scenario.population.online = spec::Probability{0.5};
  scenario.population.sessions.length = spec::Distribution::constant(Seconds{10});
  scenario.population.access.round_trip = spec::Distribution::constant(Seconds{2});
  scenario.population.access.fixed.share = spec::Probability{1};
  scenario.population.access.mobile.share = scenario.population.access.slow.share = spec::Probability{0};
  scenario.services.gateway.outbound_limit = 3;
  const Figures found = tests::with_service(scenario, [](ServiceWorld& at, Figures& figures) {
    const UserId user = at.find_users(1, [&](UserId one) {
                            const auto cycle = at.cycle_of(one, 1);
                            return cycle.login < 0 && cycle.logout > 6 && cycle.logout < 9;
                          }).front();
    at.service.start();
    std::vector<MessageId> messages;
    for (std::uint64_t author = 0; author < 10; ++author) {
      messages.push_back(at.send_in(1 + 1e-3 * static_cast<double>(author), UserId{7000 + author}, user));
    }
    at.in(1.5, [&] {
      figures["shown_at_once"] = static_cast<double>(at.shown.size());
      figures["on_the_queue"] = at.service.gateways().connections.outbound(at.service.directory().gateway_of(user));
      figures["kept"] = static_cast<double>(at.service.context().ledger.total().kept);
    });
    at.run_until(50);
    for (const MessageId message : messages) figures["not_once"] += at.times_shown(message, user) != 1;
    spec::SessionSummary summary;
    at.service.gateways().connections.report(summary);
    figures["outbound_max"] = static_cast<double>(summary.outbound_max);
    for (std::uint32_t gateway = 0; gateway < at.service.directory().gateways(); ++gateway) {
      figures["left_on_queues"] += at.service.gateways().connections.outbound(gateway);
    }
  });
  CHECK(figure("of ten messages within 10 ms, shown at once", 3, found.at("shown_at_once"), 0));
  CHECK(figure("  on the queue until the client has confirmed them", 3, found.at("on_the_queue"), 0));
  CHECK(figure("  refused and kept", 7, found.at("kept"), 0));
  CHECK(figure("messages not shown exactly once in the end", 0, found.at("not_once"), 0));
  CHECK(figure("longest queue", 3, found.at("outbound_max"), 0));
  CHECK(figure("left on queues when all is confirmed", 0, found.at("left_on_queues"), 0));
}
