#include "tests/models/service_world.hpp"
#include "tests/models/small_scenario.hpp"

using namespace chatsim;
using namespace chatsim::models;
using spec::Seconds;
using tests::figure;
using tests::Figures;
using tests::ServiceWorld;

TEST_CASE("over long polling, a second message within a round trip waits for the client's next poll") {
  // 400 ms to every client and back; three messages 100 ms apart, then one a second later. (One in 1,000 s of other users
  // has the profile cache hold all rows from the start.)
  spec::Scenario scenario = tests::one_rack_of_constant_times(1e-3);
  tests::send_messages_only(scenario);
  scenario.simulation.duration = Seconds{10};
  scenario.population.online = spec::Probability{1};
  scenario.population.access.round_trip = spec::Distribution::constant(Seconds{0.4});
  scenario.population.access.fixed.share = spec::Probability{1};
  scenario.population.access.mobile.share = scenario.population.access.slow.share = spec::Probability{0};
  const auto transport = GENERATE(spec::Transport::websocket, spec::Transport::long_polling);
  scenario.services.gateway.transport = transport;
  const Figures found = tests::with_service(scenario, [](ServiceWorld& at, Figures& figures) {
    at.service.start();
    const UserId user{17};
    for (const double when : {1.0, 1.1, 1.2, 2.2}) at.send_in(when, UserId{4711}, user);
    at.run_until(5);
    figures["shown"] = static_cast<double>(at.shown.size());
    const double first = sim::to_seconds(at.shown.at(0).at).value();
    const char* names[] = {"first", "second", "third", "fourth"};
    for (std::size_t i = 0; i < 4; ++i) figures[names[i]] = sim::to_seconds(at.shown.at(i).at).value() - first;
  });
  const bool polls = transport == spec::Transport::long_polling;
  std::printf("%s:\n", polls ? "long polling" : "websocket");
  CHECK(figure("  all four are shown, once each", 4, found.at("shown"), 0));
  constexpr double network = 20e-6;
  CHECK(figure(polls ? "  the second waits for the next poll, a round trip after the first" : "  the second comes at once",
               polls ? 0.4 : 0.1, found.at("second"), network));
  CHECK(figure(polls ? "  the third comes with that poll too" : "  the third comes at once", polls ? 0.4 : 0.2,
               found.at("third"), network));
  CHECK(figure("  a poll is open by the time of the fourth", 1.2, found.at("fourth"), network));
}
