#include "sim/platform/clos_layout.hpp"

#include <catch2/catch.hpp>
#include <set>
#include <vector>

#include "tests/sim/platform/small_fabric.hpp"

namespace chatsim::sim {
namespace {

std::vector<LinkIndex> links_of(const Route& route) { return {route.begin(), route.end()}; }

TEST_CASE("a route goes up to the first level that both hosts share, and down again") {
  const ClosLayout layout(test::small_fabric(), 2);
  const auto up = [&](int level, std::uint32_t element) { return layout.up(level, element); };
  const auto down = [&](int level, std::uint32_t element) { return layout.down(level, element); };

  CHECK(links_of(layout.route(0, 0)) == std::vector{layout.loopback()});
  CHECK(links_of(layout.route(0, 1)) == std::vector{up(0, 0), down(0, 1)});
  CHECK(links_of(layout.route(0, 5)) == std::vector{up(0, 0), up(1, 0), down(1, 1), down(0, 5)});
  CHECK(links_of(layout.route(0, 11)) ==
        std::vector{up(0, 0), up(1, 0), up(2, 0), down(2, 1), down(1, 3), down(0, 11)});
  CHECK(links_of(layout.route(12, 0)) ==
        std::vector{up(0, 12), up(1, 4), up(2, 2), up(3, 1), down(3, 0), down(2, 0), down(1, 0), down(0, 0)});
  CHECK(links_of(layout.route(47, 0)) == std::vector{up(0, 47), up(1, 15), up(2, 7), up(3, 3),
                                                     layout.wan(1, 0), down(3, 0), down(2, 0), down(1, 0),
                                                     down(0, 0)});
}

TEST_CASE("every link has an index of its own, without gaps") {
  auto datacenter = test::small_fabric();
  datacenter.regions = 3;
  const ClosLayout layout(datacenter, 2);
  std::set<LinkIndex> seen;
  std::size_t links = 0;
  for (int level = 0; level < ClosLayout::levels; ++level)
    for (std::uint32_t element = 0; element < layout.count(level); ++element, links += 2)
      seen.insert({layout.up(level, element), layout.down(level, element)});
  for (std::uint32_t from = 0; from < 3; ++from)
    for (std::uint32_t to = 0; to < 3; ++to)
      if (from != to) seen.insert(layout.wan(from, to)), ++links;
  seen.insert({layout.loopback(), layout.throttle(0), layout.throttle(1)});
  links += 3;
  CHECK(seen.size() == links);
  CHECK(layout.links() == links);
  CHECK(*seen.rbegin() == links - 1);
}

TEST_CASE("failure domains partition the hosts") {
  const ClosLayout layout(test::small_fabric(), 0);
  std::vector<std::set<HostIndex>> racks(layout.count(1)), pods(layout.count(2)),
      datacenters(layout.count(3)), regions(layout.count(4));
  for (HostIndex host = 0; host < layout.count(0); ++host) {
    const auto domain = layout.domain(host);
    CHECK(domain.host == host);
    racks.at(domain.rack).insert(host);
    pods.at(domain.pod).insert(host);
    datacenters.at(domain.datacenter).insert(host);
    regions.at(domain.region).insert(host);
    CHECK(domain.pod == domain.rack / 2);
    CHECK(domain.datacenter == domain.pod / 2);
    CHECK(domain.region == domain.datacenter / 2);
  }
  for (const auto& rack : racks) CHECK(rack.size() == 3);
  for (const auto& pod : pods) CHECK(pod.size() == 6);
  for (const auto& datacenter : datacenters) CHECK(datacenter.size() == 12);
  for (const auto& region : regions) CHECK(region.size() == 24);
}

}  // namespace
}  // namespace chatsim::sim
