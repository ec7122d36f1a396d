#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "planner/experiment/statistics.hpp"
#include "planner/queueing/erlang.hpp"
#include "sim/kernel/random/sampler.hpp"
#include "tests/models/figures.hpp"
#include "tests/sim/resources/small_world.hpp"
#include "tests/validation/published_case.hpp"
#include "tests/validation/theory.hpp"

// Systems that turn customers away or have only so many of them: exact results that VALIDATION.md lists one of (Erlang
// B), and others that should come out right as well. Customers are calls of sim::Rpc over the wire, which takes
// microseconds beside services of a second; a full queue refuses them.

using namespace chatsim;
using namespace chatsim::sim;
using namespace chatsim::tests;

namespace {

#if defined(__SANITIZE_ADDRESS__)
constexpr std::uint64_t fewer = 50;
#else
constexpr std::uint64_t fewer = 1;
#endif

constexpr std::uint32_t replications = 8;
const char* const topic = "Finite systems";

/// Of one replication, on a machine of its own.
struct Counts {
  std::uint64_t came = 0, refused = 0;
  Duration response{};
};

struct System {
  std::uint32_t servers = 1, queue_limit = 0;
  spec::Distribution between;  ///< Arrivals; of a closed system, what each customer thinks.
  spec::Distribution service = spec::Distribution::exponential(spec::Seconds{1});
  std::uint32_t customers = 0;  ///< That return after their service, or when they were refused. 0: an open system.
  std::uint64_t calls = 200'000;  ///< That count, in each replication.
};

class Finite {
 public:
  explicit Finite(const System& system)
      : system_(system),
        small_({.name = "server",
                .machines = 2 * replications,
                .threads = system.servers,
                .cores = 1,
                .queue_limit = system.queue_limit}),
        between_(system.between),
        service_(system.service) {}

  void run(Figures& figures) {
    for (std::uint32_t i = 0; i < replications; ++i) {
      const std::uint32_t sources = std::max(system_.customers, 1U);
      for (std::uint32_t source = 0; source < sources; ++source) spawn(no_machine, come(i, source));
    }
    small_.run(std::chrono::hours{24 * 365 * 10});
    for (std::uint32_t i = 0; i < replications; ++i) {
      const Counts& counts = counts_[i];
      const auto served = static_cast<double>(counts.came - counts.refused);
      figures[fmt::format("refused_{}", i)] = static_cast<double>(counts.refused) / static_cast<double>(counts.came);
      figures[fmt::format("response_{}", i)] = to_seconds(counts.response).value() / served;
    }
  }

 private:
  Task<void> come(std::uint32_t replication, std::uint32_t source) {
    DrawSequence draws({1}, replication, source);
    while (counts_[replication].came < calls_) {
      const std::uint64_t gap = draws(), branch = draws();
      co_await sim::sleep(small_.world.scheduler, between_.sample(gap, static_cast<std::uint32_t>(branch)));
      const std::uint64_t service = draws();
      const Duration time = service_.sample(service, static_cast<std::uint32_t>(draws()));
      if (system_.customers > 0) {
        co_await be_served(replication, time);
      } else {
        spawn(no_machine, be_served(replication, time));
      }
    }
    if (--sources_left_ == 0) small_.world.plane.stop();
  }

  Task<void> be_served(std::uint32_t replication, Duration time) {
    const Time came = small_.world.scheduler.now();
    const CallOptions options{.client = small_.on(replicated_client(replication)), .cpu_share = 0, .timeout = 24h};
    const Reply reply = co_await small_.world.rpc.call(options, LegOptions{small_.on(replication), time});
    Counts& counts = counts_[replication];
    if (counts.came == calls_ / 20) {
      if (!warm_[replication]) counts = {};
      warm_[replication] = true;
    }
    ++counts.came;
    counts.refused += reply.outcome == Outcome::rejected;
    if (reply.outcome == Outcome::ok) counts.response += small_.world.scheduler.now() - came;
  }
  static HostIndex replicated_client(std::uint32_t replication) { return replications + replication; }

