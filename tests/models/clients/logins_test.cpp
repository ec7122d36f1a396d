#include "tests/models/run/result_of.hpp"
#include "tests/models/service_world.hpp"
#include "tests/models/small_scenario.hpp"

using namespace chatsim;
using namespace chatsim::models;
using spec::Seconds;
using tests::figure;
using tests::Figures;
using tests::ServiceWorld;

namespace {

/// Users come and go and do nothing else.
spec::Scenario sessions_of(double length_s) {
  spec::Scenario scenario = tests::one_rack(0);
  tests::send_messages_only(scenario);
  scenario.population.sessions.length = spec::Distribution::exponential(Seconds{length_s});
  return scenario;
}

}  // namespace

TEST_CASE("users log in as often as the share connected and the length of sessions imply; updateServer once each") {
  spec::Scenario scenario = sessions_of(50);
  scenario.simulation = {.duration = Seconds{41}, .warmup = Seconds{1}, .window = Seconds{1}};
  const Figures found = tests::with_service(scenario, [](ServiceWorld& at, Figures& figures) {
    at.service.start();
    at.in(1, [&] {
      at.service.begin_measuring();
      figures["connected_at_first"] = at.service.sessions().summary(sim::Duration{1}).connections;
    });
    at.run_until(41);
    const spec::SessionSummary summary = at.service.sessions().summary(sim::Duration{40'000'000'000});
    figures["logins"] = static_cast<double>(summary.logins);
    figures["logouts"] = static_cast<double>(summary.logouts);
    figures["completed"] = static_cast<double>(summary.completed);
    figures["failed"] = static_cast<double>(summary.failed + summary.refused + summary.reconnects);
    figures["connected"] = summary.connections;
    figures["handshakes"] = at.requests(at.service.gateways().tier(), Step::login);
    figures["update_server"] = at.requests(at.service.profiles().tier(), Step::update_server);
    figures["drains"] = at.requests(at.service.messaging().tier(), Step::drain);
    figures["login_ms"] = at.service.sessions().login.summary("login").mean.value() * 1e3;
  });
  const double logins = 20'000 * 0.32 / 50 * 40;
  CHECK(figure("logins in 40 s, users x online / length x 40 s, 3 sigma of Poisson", logins, found.at("logins"),
               3 * std::sqrt(logins)));
  CHECK(figure("logouts, as many", found.at("logins"), found.at("logouts"), 0));
  CHECK(figure("connected throughout, at first", 6400, found.at("connected_at_first"), 64));
  CHECK(figure("connected throughout, in the end", 6400, found.at("connected"), 64));
  CHECK(figure("mean session by Little's law, connected / logins a second", 50,
               found.at("connected") / (found.at("logins") / 40), 50 * 3 / std::sqrt(logins)));
  constexpr double under_way = 12;  // 128 a second x 25 ms, and 4 sigma.
  CHECK(figure("handshakes, one a login", found.at("logins"), found.at("handshakes"), under_way));
  CHECK(figure("updateServer, one a login", found.at("logins"), found.at("update_server"), under_way));
  CHECK(figure("sendMessagesWhenUserComesOnline, one a login", found.at("logins"), found.at("drains"), under_way));
  CHECK(figure("completed", found.at("logins"), found.at("completed"), under_way));
  CHECK(figure("failed, refused or sent away", 0, found.at("failed"), 0));
  // The index on status is read with a quorum: the second of three exponential times, 10 x (1/3 + 1/2) ms.
  CHECK(figure("a login takes 2 ms handshake, 2 ms profile, 1 ms messaging and 8.3 ms for an empty mailbox, 3 sigma of 7.5",
               13.3, found.at("login_ms"), 3 * 7.5 / std::sqrt(logins) + 0.1));
}

TEST_CASE("who is refused comes back elsewhere, and after the last attempt the login has failed") {
  // 320 users a gateway on average: with room for 322 some gateways are full at times, with room for 160 all are.
  const int limit = GENERATE(322, 160);
  spec::Scenario scenario = sessions_of(5);
  scenario.population.sessions.reconnect_after = Seconds{0.2};
  scenario.population.sessions.reconnect_attempts = limit == 322 ? 8 : 3;
  scenario.services.gateway.connections_per_machine = limit;
  const Figures found = tests::with_service(scenario, [](ServiceWorld& at, Figures& figures) {
    at.service.start();
    // What was there at the beginning may be more than fits, and leaves. Then nothing beyond the limit comes.
    at.in(40, [&] { at.service.begin_measuring(); });
    for (int second = 41; second < 60; ++second) {
      at.in(second, [&] {
        for (std::uint32_t gateway = 0; gateway < at.service.directory().gateways(); ++gateway) {
          figures["most"] = std::max<double>(figures["most"], at.service.gateways().connections.of(gateway));
        }
      });
    }
    at.run_until(60);
    const spec::SessionSummary summary = at.service.sessions().summary(sim::Duration{20'000'000'000});
    figures["logins"] = static_cast<double>(summary.logins);
    figures["completed"] = static_cast<double>(summary.completed);
    figures["refused"] = static_cast<double>(summary.refused);
    figures["failed"] = static_cast<double>(summary.failed);
    figures["connected"] = summary.connections;
    figures["limit"] = summary.connection_limit;
  });
  std::printf("room for %d on each of 20 gateways: of %g logins %g completed and %g failed; %g attempts refused\n", limit,
              found.at("logins"), found.at("completed"), found.at("failed"), found.at("refused"));
  CHECK(figure("limit", limit, found.at("limit"), 0));
  CHECK(found.at("most") <= limit);
  CHECK(found.at("refused") > 100);
  // Those who wait to try again: up to a second and a half.
  CHECK(figure("logins = completed + failed, but for those under way", found.at("logins"),
               found.at("completed") + found.at("failed"), 0.1 * found.at("logins")));
  if (limit == 322) {
    CHECK(figure("completed of all, who comes back finds room", found.at("logins"), found.at("completed"),
                 0.02 * found.at("logins")));
    CHECK(figure("connected, nearly all of 6,400", 6400, found.at("connected"), 0.04 * 6400));
  } else {
    CHECK(figure("connected, all places taken but those just left", 20 * limit, found.at("connected"), 0.05 * 20 * limit));
    CHECK(figure("completed: as many as places become free, places / length x 20 s", 20 * limit / 5.0 * 20,
                 found.at("completed"), 0.03 * 20 * limit / 5.0 * 20));
    CHECK(found.at("failed") > 0.3 * found.at("logins"));
  }
}

TEST_CASE("connections follow a daily curve that swings within sessions, up and down") {
  spec::Scenario scenario = sessions_of(50);
  spec::DailyCurve& curve = scenario.population.daily_curve;
  curve = {.amplitude = 1, .period = Seconds{8}, .peak_at = Seconds{4}, .begin_at = Seconds{0}};
  const Figures found = tests::with_service(scenario, [](ServiceWorld& at, Figures& figures) {
    at.service.start();
    at.in(4, [&] { figures["at_the_peak"] = at.service.sessions().summary(sim::Duration{1}).connections; });
    at.in(6, [&] { figures["between"] = at.service.sessions().summary(sim::Duration{1}).connections; });
    at.run_until(7.9);
    figures["at_the_trough"] = at.service.sessions().summary(sim::Duration{1}).connections;
  });
  // A look at it every 40 ms, in which the share changes by 0.01 at most; and a login to come in each of 64 classes.
  CHECK(figure("20,000 users x 32 % x (1 + 1)", 12'800, found.at("at_the_peak"), 264));
  CHECK(figure("20,000 users x 32 % x (1 + 0)", 6400, found.at("between"), 264));
  CHECK(figure("20,000 users x 32 % x (1 - cos(pi / 40))", 20, found.at("at_the_trough"), 264));
}
