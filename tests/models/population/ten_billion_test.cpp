#include <algorithm>
#include <cmath>
#include <set>

#include "models/population/traffic.hpp"
#include "tests/models/figures.hpp"
#include "tests/models/small_scenario.hpp"

// Users and groups are functions of their number: they must not care that numbers need more than 32 bits.

using namespace chatsim;
using namespace chatsim::models;
using tests::Figures;

namespace {

constexpr std::uint64_t users = 10'000'000'000, groups = 5'000'000'000, gateways = 940'000;
constexpr std::uint64_t beyond_32_bits = std::uint64_t{1} << 32;

/// The population of ten_billion.yaml, on a platform of one rack.
spec::Scenario ten_billion() {
  spec::Scenario scenario = tests::one_rack(100);
  scenario.population.users = static_cast<double>(users);
  scenario.population.groups = static_cast<double>(groups);
  scenario.population.messages_per_day = 5e11;
  scenario.population.active_groups = spec::Probability{0.9};  // 4.5 billion.
  scenario.services.gateway.machines = static_cast<int>(gateways);
  return scenario;
}

/// The ends of the range, both sides of 2^32, and some thousand between.
std::vector<std::uint64_t> numbers_below(std::uint64_t n) {
  std::vector<std::uint64_t> numbers{0, 1, beyond_32_bits - 1, beyond_32_bits, beyond_32_bits + 1, n - 2, n - 1};
  for (std::uint64_t i = 1; i <= 4096; ++i) numbers.push_back(i * 0x9e3779b97f4a7c15 % n);
  return numbers;
}

}  // namespace

TEST_CASE("ten billion users: each has a position, a gateway and its logins") {
  const Figures found = tests::figures_of([](Figures& figures) {
    const spec::Scenario scenario = ten_billion();
    sim::World world(scenario.datacenter);
    const Context context(world, scenario);
    const Directory directory(context);
    const Schedule& schedule = directory.schedule();

    std::set<std::uint64_t> positions;
    for (const std::uint64_t number : numbers_below(users)) {
      const UserId user{number};
      const Schedule::Position position = schedule.position_of(user);
      positions.insert(static_cast<std::uint64_t>(position));
      figures["wrong"] += schedule.user_at(position) != user || static_cast<std::uint64_t>(position) >= users;
      figures["wrong"] += directory.gateway_of(user) >= gateways;
      const double last = schedule.last_login(position, sim::Time{}).value();
      const double next = schedule.next_login(position, sim::Time{}).value();
      figures["wrong"] += !(last <= 0 && next >= 0 && next > last);
      figures["sample"] += 1;
      figures["online"] += directory.online(user);
      figures["gateways"] += directory.gateway_of(user);
    }
    figures["positions"] = static_cast<double>(positions.size());

    schedule.for_each_range_online(sim::Time{}, [&](std::uint64_t begin, std::uint64_t end) {
      figures["all_online"] += static_cast<double>(end - begin);
      figures["wrong"] += begin >= end || end > users;
    });

    // The logins of the first millisecond: somebody else each time, and online then.
    std::set<UserId> who;
    for (std::uint32_t c = 0; c < Schedule::classes; ++c) {
      for (Schedule::Logins logins(schedule, c, sim::Time{}); sim::to_seconds(logins.at()).value() < 1e-3; logins.advance()) {
        figures["logins"] += 1;
        who.insert(schedule.user_at(logins.who()));
        figures["wrong"] += !schedule.online(logins.who(), logins.at());
      }
    }
    figures["who"] = static_cast<double>(who.size());
  });
  CHECK(found.at("wrong") == 0);
  CHECK(found.at("positions") == found.at("sample"));
  // 4,103 users, of whom 32 % are online: a standard deviation is 0.73 %.
  CHECK(found.at("online") / found.at("sample") == Approx(0.32).margin(0.03));
  CHECK(found.at("gateways") / found.at("sample") / gateways == Approx(0.5).margin(0.02));
  CHECK(found.at("all_online") / users == Approx(0.32).epsilon(1e-6));
  // 3.2e9 connected / 640 s, one user at a time.
  CHECK(found.at("logins") == Approx(5000).epsilon(0.02));
  CHECK(found.at("who") == found.at("logins"));
}

TEST_CASE("five billion groups: members are different users, and know their groups") {
  const Figures found = tests::figures_of([](Figures& figures) {
    const spec::Scenario scenario = ten_billion();
    sim::World world(scenario.datacenter);
    const Context context(world, scenario);
    const Directory directory(context);
    figures["wrong"] = 0;
    for (std::uint64_t number : numbers_below(groups)) {
      const GroupId group{number};
      std::set<UserId> members;
      const std::uint32_t size = directory.size_of(group);
      for (std::uint32_t i = 0; i < size; ++i) members.insert(directory.member_of(group, i));
      figures["wrong"] += members.size() != size || static_cast<std::uint64_t>(*members.rbegin()) >= users;
      if (figures["asked"] >= 64) continue;
      figures["asked"] += 1;
      const std::vector<GroupId> theirs = directory.groups_of(directory.member_of(group, size - 1));
      figures["wrong"] += std::count(theirs.begin(), theirs.end(), group) != 1;
    }
  });
  CHECK(found.at("wrong") == 0);
}

TEST_CASE("all of ten billion users write and are written to, in all groups") {
  constexpr int messages = 20'000;
  const Figures found = tests::figures_of([](Figures& figures) {
    const spec::Scenario scenario = ten_billion();
    sim::World world(scenario.datacenter);
    Context context(world, scenario);
    const Directory directory(context);
    const Traffic traffic(context, directory);
    figures["wrong"] = 0;
    const auto count = [&](const char* what, std::uint64_t number, std::uint64_t of) {
      figures["wrong"] += number >= of;
      figures[what] += number >= of / 2;
      figures[std::string("all_") + what] += 1;
    };
    for (std::uint64_t number = 1; number <= messages; ++number) {
      const Message message = traffic.message(number);
      figures["wrong"] += !directory.online(message.author);
      count("authors", static_cast<std::uint64_t>(message.author), users);
      if (message.to_group) {
        count("groups", static_cast<std::uint64_t>(message.group), groups);
      } else {
        figures["wrong"] += message.author == message.recipient;
        count("recipients", static_cast<std::uint64_t>(message.recipient), users);
      }
      const Message earlier = traffic.earlier_to(message.author, 0, sim::Time{});
      count("earlier", static_cast<std::uint64_t>(earlier.author), users);
    }
  });
  CHECK(found.at("wrong") == 0);
  // The upper half of all numbers as often as the lower one.
  for (const char* what : {"authors", "recipients", "earlier"}) {
    INFO(what);
    CHECK(found.at(what) / found.at(std::string("all_") + what) == Approx(0.5).margin(0.02));
  }
  // A fifth goes to the first 4.5 billion groups, of which 2 in 4.5 are in the upper half of all; the rest to the last half
  // billion.
  CHECK(found.at("groups") / found.at("all_groups") == Approx(0.2 * 2 / 4.5 + 0.8).margin(0.04));
}
