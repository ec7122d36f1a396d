#include "models/population/directory.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <set>

#include "tests/models/figures.hpp"
#include "tests/models/small_scenario.hpp"

using namespace chatsim;
using namespace chatsim::models;
using tests::figure;
using tests::Figures;

namespace {

Figures with_directory(const spec::Scenario& scenario,
                       const std::function<void(Directory&, Figures&)>& measure) {
  return tests::figures_of([&](Figures& figures) {
    sim::World world(scenario.datacenter);
    const Context context(world, scenario);
    Directory directory(context);
    measure(directory, figures);
  });
}

spec::Scenario population_of(double users, double groups, int group_size_max = 200) {
  spec::Scenario scenario = tests::one_rack(100);
  scenario.population.users = users;
  scenario.population.groups = groups;
  scenario.population.group_size_max = group_size_max;
  return scenario;
}

}  // namespace

TEST_CASE("members are different users, and the groups of a user are those that have it as a member") {
  // Groups fewer than users, as many, more; a number of users with divisors; the smallest population.
  const auto [users, groups, largest, mean] =
      GENERATE(std::tuple{500, 60, 200, 13.0}, std::tuple{500, 500, 200, 13.0},
               std::tuple{360, 1500, 200, 13.0}, std::tuple{97, 1000, 97, 13.0}, std::tuple{2, 7, 2, 2.0},
               std::tuple{3, 1, 3, 2.5}, std::tuple{50, 0, 50, 13.0});
  CAPTURE(users, groups, largest);
  spec::Scenario scenario = population_of(users, groups, largest);
  scenario.population.group_size = spec::Distribution::lognormal_with_mean(mean, 1);
  const Figures found = with_directory(scenario, [&](Directory& directory, Figures& figures) {
    std::vector<std::multiset<std::uint64_t>> expected(static_cast<std::size_t>(users));
    double& repeated = figures["repeated_members"] = 0;
    double& size_off = figures["sizes_out_of_bounds"] = 0;
    double& not_inverse = figures["not_the_inverse"] = 0;
    for (std::uint64_t group = 0; group < directory.groups(); ++group) {
      const std::uint32_t size = directory.size_of(GroupId{group});
      size_off += size < 2 || size > static_cast<std::uint32_t>(std::min(largest, users));
      std::set<std::uint64_t> members;
      for (std::uint32_t i = 0; i < size; ++i) {
        const auto member = static_cast<std::uint64_t>(directory.member_of(GroupId{group}, i));
        members.insert(member);
        expected.at(member).insert(group);
      }
      repeated += members.size() != size;
    }
    for (std::uint64_t user = 0; user < directory.users(); ++user) {
      std::multiset<std::uint64_t> groups_of_user;
      for (const GroupId group : directory.groups_of(UserId{user}))
        groups_of_user.insert(static_cast<std::uint64_t>(group));
      not_inverse += groups_of_user != expected[user];
    }
  });
  CHECK(found.at("repeated_members") == 0);
  CHECK(found.at("sizes_out_of_bounds") == 0);
  CHECK(found.at("not_the_inverse") == 0);
}

TEST_CASE("the mean size of a group is what the distribution states, rounded and cut as it is") {
  using spec::Distribution;
  const auto [name, distribution] = GENERATE(
      std::pair{std::string("lognormal, mean 13"), Distribution::lognormal_with_mean(13, 1)},
      std::pair{std::string("exponential, mean 13"), Distribution::exponential(13)},
      std::pair{std::string("lognormal, mean 40: the cut at 200 takes much"),
                Distribution::lognormal_with_mean(40, 1)},
      std::pair{std::string("constant 13"), Distribution::constant(13.0)},
      std::pair{std::string("mixture, 0.8 x 5 + 0.2 x 45 = 13"),
                Distribution::mixture({{0.8, Distribution::exponential(5)},
                                       {0.2, Distribution::lognormal_with_mean(45, 0.5)}})},
      std::pair{
          std::string("mixture, 0.9 x 5 + 0.1 x 85 = 13"),
          Distribution::mixture({{0.9, Distribution::constant(5)}, {0.1, Distribution::constant(85)}})});
  spec::Scenario scenario = population_of(1e6, 1e9);
  scenario.population.group_size = distribution;
  const Figures found = with_directory(scenario, [](Directory& directory, Figures& figures) {
    constexpr std::uint64_t groups = 3'000'000;
    double sum = 0, smallest = 1e9, largest = 0;
    for (std::uint64_t i = 0; i < groups; ++i) {
      const double size = directory.size_of(GroupId{i * 331});
      sum += size;
      smallest = std::min(smallest, size);
      largest = std::max(largest, size);
    }
    figures = {{"mean", sum / groups}, {"smallest", smallest}, {"largest", largest}};
  });
  const double mean = distribution.mean();
  CHECK(figure("mean size, " + name, mean, found.at("mean"), mean * 0.005));
  CHECK(found.at("smallest") >= 2);
  CHECK(found.at("largest") <= 200);
}

TEST_CASE("who is online and where: shares, even use, epochs, and no memory of who asked") {
  const spec::Scenario scenario = population_of(1e6, 5e5);
  constexpr std::uint64_t users = 1'000'000;
  const Figures found = with_directory(scenario, [&](Directory& directory, Figures& figures) {
    const auto gateways = static_cast<std::size_t>(scenario.services.gateway.machines);
    std::vector<double> used(gateways, 0);
    std::vector<std::uint32_t> home(users);
    double online = 0;
    for (std::uint64_t user = 0; user < users; ++user) {
      home[user] = directory.gateway_of(UserId{user});
      ++used.at(home[user]);
      online += directory.online(UserId{user});
    }
    double chi_square = 0, changed = 0, asked_later = 0, stayed = 0, online_later = 0;
    const double even = static_cast<double>(users) / static_cast<double>(gateways);
    for (const double count : used) chi_square += (count - even) * (count - even) / even;
    // Backwards, and a new directory: whoever asks later gets the same answer.
    for (std::uint64_t user = users; user-- > 0;) {
      changed += directory.gateway_of(UserId{user}) != home[user];
      asked_later += directory.online(UserId{user});
    }
    directory.begin_gateway_epoch();
    for (std::uint64_t user = 0; user < users; ++user) {
      stayed += directory.gateway_of(UserId{user}) == home[user];
      online_later += directory.online(UserId{user});
    }
    figures = {{"online", online},           {"chi_square", chi_square}, {"changed", changed},
               {"asked_later", asked_later}, {"stayed", stayed},         {"online_later", online_later}};
  });
  const double sigma = std::sqrt(users * 0.32 * 0.68);
  CHECK(figure("users online, 0.32 x 1e6, 3 sigma", 0.32 * users, found.at("online"), 3 * sigma));
  CHECK(figure("chi-square of 20 gateways: homes are dealt in turn", 0, found.at("chi_square"), 1e-3));
  CHECK(found.at("changed") == 0);
  CHECK(found.at("asked_later") == found.at("online"));
  CHECK(figure("users who stay at their gateway in a new epoch: all move on by one turn", 0, found.at("stayed"), 0));
  CHECK(found.at("online_later") == found.at("online"));
}

TEST_CASE("nobody or everybody online") {
  for (const double share : {0.0, 1.0}) {
    spec::Scenario scenario = population_of(20'000, 100);
    scenario.population.online = spec::Probability{share};
    const Figures found = with_directory(scenario, [](Directory& directory, Figures& figures) {
      for (std::uint64_t user = 0; user < 20'000; ++user) figures["online"] += directory.online(UserId{user});
    });
    CHECK(found.at("online") == share * 20'000);
  }
}
