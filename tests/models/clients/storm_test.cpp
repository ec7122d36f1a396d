#include <malloc.h>

#include <random>

#include "tests/models/service_world.hpp"
#include "tests/models/small_scenario.hpp"
#include "tests/sim/power.hpp"

using namespace chatsim;
using namespace chatsim::models;
using spec::Seconds;
using tests::figure;
using tests::Figures;
using tests::ServiceWorld;

namespace {

constexpr sim::Duration second{1'000'000'000};

/// Turns a gateway off, and on again some time later.
void kill_gateway(ServiceWorld& at, std::uint32_t gateway, double off, double on) {
  const sim::HostIndex host = at.world.fleet[at.service.gateways().tier().machine(gateway)].host;
  for (const bool up : {false, true}) {
    at.in(up ? on : off, [&at, host, up] {
      at.world.plane.at_simgrid([&at, host, up] { tests::turn_host(at.world.platform, host, up); });
    });
  }
}

/// Nobody comes or goes.
spec::Scenario quiet() {
  spec::Scenario scenario = tests::one_rack(0);
  tests::send_messages_only(scenario);
  scenario.simulation.duration = Seconds{60};
  return scenario;
}

/// Counts every user's connection by the function, one after the other, and compares with what the gateways count. Who
/// has left by the clock is connected until the event of it, which comes with a login of its class.
void audit(ServiceWorld& at, Figures& figures) {
  const Directory& directory = at.service.directory();
  const Schedule& schedule = directory.schedule();
  const sim::Time now = at.world.scheduler.now();
  std::vector<double> by_hand(directory.all_gateways(), 0);
  double away = 0;
  std::uint64_t first = 0;
  for (std::uint32_t c = 0; c < Schedule::classes; ++c) {
    if (schedule.users_of(c) == 0) continue;
    sim::Time last{};
    for (Schedule::Logins logins(schedule, c, sim::Time{}); logins.at() <= now; logins.advance()) last = logins.at();
    for (std::uint64_t i = 0; i < schedule.users_of(c); ++i) {
      const Schedule::Position position{first + i};
      if (!schedule.online(position, last)) continue;
      const Directory::Place place = directory.place_of(schedule.user_at(position));
      place.connected ? ++by_hand[place.gateway] : ++away;
    }
    first += schedule.users_of(c);
  }
  const Connections& connections = at.service.gateways().connections;
  // Before the first outage a gateway may lack one connection a class of sessions (Sessions::correct_first_logouts).
  const char* const different = directory.outages().empty() ? "different_before" : "different";
  for (std::uint32_t gateway = 0; gateway < directory.all_gateways(); ++gateway) {
    figures[different] += std::abs(connections.of(gateway) - by_hand[gateway]);
    figures["on_spare"] += gateway < directory.gateways() ? 0 : by_hand[gateway];
  }
  figures["different_away"] += std::abs(away - static_cast<double>(at.service.sessions().away()));
  figures["away_most"] = std::max(figures["away_most"], away);
  ++figures["audits"];
}

}  // namespace

TEST_CASE("the clients of gateways that die come back evenly, and no message to or from them is lost") {
  spec::Scenario scenario = quiet();
  scenario.services.gateway.transport = GENERATE(spec::Transport::websocket, spec::Transport::long_polling);
  const Figures found = tests::with_service(scenario, [](ServiceWorld& at, Figures& figures) {
    Directory& directory = at.service.directory();
    const std::vector<UserId> users = at.find_users(200, [&](UserId user) {
      return directory.online(user) && directory.gateway_of(user) < 8;
    });
    at.service.start();
    at.service.begin_measuring();
    for (std::uint32_t gateway = 0; gateway < 8; ++gateway) {
      figures["held"] += at.service.gateways().connections.of(gateway);
      kill_gateway(at, gateway, 2, gateway < 4 ? 30 : 2.5);
    }
    // To each of them and from each of them before, while it is away, and after; not in the last second before, of which
    // the gateway takes what is on its way with it.
    std::vector<std::pair<MessageId, UserId>> messages;
    for (const UserId user : users) {
      const auto other = UserId{(static_cast<std::uint64_t>(user) + 1) % directory.users()};
      for (const double when : {1.0, 2.6, 5.0, 11.0, 25.0}) {
        messages.emplace_back(at.send_in(when, other, user), user);
        if (directory.online(other)) messages.emplace_back(at.send_in(when, user, other), other);
      }
    }
    for (int bin = 0; bin <= 10; ++bin) {
      at.in(2 + bin + 1e-6, [&, bin] {
        const auto summary = at.service.sessions().summary(second);
        figures["by_" + std::to_string(bin)] = static_cast<double>(summary.lost_reconnects);
        if (bin == 5) audit(at, figures);
      });
    }
    at.run_until(50);
    audit(at, figures);
    for (const auto& [message, user] : messages) figures["not_once"] += at.times_shown(message, user) != 1;
    const auto summary = at.service.sessions().summary(second);
    figures["lost"] = static_cast<double>(summary.connections_lost);
    figures["returned"] = static_cast<double>(summary.returned);
    figures["away"] = summary.away;
    figures["held_messages"] = static_cast<double>(summary.held_messages);
    figures["residual"] = static_cast<double>(at.service.context().ledger.residual());
    figures["failed"] = static_cast<double>(at.service.context().ledger.total().messages_failed);
  });
  const double lost = found.at("held");
  CHECK(figure("connections lost: all of eight gateways", lost, found.at("lost"), 0));
  double chi_square = 0;
  for (int bin = 1; bin <= 10; ++bin) {
    const double came = found.at("by_" + std::to_string(bin)) - found.at("by_" + std::to_string(bin - 1));
    CHECK(figure("come back in second " + std::to_string(bin) + ", a tenth, 4 sigma", lost / 10, came,
                 4 * std::sqrt(lost * 0.09)));
    chi_square += (came - lost / 10) * (came - lost / 10) / (lost / 10);
  }
  CHECK(figure("  chi-square of ten bins: 9, below the 99.9 % quantile", 0, chi_square, 27.9));
  CHECK(figure("returned, all of them", lost, found.at("returned"), 0));
  CHECK(figure("away in the end", 0, found.at("away"), 0));
  CHECK(figure("messages not shown exactly once", 0, found.at("not_once"), 0));
  CHECK(figure("messages failed", 0, found.at("failed"), 0));
  CHECK(figure("the books are off by", 0, found.at("residual"), 0));
  CHECK(found.at("held_messages") > 20);
  CHECK(figure("gateways' counts differ from a count of all users by", 0, found.at("different"), 0));
  CHECK(figure("  those away", 0, found.at("different_away"), 0));
}

TEST_CASE("connections stay exact through overlapping outages, drains, refusals, regions and spare machines", "[storm]") {
  const auto seed = static_cast<std::uint32_t>(GENERATE(1, 2, 3, 4, 5, 6));
  spec::Scenario scenario = tests::one_rack(0);
  tests::send_messages_only(scenario);
  scenario.seed = seed;
  scenario.simulation.duration = Seconds{200};
  scenario.population.sessions.length = spec::Distribution::exponential(Seconds{40});
  scenario.population.sessions.reconnect_within = Seconds{6};
  scenario.population.sessions.reconnect_longest = Seconds{3};
  scenario.population.sessions.reconnect_attempts = seed % 2 == 0 ? 3 : 8;
  spec::Gateway& gateway = scenario.services.gateway;
  if (seed >= 2) gateway.connections_per_machine = 420;
  if (seed >= 3) gateway.drain = {.gateways = spec::Probability{0.2}, .begin = Seconds{30}, .over = Seconds{20}};
  if (seed >= 4) gateway.login_rate = spec::PerSecond{25};
  if (seed >= 5) {
    gateway.spare = 4;
    gateway.spare_open_at = Seconds{25};
    scenario.datacenter.hosts_per_rack = 80;
  }
  if (seed >= 6) {
    scenario.datacenter.regions = 2;
    scenario.population.regions = "60% 40%";
    scenario.stores.group.machines = scenario.stores.profile.machines = 8;
  }
  const Figures found = tests::with_service(scenario, [seed](ServiceWorld& at, Figures& figures) {
    std::mt19937 random(seed);
    const auto between = [&](double low, double high) { return std::uniform_real_distribution<>(low, high)(random); };
    for (std::uint32_t one = 0; one < at.service.directory().all_gateways(); ++one) {
      for (double off = between(5, 40); off < 90;) {
        const double on = off + between(0.2, 12);
        kill_gateway(at, one, off, on);
        off = on + between(0.5, 40);
      }
    }
    // Several at an instant, as with a rack.
    for (const std::uint32_t one : {1U, 2U, 3U, 4U, 5U}) kill_gateway(at, one, 110, 118);
    at.service.start();
    for (double when = 3.3; when < 150; when += 7.77) at.in(when, [&] { audit(at, figures); });
    at.run_until(150);
    const auto summary = at.service.sessions().summary(second);
    figures["lost"] = static_cast<double>(summary.connections_lost);
    figures["refused"] = static_cast<double>(summary.refused);
    figures["gave_up"] = static_cast<double>(summary.gave_up);
  });
  std::printf("seed %u: %g lost, %g attempts refused, %g gave up, %g away at most\n", seed, found.at("lost"),
              found.at("refused"), found.at("gave_up"), found.at("away_most"));
  CHECK(figure("gateways' counts differ from a count of all users by, in 18 audits", 0, found.at("different"), 0));
  CHECK(figure("  before the first outage, one a class at most", 0, found.at("different_before"), Schedule::classes));
  CHECK(figure("  those away", 0, found.at("different_away"), 0));
  CHECK(found.at("lost") > 3000);
  CHECK(found.at("away_most") > 100);
  if (seed >= 5) CHECK(found.at("on_spare") > 100);
}

TEST_CASE("the same seed gives the same storm") {
  const auto run = [] {
    spec::Scenario scenario = tests::one_rack(500);
    scenario.population.sessions.length = spec::Distribution::exponential(Seconds{10});
    scenario.services.gateway.login_rate = spec::PerSecond{20};
    return tests::with_service(scenario, [](ServiceWorld& at, Figures& figures) {
      for (const std::uint32_t gateway : {3U, 4U, 9U, 11U}) kill_gateway(at, gateway, 1, 5);
      at.service.start();
      at.run_until(8);
      const auto summary = at.service.sessions().summary(second);
      figures = {{"completed", static_cast<double>(summary.completed)}, {"refused", static_cast<double>(summary.refused)},
                 {"held", static_cast<double>(summary.held_messages)},  {"away", summary.away},
                 {"login_s", at.service.sessions().login.summary("login").mean.value()},
                 {"shown_s", at.service.gateways().send_to_deliver.summary("deliver").mean.value()}};
    });
  };
  CHECK(run() == run());
}

TEST_CASE("a limit of logins turns a storm into a queue") {
  // 1,280 clients of four gateways come back within a second to sixteen others: 80 each, where 20 a second and a burst of
  // 20 are taken: three seconds at least.
  const double rate = GENERATE(0, 20);
  spec::Scenario scenario = quiet();
  scenario.population.sessions.reconnect_within = Seconds{1};
  scenario.population.sessions.reconnect_after = Seconds{0.5};
  scenario.population.sessions.reconnect_longest = Seconds{1};
  scenario.population.sessions.reconnect_attempts = 50;
  scenario.services.gateway.login_rate = spec::PerSecond{rate};
  const Figures found = tests::with_service(scenario, [](ServiceWorld& at, Figures& figures) {
    for (const std::uint32_t gateway : {0U, 5U, 10U, 15U}) kill_gateway(at, gateway, 2, 50);
    at.service.start();
    at.service.begin_measuring();
    for (double when = 2.1; when < 40; when += 0.1) {
      at.in(when, [&, when] {
        if (at.service.sessions().away() > 0) figures["all_back_s"] = when - 2;
      });
    }
    at.run_until(45);
    audit(at, figures);
    const auto summary = at.service.sessions().summary(second);
    figures["lost"] = static_cast<double>(summary.connections_lost);
    figures["returned"] = static_cast<double>(summary.returned);
    figures["by_admission"] = static_cast<double>(summary.refused_by_admission);
    figures["refused"] = static_cast<double>(summary.refused);
    figures["gave_up"] = static_cast<double>(summary.gave_up);
  });
  std::printf("login_rate %g: all back after %g s, %g attempts refused, %g of them by admission\n", rate,
              found.at("all_back_s"), found.at("refused"), found.at("by_admission"));
  CHECK(figure("returned", found.at("lost"), found.at("returned"), 0));
  CHECK(found.at("different") + found.at("different_away") + found.at("gave_up") == 0);
  if (rate == 0) {
    CHECK(found.at("by_admission") == 0);
  } else {
    CHECK(found.at("by_admission") > 500);
    CHECK(found.at("all_back_s") >= 2.9);
  }
}

TEST_CASE("spare gateways take their share of new sessions from when they are opened") {
  spec::Scenario scenario = tests::one_rack(0);
  tests::send_messages_only(scenario);
  scenario.datacenter.hosts_per_rack = 80;
  scenario.simulation.duration = Seconds{100};
  scenario.population.sessions.length = spec::Distribution::exponential(Seconds{10});
  scenario.services.gateway.spare = 5;
  const bool opens = GENERATE(true, false);
  if (opens) scenario.services.gateway.spare_open_at = Seconds{5};
  const Figures found = tests::with_service(scenario, [](ServiceWorld& at, Figures& figures) {
    const Connections& connections = at.service.gateways().connections;
    const auto on_spare = [&] {
      double sum = 0;
      for (std::uint32_t i = 0; i < 5; ++i) sum += connections.of(20 + i);
      return sum;
    };
    at.service.start();
    at.in(4.9, [&] { figures["before"] = on_spare(); });
    // Early enough for everybody to be back.
    for (const std::uint32_t gateway : {0U, 21U}) kill_gateway(at, gateway, 30, 32);
    at.run_until(90);
    audit(at, figures);
    figures["after"] = on_spare() / static_cast<double>(connections.total());
  });
  CHECK(figure("before: nobody", 0, found.at("before"), 0));
  CHECK(figure("after eight sessions: 5 of 25", opens ? 0.2 : 0, found.at("after"), opens ? 0.015 : 0));
  CHECK(figure("counts differ by", 0, found.at("different") + found.at("different_away"), 0));
}

TEST_CASE("a client that is away takes eight bytes") {
  spec::Scenario scenario = quiet();
  scenario.population.users = 4e6;
  scenario.population.sessions.reconnect_within = Seconds{3600};
  const Figures found = tests::with_service(scenario, [](ServiceWorld& at, Figures& figures) {
    const auto taken = [] {
      const struct mallinfo2 info = mallinfo2();
      return static_cast<double>(info.uordblks + info.hblkhd);
    };
    for (std::uint32_t gateway = 0; gateway < 10; ++gateway) kill_gateway(at, gateway, 1, 50);
    at.service.start();
    at.in(0.999999, [&] { figures["before"] = taken(); });
    at.in(1.000001, [&] { figures["after"] = taken(); });
    at.run_until(1.1);
    figures["lost"] = static_cast<double>(at.service.sessions().summary(second).connections_lost);
  });
  CHECK(figure("clients lost, half of 0.32 x 4e6", 640'000, found.at("lost"), 6400));
  CHECK(figure("bytes a client", 8, (found.at("after") - found.at("before")) / found.at("lost"), 8));
}
