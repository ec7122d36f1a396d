#include "tests/models/service_world.hpp"
#include "tests/models/small_scenario.hpp"

using namespace chatsim;
using namespace chatsim::models;
using spec::Seconds;
using tests::figure;
using tests::Figures;
using tests::ServiceWorld;

TEST_CASE("a drain: all clients of the drained gateways reconnect to the others, and messages find them") {
  // Nobody else comes or goes. A quarter of 20 gateways is drained from 2 s on, over 5 s.
  spec::Scenario scenario = tests::one_rack(0);
  tests::send_messages_only(scenario);
  scenario.simulation.duration = Seconds{30};
  scenario.services.gateway.drain = {.gateways = spec::Probability{0.25}, .begin = Seconds{2}, .over = Seconds{5}};
  const Figures found = tests::with_service(scenario, [](ServiceWorld& at, Figures& figures) {
    Directory& directory = at.service.directory();
    const Connections& connections = at.service.gateways().connections;
    const auto held = [&](const char* name) {
      for (std::uint32_t gateway = 0; gateway < directory.gateways(); ++gateway) {
        figures[std::string(name) + (gateway < directory.drained() ? "_drained" : "_others")] += connections.of(gateway);
      }
    };
    figures["drained"] = directory.drained();
    const std::vector<UserId> moved = at.find_users(200, [&](UserId user) {
      return directory.online(user) && directory.gateway_of(user) < directory.drained();
    });
    at.service.start();
    at.service.begin_measuring();
    held("before");
    // To each of them one before, three while they are sent away, one after.
    std::vector<std::pair<MessageId, UserId>> messages;
    for (const UserId user : moved) {
      const auto author = UserId{(static_cast<std::uint64_t>(user) + 1) % directory.users()};
      for (const double when : {1.0, 2.9, 4.4, 6.1, 9.0}) messages.emplace_back(at.send_in(when, author, user), user);
    }
    at.in(4.5, [&] { held("half"); });
    at.in(8, [&] { held("after"); });
    at.run_until(20);
    for (const auto& [message, user] : messages) figures["not_once"] += at.times_shown(message, user) != 1;
    for (const UserId user : moved) figures["still_at_a_drained_one"] += directory.gateway_of(user) < directory.drained();
    const spec::SessionSummary summary = at.service.sessions().summary(sim::Duration{18'000'000'000});
    figures["reconnects"] = static_cast<double>(summary.reconnects);
    figures["logins"] = static_cast<double>(summary.logins);
    figures["completed"] = static_cast<double>(summary.completed);
    figures["failed"] = static_cast<double>(summary.failed);
    figures["messages"] = static_cast<double>(messages.size());
  });
  const double moved = found.at("before_drained");
  CHECK(figure("drained gateways, a quarter of 20", 5, found.at("drained"), 0));
  CHECK(figure("their connections before: 5 x 320", 1600, moved, 80));
  CHECK(figure("half way through, half of them are left, 4 sigma", moved / 2, found.at("half_drained"), 2 * std::sqrt(moved)));
  CHECK(figure("a second after the drain", 0, found.at("after_drained"), 0));
  CHECK(figure("the others hold them besides their own", found.at("before_others") + moved, found.at("after_others"), 0));
  CHECK(figure("reconnects, each once", moved, found.at("reconnects"), 0));
  CHECK(figure("logins, nobody else's", moved, found.at("logins"), 0));
  CHECK(figure("  completed", moved, found.at("completed"), 0));
  CHECK(figure("  failed", 0, found.at("failed"), 0));
  CHECK(figure("users who are looked for at a drained gateway", 0, found.at("still_at_a_drained_one"), 0));
  CHECK(figure("of 1,000 messages to them, not shown exactly once", 0, found.at("not_once"), 0));
}
