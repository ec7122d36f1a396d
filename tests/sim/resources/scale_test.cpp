#include <unistd.h>

#include <cstdio>
#include <simgrid/s4u/Host.hpp>
#include <simgrid/s4u/Link.hpp>
#include <sstream>

#include "tests/sim/resources/calls.hpp"

namespace chatsim::tests {
namespace {

double resident_bytes() {
  unsigned long long total = 0, resident = 0;
  if (std::FILE* file = std::fopen("/proc/self/statm", "r")) {
    if (std::fscanf(file, "%llu %llu", &total, &resident) != 2) resident = 0;
    std::fclose(file);
  }
  return static_cast<double>(resident) * static_cast<double>(sysconf(_SC_PAGESIZE));
}

Task<void> send_requests(World* world, std::uint32_t requests) {
  for (MachineIndex i = 0; i < requests; ++i) {
    co_await sleep(world->scheduler, 1us);
    const LegOptions leg{i + 1, 1s};
    world->rpc.post(world->rpc.call(call_from(i, 10s), &leg, 1));
  }
}

Task<void> look_at_memory(World* world, Duration when, double* bytes) {
  co_await sleep(world->scheduler, when);
  *bytes = resident_bytes();
}

struct Cost {
  double bytes_per_host = 0;     ///< SimGrid's host, its two links, and what Platform keeps of them.
  double bytes_per_machine = 0;  ///< In Fleet and Wire, of a machine of 32 cores.
  double bytes_per_request = 0;  ///< Under way: its leg, its record, its event and its deadline.
  double out_of_order = 0;       ///< Names of hosts and links that do not sort as their numbers.
};

/// Platforms of racks of 40 hosts, each with a machine, and a request under way to each of `requests` of these.
Cost cost_of(int racks, std::uint32_t requests) {
  const std::string text = in_child([&] {
    spec::Datacenter datacenter;
    datacenter.pods_per_datacenter = 1;
    datacenter.racks_per_pod = racks;
    Cost cost;
    const double nothing = resident_bytes();
    World& world = *new World(datacenter);  // Not destroyed: the child ends without.
    const std::uint32_t hosts = world.platform.hosts();
    const double built = resident_bytes();
    cost.bytes_per_host = (built - nothing) / hosts;

    world.fleet.add_tier({.name = "server", .machines = hosts, .threads = 100, .cores = 32});
    world.wire.refresh();
    const double equipped = resident_bytes();
    cost.bytes_per_machine = (equipped - built) / hosts;

    double under_way = 0;
    spawn(no_machine, send_requests(&world, requests));
    spawn(no_machine, look_at_memory(&world, 900ms, &under_way));
    world.plane.run_until(at(950ms));
    cost.bytes_per_request = (under_way - equipped) / requests;

    for (HostIndex host = 1; host < hosts; ++host) {
      cost.out_of_order += world.platform.host(host - 1)->get_name() >= world.platform.host(host)->get_name();
      cost.out_of_order +=
          world.platform.host_downlink(host - 1)->get_name() >= world.platform.host_downlink(host)->get_name();
    }
    std::ostringstream line;
    line << cost.bytes_per_host << ' ' << cost.bytes_per_machine << ' ' << cost.bytes_per_request << ' '
         << cost.out_of_order;
    return line.str();
  });
  Cost cost;
  std::istringstream line(text);
  line >> cost.bytes_per_host >> cost.bytes_per_machine >> cost.bytes_per_request >> cost.out_of_order;
  if (!line) FAIL("the child came to this end: " << text);
  std::printf("%d hosts: %.0f bytes a host, %.0f a machine, %.0f a request under way\n", racks * 40, cost.bytes_per_host,
              cost.bytes_per_machine, cost.bytes_per_request);
  return cost;
}

TEST_CASE("a host, a machine and a request cost as many bytes each, however many there are") {
  const Cost few = cost_of(500, 15'000);
  const Cost many = cost_of(2'600, 90'000);  // More than 100,000 hosts: names get a digit more.
  for (const Cost& cost : {few, many}) {
    CHECK(cost.bytes_per_host < 2'800);
    CHECK(cost.bytes_per_machine < 200);  // 128 + 4; 256 more if all had slots for 32 cores.
    CHECK(cost.bytes_per_request < 300);
    CHECK(cost.out_of_order == 0);  // Else SimGrid's maps of names take more than linear time.
  }
  CHECK(many.bytes_per_host < 1.1 * few.bytes_per_host);
  CHECK(many.bytes_per_machine < 1.1 * few.bytes_per_machine);
}

}  // namespace
}  // namespace chatsim::tests
