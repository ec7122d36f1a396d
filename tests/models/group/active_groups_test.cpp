#include <vector>

#include "models/population/traffic.hpp"
#include "tests/models/figures.hpp"
#include "tests/models/small_scenario.hpp"

using namespace chatsim;
using namespace chatsim::models;
using tests::figure;
using tests::Figures;

TEST_CASE("very active groups get their share of the messages to groups, each of them alike") {
  const double online = GENERATE(0.32, 1.0);
  spec::Scenario scenario = tests::one_rack(1000);
  scenario.population.users = 1e6;
  scenario.population.groups = 1e6;
  scenario.population.online = spec::Probability{online};
  scenario.population.active_groups = spec::Probability{0.001};
  scenario.population.active_group_share = spec::Probability{0.2};
  constexpr std::uint64_t messages = 400'000;
  const Figures found = tests::figures_of([&](Figures& figures) {
    sim::World world(scenario.datacenter);
    Context context(world, scenario);
    const Directory directory(context);
    const Traffic traffic(context, directory);
    std::vector<double> of_group(1000, 0);
    for (std::uint64_t number = 1; number <= messages; ++number) {
      const Message message = traffic.message(number);
      if (!message.to_group) continue;
      ++figures["to_groups"];
      const auto group = static_cast<std::uint64_t>(message.group);
      if (group >= of_group.size()) continue;
      ++figures["to_active"];
      ++of_group[group];
    }
    const double mean = figures["to_active"] / 1000;
    for (const double count : of_group) figures["chi_square"] += (count - mean) * (count - mean) / mean;
  });
  const double to_groups = found.at("to_groups");
  CHECK(figure("messages to groups, 10 %, 4 sigma", 0.1 * messages, to_groups, 4 * std::sqrt(0.1 * 0.9 * messages)));
  // An author must be online, and how many of a group's members are is its own matter: of groups of 13, 0.13 around 0.32.
  const double of_online = std::sqrt((1 - online) / online / 13 / 1000);
  CHECK(figure("  of these to a thousandth of the groups, 20 %, 3 sigma", 0.2 * to_groups, found.at("to_active"),
               3 * std::hypot(std::sqrt(0.2 * 0.8 * to_groups), of_online * 0.2 * to_groups)));
  if (online < 1) return;
  CHECK(figure("  evenly: chi-square of 1,000 groups, 999 degrees of freedom, 4 x 45", 999, found.at("chi_square"), 180));
}
