#include <fmt/format.h>

#include <cmath>

#include "planner/experiment/statistics.hpp"
#include "sim/kernel/random/sampler.hpp"
#include "tests/models/figures.hpp"
#include "tests/sim/resources/small_world.hpp"
#include "tests/validation/published_case.hpp"

// Networks of queues that nobody listed: a call to two servers that waits for both, and requests that go from one
// station to the next.

using namespace chatsim;
using namespace chatsim::sim;
using namespace chatsim::tests;

namespace {

constexpr std::uint32_t replications = 5;
#if defined(__SANITIZE_ADDRESS__)
constexpr std::uint64_t customers = 4'000;
#else
constexpr std::uint64_t customers = 200'000;
#endif

enum class Way { fork, tandem };

class Network {
 public:
  Network(double load, Way way)
      : way_(way),
        small_({.name = "server", .machines = 16, .threads = 1, .queue_limit = 1'000'000}),
        gap_(spec::Distribution::exponential(spec::Seconds{1 / load})),
        service_(spec::Distribution::exponential(spec::Seconds{1})) {}

  void run(Figures& figures) {
    for (std::uint32_t i = 0; i < replications; ++i) spawn(no_machine, arrive(i));
    small_.run(std::chrono::hours{24 * 365 * 10});
    for (std::uint32_t i = 0; i < replications; ++i) {
      figures[std::to_string(i)] = to_seconds(response_[i]).value() / static_cast<double>(served_[i]);
    }
  }

 private:
  Task<void> arrive(std::uint32_t replication) {
    DrawSequence draws({1}, replication);
    for (std::uint64_t number = 0; number < customers; ++number) {
      co_await sim::sleep(small_.world.scheduler, gap_.sample(draws(), 0));
      const Duration first = service_.sample(draws(), 0), second = service_.sample(draws(), 0);
      spawn(no_machine, be_served(replication, first, second, number >= customers / 20));
    }
    if (--left_ == 0) small_.world.plane.stop();
  }

  /// Of each replication three machines: a client and two servers.
  Task<void> be_served(std::uint32_t replication, Duration first, Duration second, bool counts) {
    const Time came = small_.world.scheduler.now();
    const MachineIndex one = small_.on(3 * replication + 1), other = small_.on(3 * replication + 2);
    CallOptions options{.client = small_.on(3 * replication), .cpu_share = 0, .timeout = 24h};
    if (way_ == Way::fork) {
      options.needed = 2;
      const LegOptions legs[] = {{one, first}, {other, second}};
      co_await small_.world.rpc.call(options, legs, 2);
    } else {
      co_await small_.world.rpc.call(options, LegOptions{one, first});
      co_await small_.world.rpc.call(options, LegOptions{other, second});
    }
    if (!counts) co_return;
    ++served_[replication];
    response_[replication] += small_.world.scheduler.now() - came;
  }

  const Way way_;
  SmallWorld small_;
  const Sampler gap_, service_;
  Duration response_[replications]{};
  std::uint64_t served_[replications]{};
  std::uint32_t left_ = replications;
};

void check(double load, Way way, const PublishedCase& about) {
  const Figures found = figures_of([&](Figures& figures) { (new Network(load, way))->run(figures); });
  std::vector<double> values;
  for (std::uint32_t i = 0; i < replications; ++i) values.push_back(found.at(std::to_string(i)));
  const spec::Interval interval = *planner::t_interval(values);
  PublishedCase one = about;
  one.ours = interval.mean;
  one.tolerance = {.relative = 0.02};
  if (interval.half_width > 0.02 * one.expected) {
    one.tolerance = {.absolute = interval.half_width, .because = "half-width of the 95 % interval"};
  }
  CHECK(published_case(one));
}

}  // namespace

TEST_CASE("fork and join of two queues: Flatto and Hahn, Nelson and Tantawi", "[published][networks]") {
  for (const double load : {0.3, 0.6, 0.8}) {
    check(load, Way::fork,
          {.topic = "Networks of queues",
           .name = fmt::format("fork and join of 2 at {}: mean response", load),
           .inputs = "both of two M/M/1 queues that get each customer; (12 - rho) / (8 (1 - rho))",
           .expected = (12 - load) / (8 * (1 - load)),
           .tolerance = {},
           .source = "Nelson and Tantawi, IEEE Transactions on Computers 37(6), 1988"});
  }
}

TEST_CASE("two queues in a row are as if each were alone", "[published][networks]") {
  for (const double load : {0.5, 0.8}) {
    check(load, Way::tandem,
          {.topic = "Networks of queues",
           .name = fmt::format("two M/M/1 in a row at {}: mean response", load),
           .inputs = "2 / (1 - rho)",
           .expected = 2 / (1 - load),
           .tolerance = {},
           .source = "Burke 1956; Jackson, Networks of waiting lines, Operations Research 5, 1957"});
  }
}
