#include "models/population/user_regions.hpp"

#include <cmath>
#include <functional>
#include <set>

#include "models/population/traffic.hpp"
#include "tests/models/figures.hpp"
#include "tests/models/small_scenario.hpp"

using namespace chatsim;
using namespace chatsim::models;
using tests::figure;
using tests::Figures;

namespace {

spec::Scenario several_regions(int regions, const std::string& shares) {
  spec::Scenario scenario = tests::one_rack(100);
  scenario.datacenter.regions = regions;
  scenario.population.regions = shares;
  return scenario;
}

Figures with_population(const spec::Scenario& scenario,
                        const std::function<void(Directory&, const Traffic&, Figures&)>& measure) {
  return tests::figures_of([&](Figures& figures) {
    sim::World world(scenario.datacenter);
    Context context(world, scenario);
    Directory directory(context);
    const Traffic traffic(context, directory);
    measure(directory, traffic, figures);
  });
}

}  // namespace

TEST_CASE("users live in the regions as the shares say, and rank and position are each other's inverse") {
  const auto [regions, shares] =
      GENERATE(std::pair{2, "60% 40%"}, std::pair{3, "equal"}, std::pair{4, "70% 15% 10% 5%"});
  const Figures found =
      with_population(several_regions(regions, shares), [&](Directory& directory, const Traffic&, Figures& figures) {
        const UserRegions& where = directory.regions();
        double& wrong = figures["wrong"] = 0;
        std::vector<std::uint64_t> users(where.count(), 0);
        for (std::uint64_t position = 0; position < directory.users(); ++position) {
          const Schedule::Position place{position};
          const std::uint32_t region = where.region_of(place);
          wrong += where.before(region, position) != users[region] || where.rank_of(place) != users[region];
          wrong += where.position_of(region, users[region]) != place;
          ++users[region];
        }
        double& off = figures["largest_error_of_a_share"] = 0;
        for (std::uint32_t region = 0; region < where.count(); ++region) {
          wrong += users[region] != where.users_in(region);
          off = std::max(off, std::abs(static_cast<double>(users[region]) / static_cast<double>(directory.users()) -
                                       where.share(region)));
        }
      });
  CHECK(found.at("wrong") == 0);
  CHECK(figure("shares of users by region, one position in 5,040 and one user", 0, found.at("largest_error_of_a_share"),
               1.0 / 5040 + 1.0 / 20'000));
}

TEST_CASE("a user's gateway is in the user's region, each has as many as the others there, and all are found again") {
  spec::Scenario scenario = several_regions(3, "50% 30% 20%");
  const bool drains = GENERATE(false, true);
  if (drains)
    scenario.services.gateway.drain = {
        .gateways = spec::Probability{0.3}, .begin = spec::Seconds{0}, .over = spec::Seconds{1e-3}};
  const Figures found = with_population(scenario, [&](Directory& directory, const Traffic&, Figures& figures) {
    if (!drains) directory.begin_gateway_epoch();
    std::vector<double> at(directory.gateways(), 0), listed(directory.gateways(), 0);
    double& elsewhere = figures["elsewhere"] = 0;
    double& drained = figures["at_a_drained_one"] = 0;
    for (std::uint64_t user = 0; user < directory.users(); ++user) {
      const std::uint32_t gateway = directory.gateway_of(UserId{user});
      elsewhere += directory.region_of_gateway(gateway) != directory.region_of(UserId{user});
      drained += gateway < directory.drained();
      if (directory.online(UserId{user})) ++at[directory.home_of(directory.schedule().position_of(UserId{user}))];
    }
    for (std::uint32_t gateway = 0; gateway < directory.gateways(); ++gateway) {
      directory.for_each_connected_home(
          gateway, [&](Schedule::Position position) { listed[gateway] += directory.home_of(position) == gateway; });
    }
    figures["not_listed"] = 0;
    for (std::uint32_t gateway = 0; gateway < directory.gateways(); ++gateway)
      figures["not_listed"] += listed[gateway] != at[gateway];
    double& uneven = figures["uneven"] = 0;
    for (std::uint32_t gateway = 3; gateway < directory.gateways(); ++gateway) {
      uneven = std::max(uneven, std::abs(at[gateway] - at[gateway - 3]) / at[gateway]);
    }
  });
  CHECK(found.at("elsewhere") == 0);
  CHECK(found.at("not_listed") == 0);
  CHECK(found.at("uneven") < 0.15);
  if (drains) CHECK(found.at("at_a_drained_one") > 0);  // Until its time within the drain has come.
}

TEST_CASE(
    "recipients and members are of the same region as often as the scenario says, members are different, groups are "
    "found") {
  spec::Scenario scenario = several_regions(2, "60% 40%");
  scenario.population.users = 3000;
  scenario.population.groups = 2000;
  scenario.population.same_region = spec::Probability{0.8};
  const Figures found = with_population(scenario, [](Directory& directory, const Traffic& traffic, Figures& figures) {
    double direct = 0, same = 0;
    figures["to_oneself"] = 0;
    for (std::uint64_t number = 1; number <= 40'000; ++number) {
      const Message message = traffic.message(number);
      if (message.to_group) continue;
      ++direct;
      figures["to_oneself"] += message.author == message.recipient;
      same += directory.region_of(message.author) == directory.region_of(message.recipient);
    }
    figures["same_region"] = same / direct;
    std::vector<std::multiset<std::uint64_t>> expected(directory.users());
    double members = 0, at_home = 0;
    figures["repeated"] = figures["not_the_inverse"] = 0;
    for (std::uint64_t group = 0; group < directory.groups(); ++group) {
      std::set<UserId> different;
      for (std::uint32_t i = 0; i < directory.size_of(GroupId{group}); ++i) {
        const UserId member = directory.member_of(GroupId{group}, i);
        different.insert(member);
        expected[static_cast<std::uint64_t>(member)].insert(group);
        ++members;
        at_home += directory.region_of(member) == directory.region_of(GroupId{group});
      }
      figures["repeated"] += different.size() != directory.size_of(GroupId{group});
    }
    figures["members_at_home"] = at_home / members;
    for (std::uint64_t user = 0; user < directory.users(); ++user) {
      std::multiset<std::uint64_t> groups;
      for (const GroupId group : directory.groups_of(UserId{user})) groups.insert(static_cast<std::uint64_t>(group));
      figures["not_the_inverse"] += groups != expected[user];
    }
  });
  CHECK(found.at("to_oneself") == 0);
  CHECK(figure("direct messages within a region: 0.8, four standard errors of 36,000", 0.8, found.at("same_region"),
               0.0085));
  CHECK(figure("members in the region of their group: 0.8, four standard errors of 26,000", 0.8,
               found.at("members_at_home"), 0.01));
  CHECK(found.at("repeated") == 0);
  CHECK(found.at("not_the_inverse") == 0);
}
