#include <algorithm>
#include <set>

#include "tests/models/service_world.hpp"
#include "tests/models/small_scenario.hpp"

using namespace chatsim;
using namespace chatsim::models;
using spec::Seconds;
using tests::figure;
using tests::Figures;
using tests::ServiceWorld;

namespace {

constexpr std::uint64_t messages = 20;

/// Groups of 200 members, all of them online, ten on each of 20 gateways. (One message in 1,000 s of other users has the
/// profile cache hold all rows from the start.)
spec::Scenario large_groups() {
  spec::Scenario scenario = tests::one_rack_of_constant_times(1e-3);
  tests::send_messages_only(scenario);
  scenario.simulation.duration = Seconds{30};
  scenario.population.online = spec::Probability{1};
  scenario.population.group_size = spec::Distribution::constant(200.0);
  return scenario;
}

/// A message to each of some groups, a second apart. Shown to whom, as one number.
Figures fan_out(const spec::Scenario& scenario) {
  return tests::with_service(scenario, [](ServiceWorld& at, Figures& figures) {
    at.service.start();
    at.service.begin_measuring();
    Directory& directory = at.service.directory();
    for (std::uint64_t group = 0; group < messages; ++group) {
      const UserId author = directory.member_of(GroupId{group}, 7);
      at.send_in(1.0 + static_cast<double>(group), author, GroupId{group});
      std::set<std::uint32_t> homes;
      for (std::uint32_t index = 0; index < directory.size_of(GroupId{group}); ++index) {
        const UserId member = directory.member_of(GroupId{group}, index);
        if (member == author) continue;
        ++figures["receivers"];
        homes.insert(directory.gateway_of(member));
      }
      figures["gateways_of_receivers"] += static_cast<double>(homes.size());
    }
    at.run_until(25);
    std::set<std::pair<std::uint64_t, std::uint64_t>> shown;
    std::uint64_t hash = 0;
    for (const ServiceWorld::Shown& one : at.shown) {
      const auto user = static_cast<std::uint64_t>(one.user), group = static_cast<std::uint64_t>(one.message.group);
      if (shown.emplace(user, group).second) hash += spread(user ^ spread(group)) >> 16;
      figures["not_a_member"] += !directory.is_member(one.message.group, one.user) || one.user == one.message.author;
    }
    figures["shown"] = static_cast<double>(at.shown.size());
    figures["shown_to_different"] = static_cast<double>(shown.size());
    figures["hash"] = static_cast<double>(hash & ((std::uint64_t{1} << 50) - 1));
    figures["to_messaging"] = at.requests(at.service.messaging().tier(), Step::to_member);
    figures["pushes"] = at.requests(at.service.gateways().tier(), Step::push);
    figures["confirmed"] = static_cast<double>(at.service.messaging().counts().statuses.delivered);
  });
}

}  // namespace

TEST_CASE("batched fan-out shows a message to the same members with a request and a push for each gateway") {
  spec::Scenario scenario = large_groups();
  const Figures each = fan_out(scenario);
  scenario.services.group.fanout = spec::Fanout::batched;
  const Figures batched = fan_out(scenario);
  const double receivers = messages * 199;
  for (const Figures* found : {&each, &batched}) {
    std::printf("%s:\n", found == &each ? "each" : "batched");
    CHECK(figure("  members but the author, 20 x 199", receivers, found->at("receivers"), 0));
    CHECK(figure("  shown", receivers, found->at("shown"), 0));
    CHECK(figure("  to different members", receivers, found->at("shown_to_different"), 0));
    CHECK(figure("  to authors or to who is no member", 0, found->at("not_a_member"), 0));
    CHECK(figure("  confirmed by each device", receivers, found->at("confirmed"), 0));
  }
  CHECK(figure("hash of who was shown what", each.at("hash"), batched.at("hash"), 0));
  CHECK(figure("each: requests to messaging", receivers, each.at("to_messaging"), 0));
  CHECK(figure("each: pushes", receivers, each.at("pushes"), 0));
  const double gateways = batched.at("gateways_of_receivers");
  CHECK(figure("batched: requests to messaging, one for each gateway of a group's members", gateways,
               batched.at("to_messaging"), 0));
  CHECK(figure("batched: pushes, as many", gateways, batched.at("pushes"), 0));
  CHECK(gateways < receivers / 9);
}

TEST_CASE("members are served so many at a time as fanout_parallelism says") {
  const int parallelism = GENERATE(1, 8, 64);
  spec::Scenario scenario = large_groups();
  scenario.services.group.fanout_parallelism = parallelism;
  const Figures found = tests::with_service(scenario, [](ServiceWorld& at, Figures& figures) {
    at.service.start();
    at.send_in(1, at.service.directory().member_of(GroupId{3}, 0), GroupId{3});
    at.run_until(10);
    // A member takes 1 + 10 + 2 + 1 ms: within less than that, those under way at the same time are shown.
    const std::vector<ServiceWorld::Shown>& shown = at.shown;
    std::size_t most = 0;
    for (std::size_t first = 0, last = 0; last < shown.size(); ++last) {
      while (shown[last].at - shown[first].at > sim::Duration{12'000'000}) ++first;
      most = std::max(most, last - first + 1);
    }
    figures["shown"] = static_cast<double>(shown.size());
    figures["most"] = static_cast<double>(most);
    figures["took_s"] = sim::to_seconds(shown.back().at - shown.front().at).value();
  });
  const double rounds = std::ceil(199.0 / parallelism);
  std::printf("%d at a time:\n", parallelism);
  CHECK(figure("  shown", 199, found.at("shown"), 0));
  CHECK(figure("  most at the same time", std::min(parallelism, 199), found.at("most"), 0));
  CHECK(figure("  from the first to the last, (rounds - 1) x 14 ms, hops and cards besides", (rounds - 1) * 14e-3,
               found.at("took_s"), 0.3e-3 + 0.01 * rounds * 14e-3));
}
