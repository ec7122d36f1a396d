#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "planner/queueing/lattice.hpp"
#include "sim/kernel/random/random.hpp"
#include "tests/models/figures.hpp"
#include "tests/sim/resources/small_world.hpp"
#include "tests/validation/published_case.hpp"

// Dean and Barroso, "The tail at scale" (CACM 56(2), 2013): a request that needs an answer of each of n servers, one in
// 1/p of which is slow at a time, is slow with probability 1 - (1 - p)^n. With one in a hundred and a hundred servers
// that is 63 %, with one in ten thousand and two thousand servers "almost one in five".

using namespace chatsim;
using namespace chatsim::sim;
using namespace chatsim::tests;

namespace {

struct Fanout {
  unsigned servers;
  double slow;  ///< Probability.
  unsigned requests;
};

constexpr unsigned legs_of_a_call = 50;
constexpr Duration quick_service = 10ms, slow_service = 1s;

Task<void> ask_all(World* world, SmallWorld* small, Fanout what, unsigned* slow) {
  std::uint64_t leg_number = 0;
  for (unsigned request = 0; request < what.requests; ++request) {
    const Time begin = world->scheduler.now();
    CallGroup calls(what.servers / legs_of_a_call);
    for (unsigned i = 0; i < what.servers / legs_of_a_call; ++i) {
      LegOptions legs[legs_of_a_call];
      for (LegOptions& leg : legs) {
        const bool is_slow = Draw({1}, 1, leg_number++).uniform64(0) < what.slow;
        leg = {small->on(1 + leg_number % 15), is_slow ? slow_service : quick_service};
      }
      const CallOptions options{.client = small->on(0), .needed = legs_of_a_call, .cpu_share = 0, .timeout = 10s};
      co_await calls.start(world->rpc.call(options, legs, legs_of_a_call));
    }
    co_await calls.join();
    *slow += world->scheduler.now() - begin >= slow_service;
  }
}

}  // namespace

TEST_CASE("tails: a request to many servers is as slow as the slowest of them", "[tails]") {
  struct Case {
    Fanout fanout;
    double published;
  };
  const Case one = GENERATE(Case{{100, 0.01, 20'000}, 0.634}, Case{{2000, 0.0001, 4'000}, 0.181});
  const double exact = 1 - std::pow(1 - one.fanout.slow, one.fanout.servers);
  const std::string name =
      fmt::format("{} servers, {} % of them slow: slow requests", one.fanout.servers, 100 * one.fanout.slow);
  const auto tails = [&](Kind kind, const std::string& inputs, double ours, const Tolerance& tolerance) {
    return published_case({"Tails", kind, name, inputs, one.published, ours, tolerance,
                           "Dean and Barroso, The Tail at Scale, CACM 56(2), 2013"});
  };
  constexpr spec::Seconds step{1e-3};
  const double slow_share = one.fanout.slow;
  const auto planned =
      planner::Lattice::mixture({{1 - slow_share, planner::Lattice::constant(spec::Seconds{0.01}, step)},
                                 {slow_share, planner::Lattice::constant(spec::Seconds{1}, step)}})
          .last_of(one.fanout.servers);
  CHECK(tails(Kind::accounting, "planner: the last of n by planner::Lattice; 1 - (1 - p)^n",
              1 - planned.cumulative(spec::Seconds{0.5}), {.absolute = 5e-4, .because = "the digits published"}));
  const Figures found = figures_of([&](Figures& figures) {
    SmallWorld& small = *new SmallWorld({.name = "server", .machines = 16, .threads = 10'000});
    unsigned slow = 0;
    spawn(small.on(0), ask_all(&small.world, &small, one.fanout, &slow));
    small.run(Duration{slow_service} * (one.fanout.requests + 1));
    figures["slow"] = static_cast<double>(slow) / one.fanout.requests;
  });
  const double deviation = std::sqrt(exact * (1 - exact) / one.fanout.requests);
  CHECK(tails(Kind::dynamics, fmt::format("{} requests; 1 - (1 - p)^n", one.fanout.requests), found.at("slow"),
              {.absolute = 3 * deviation, .because = "3 standard deviations"}));
}
