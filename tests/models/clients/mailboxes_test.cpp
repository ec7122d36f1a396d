#include "tests/models/service_world.hpp"
#include "tests/models/small_scenario.hpp"

using namespace chatsim;
using namespace chatsim::models;
using spec::Seconds;
using tests::figure;
using tests::Figures;
using tests::ServiceWorld;

TEST_CASE("from the start as many messages come from mailboxes as are kept: a run begins in the steady state") {
  // 2,000 messages a second, 70 % to users who are away for 47 s between sessions of 20 s. In the first half nearly all
  // that is handed over was sent before the run, in the second a good part during it.
  spec::Scenario scenario = tests::one_rack(2000);
  tests::send_messages_only(scenario);
  scenario.simulation.duration = Seconds{45};
  scenario.population.online = spec::Probability{0.3};
  scenario.population.group_message_share = spec::Probability{0};
  scenario.population.sessions.length = spec::Distribution::exponential(Seconds{20});
  const Figures found = tests::with_service(scenario, [](ServiceWorld& at, Figures& figures) {
    std::uint64_t from_before = 0;
    at.service.gateways().devices.observer = [&](UserId, const Message& message) {
      from_before += message.sent < sim::Time{};
    };
    at.service.start();
    const auto note = [&](const std::string& half, double sign) {
      figures[half + "_kept"] += sign * static_cast<double>(at.service.context().ledger.total().kept);
      figures[half + "_delivered"] += sign * static_cast<double>(at.service.gateways().mailbox_delivered);
      figures[half + "_from_before"] += sign * static_cast<double>(from_before);
    };
    at.in(1, [&] { note("first", -1); });
    at.in(21, [&] {
      note("first", 1);
      note("second", -1);
    });
    at.in(41, [&] { note("second", 1); });
    at.run_until(41.1);
  });
  const double expected = 2000 * 0.7 * 20;
  const double tolerance = 4 * std::sqrt(expected);
  for (const std::string half : {"first", "second"}) {
    std::printf("%s 20 s, of which from before the run %.0f %%:\n", half.c_str(),
                100 * found.at(half + "_from_before") / found.at(half + "_delivered"));
    CHECK(figure("  kept, 2,000/s x 0.7 x 20 s, 4 sigma", expected, found.at(half + "_kept"), tolerance));
    CHECK(figure("  handed over at logins, as many", expected, found.at(half + "_delivered"), tolerance));
  }
  CHECK(figure("handed over in the second half as in the first, 4 sigma of the difference", found.at("first_delivered"),
               found.at("second_delivered"), std::sqrt(2.0) * tolerance));
  CHECK(found.at("first_from_before") > found.at("second_from_before"));
}
