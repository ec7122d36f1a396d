#include "models/clients/changes.hpp"

#include "tests/models/service_world.hpp"
#include "tests/models/small_scenario.hpp"

using namespace chatsim;
using namespace chatsim::models;
using spec::Seconds;
using tests::figure;
using tests::Figures;
using tests::ServiceWorld;

TEST_CASE("groups and profiles are changed as often as the scenario says, one time in twenty by something new") {
  // 50 changes of groups a second and 20 of profiles, for 60 s, at 1.5 times the mean.
  spec::Scenario scenario = tests::one_rack(0);
  tests::send_messages_only(scenario);
  scenario.population.load_factor = 1.5;
  scenario.population.group_changes_per_day = 50 * 86'400.0;
  scenario.population.profile_changes_per_day = 20 * 86'400.0;
  const Figures found = tests::with_service(scenario, [](ServiceWorld& at, Figures& figures) {
    Directory& directory = at.service.directory();
    Changes changes(at.service.context(), directory, at.service.gateways(), at.service.groups(), at.service.profiles());
    // Members of a hundredth of the groups, before and after.
    const auto members = [&] {
      double sum = 0;
      for (std::uint64_t group = 0; group < directory.groups(); ++group) sum += directory.members_of(GroupId{group});
      return sum;
    };
    const double before = members();
    changes.start();
    at.run_until(60);
    // Those under way end; no new ones are begun that would be counted.
    const Changes::Counts& counts = changes.counts();
    figures["created"] = static_cast<double>(counts.groups_created);
    figures["joined"] = static_cast<double>(counts.joined);
    figures["left"] = static_cast<double>(counts.left);
    figures["refused"] = static_cast<double>(counts.refused);
    figures["profiles_created"] = static_cast<double>(counts.profiles_created);
    figures["profiles_updated"] = static_cast<double>(counts.profiles_updated);
    figures["members_gained"] = members() - before;
    figures["groups_gained"] = static_cast<double>(directory.memberships.created());
    figures["group_requests"] = at.requests(at.service.groups().tier(), Step::group_change);
  });
  const auto near = [&](const std::string& derivation, double expected, const char* name) {
    return figure(derivation + ", 4 sigma", expected, found.at(name), 4 * std::sqrt(expected));
  };
  constexpr double of_groups = 1.5 * 50 * 60, of_profiles = 1.5 * 20 * 60;
  CHECK(near("groups created, 1.5 x 50/s x 60 s / 20", of_groups / 20, "created"));
  CHECK(near("joined, half of the others", of_groups * 19 / 40, "joined"));
  // Of groups of two nobody leaves.
  CHECK(found.at("left") > 0.8 * of_groups * 19 / 40);
  CHECK(found.at("left") < of_groups * 19 / 40 + 4 * std::sqrt(of_groups * 19 / 40));
  // Besides, whoever joins is seldom a member already, and whoever leaves may have left just before.
  CHECK(found.at("refused") < 0.2 * of_groups * 19 / 40 + 0.02 * of_groups);
  CHECK(figure("requests to group: all that were begun",
               found.at("created") + found.at("joined") + found.at("left") + found.at("refused"),
               found.at("group_requests"), 10));
  CHECK(figure("members gained of the groups that were there, joined - left", found.at("joined") - found.at("left"),
               found.at("members_gained"), 10));
  CHECK(figure("groups gained", found.at("created"), found.at("groups_gained"), 3));
  CHECK(near("profiles created, 1.5 x 20/s x 60 s / 20", of_profiles / 20, "profiles_created"));
  CHECK(near("profiles updated, the others", of_profiles * 19 / 20, "profiles_updated"));
}