  const System system_;
  SmallWorld small_;
  const Sampler between_, service_;
  const std::uint64_t calls_ = system_.calls / fewer;
  Counts counts_[replications];
  bool warm_[replications]{};
  std::uint32_t sources_left_ = replications * std::max(system_.customers, 1U);
};

spec::Interval interval_of(const Figures& found, const std::string& name) {
  std::vector<double> values;
  for (std::uint32_t i = 0; i < replications; ++i) values.push_back(found.at(fmt::format("{}_{}", name, i)));
  return *planner::t_interval(values);
}

Figures simulated(const System& system) {
  return figures_of([&](Figures& figures) { (new Finite(system))->run(figures); });
}

bool finite(const std::string& name, const std::string& inputs, double expected, const spec::Interval& interval,
            const std::string& source, double relative = 0.02) {
  Tolerance tolerance{.relative = relative};
  if (interval.half_width > relative * expected) {
    tolerance = {.absolute = interval.half_width, .because = "half-width of the 95 % interval"};
  }
  return published_case({topic, Kind::dynamics, name, inputs, expected, interval.mean, tolerance, source});
}

spec::Distribution exponential(double mean) { return spec::Distribution::exponential(spec::Seconds{mean}); }

const char* const erlang = "Erlang 1917; Kleinrock, Queueing Systems I, 1975, section 3.6";
const char* const kleinrock = "Kleinrock, Queueing Systems I, 1975, sections 3.6 to 3.9";

}  // namespace

TEST_CASE("Erlang B(10, 10): calls that find all servers busy, whatever the service's distribution", "[published][finite]") {
  using spec::Distribution;
  const System base{.servers = 10, .between = exponential(0.1)};
  const auto check = [&](const std::string& services, const Distribution& service) {
    System system = base;
    system.service = service;
    CHECK(finite("simulation: Erlang B(10, 10), services " + services, "blocked calls; 10 servers, 10 Erlang, no queue",
                 0.214582, interval_of(simulated(system), "refused"), erlang));
  };
  check("exponential", exponential(1));
  check("constant", Distribution::constant(spec::Seconds{1}));
  check("log-normal, scv 1.5", Distribution::lognormal_with_mean(spec::Seconds{1}, std::sqrt(std::log(2.5))));
}

TEST_CASE("M/M/c/K: a queue with so much room", "[published][finite]") {
  const auto check = [](std::uint32_t servers, std::uint32_t room, double offered) {
    const System system{.servers = servers, .queue_limit = room - servers, .between = exponential(1 / offered)};
    CHECK(finite(fmt::format("M/M/{}/{} at {} Erlang: customers turned away", servers, room, offered),
                 "birth and death; p(K)", theory::mmck_blocking(servers, room, offered),
                 interval_of(simulated(system), "refused"), kleinrock));
  };
  check(1, 5, 0.8);
  check(1, 5, 1.5);
  check(4, 12, 3.8);
}

TEST_CASE("Engset: a few sources call, and call again later if all servers are busy", "[published][finite]") {
  const System system{.servers = 5, .between = exponential(1 / 0.7), .customers = 12};
  CHECK(finite("Engset, 12 sources at 0.7 each, 5 servers: calls blocked", "a call sees the states of 11 sources",
               theory::engset(12, 5, 0.7), interval_of(simulated(system), "refused"),
               "Engset 1918; Kleinrock, Queueing Systems I, 1975, section 3.9"));
}

TEST_CASE("a closed system: customers think, wait and are served", "[published][finite]") {
  const System system{.servers = 1, .queue_limit = 100, .between = exponential(10), .customers = 14};
  CHECK(finite("14 customers think 10 s, one server of 1 s: mean response [s]", "mean value analysis",
               theory::closed_response(14, 10), interval_of(simulated(system), "response"),
               "Reiser and Lavenberg, JACM 27, 1980"));
}
