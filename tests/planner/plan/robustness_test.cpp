#include "planner/plan/robustness.hpp"

#include <algorithm>

#include "tests/figure.hpp"
#include "tests/scenarios/load_scenario.hpp"

using namespace chatsim;
using namespace chatsim::planner;
using tests::figure;

namespace {

bool has(const std::vector<SinglePoint>& points, const std::string& part) {
  return std::any_of(points.begin(), points.end(), [&](const SinglePoint& p) { return p.what.find(part) != std::string::npos; });
}

}  // namespace

TEST_CASE("bisection bandwidth is the smallest cut between two halves") {
  spec::Datacenter datacenter{.pods_per_datacenter = 4, .racks_per_pod = 6, .hosts_per_rack = 10};
  datacenter.host_link.bandwidth = spec::BytesPerSecond{10};
  datacenter.rack_uplink.bandwidth = spec::BytesPerSecond{25e6};
  datacenter.host_link.bandwidth = spec::BytesPerSecond{10e6};
  datacenter.pod_uplink.bandwidth = spec::BytesPerSecond{75e6};
  const std::vector<Bisection> found = bisections(datacenter);
  REQUIRE(found.size() == 2);
  CHECK(figure("3 racks x 25 MB/s", 75e6, found[0].bandwidth.value(), 1e3));
  CHECK(figure("whose 30 hosts send 10 MB/s each: 4 to 1", 4, found[0].oversubscription(), 1e-6));
  CHECK(figure("2 pods x 75 MB/s", 150e6, found[1].bandwidth.value(), 1e3));
  CHECK(figure("which racks fill with 150 MB/s each: 2 to 1", 2, found[1].oversubscription(), 1e-6));
}

TEST_CASE("single points: switches of the tree, lonely machines, quorums of all, tiers that nothing goes round") {
  spec::Scenario scenario = tests::load_scenario("scenarios/chat_2b.yaml");
  const std::vector<SinglePoint> platform = single_points_of_platform(scenario.datacenter);
  CHECK(has(platform, "switch of a rack"));
  CHECK(has(platform, "core of a datacenter"));
  const std::vector<SinglePoint> before = single_points_of_service(scenario);
  CHECK_FALSE(has(before, "any machine of"));
  CHECK(has(before, "the tier group"));      // The only way to the member lists.
  CHECK_FALSE(has(before, "the tier profile_store"));
  scenario.services.group.machines = 1;
  scenario.stores.message.write_quorum = 3;
  scenario.stores.conversation.spread = spec::FailureDomain::host;
  const std::vector<SinglePoint> after = single_points_of_service(scenario);
  CHECK(has(after, "the only machine of group"));
  CHECK(has(after, "any machine of message"));
  CHECK(has(after, "a rack with machines of conversation"));

  const spec::Datacenter one_host{.pods_per_datacenter = 1, .racks_per_pod = 1, .hosts_per_rack = 1};
  CHECK(single_points_of_platform(one_host).empty());
  CHECK(bisections(one_host).empty());
}
