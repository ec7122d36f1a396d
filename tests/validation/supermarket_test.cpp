#include <fmt/format.h>

#include <cmath>

#include "models/service/app_tier.hpp"
#include "tests/models/figures.hpp"
#include "tests/validation/published_case.hpp"

// Mitzenmacher, "The power of two choices in randomized load balancing" (IEEE Transactions on Parallel and Distributed
// Systems 12(10), 2001): customers come to n servers as a Poisson process, each looks at d servers at random and joins the
// shortest queue. For many servers and exponential service of mean 1 the mean time in the system is
//
//     T = sum over i >= 1 of load^((d^i - d) / (d - 1))
//
// against 1 / (1 - load) for one choice, M/M/1. A hundred servers lie above that, the more the fuller they are: here by 2 %
// at 0.95 and by 10 % at 0.99; a thousand servers by a tenth of it.

using namespace chatsim;
using namespace chatsim::models;
using tests::figure;
using tests::Figures;

namespace {

/// The mean service: beside it the network's microseconds are nothing.
constexpr double unit_s = 1;

struct Supermarket {
  spec::Balancing balancing;
  double load;
  double warmup;  ///< Mean services.
  std::uint64_t customers;
  int servers = 100;
};

spec::Scenario scenario_of(spec::Balancing balancing, int servers) {
  spec::Scenario scenario;
  scenario.datacenter.pods_per_datacenter = scenario.datacenter.racks_per_pod = 1;
  scenario.datacenter.hosts_per_rack = servers + 1;
  scenario.services.messaging.machines = servers;
  scenario.services.messaging.threads = scenario.services.messaging.cores = 1;
  scenario.services.messaging.queue_limit = 1'000'000;
  scenario.services.messaging.service_time = spec::Distribution::exponential(spec::Seconds{unit_s});
  scenario.services.messaging.balancing = balancing;
  scenario.network.request_timeout = spec::Seconds{10'000 * unit_s};
  return scenario;
}

class Market {
 public:
  explicit Market(const Supermarket& what)
      : what_(what),
        scenario_(scenario_of(what.balancing, what.servers)),
        world_(scenario_.datacenter),
        context_(world_, scenario_),
        door_(context_, "door", spec::Tier{}),
        tills_(context_, "till", scenario_.services.messaging) {
    world_.wire.refresh();
  }

  void run(Figures& figures) {
    const double seconds = unit_s * (what_.warmup + static_cast<double>(what_.customers) / (what_.servers * what_.load));
    sim::spawn(sim::no_machine, customers_come());
    world_.plane.run_until(sim::to_time(spec::Seconds{seconds}));
    figures["mean"] = sum_ / count_ / unit_s;
    figures["count"] = count_;
    figures["failed"] = failed_;
  }

 private:
  sim::Task<void> customers_come() {
    for (std::uint64_t number = 0;; ++number) {
      const double gap = sim::negative_log(context_.draw(Stream::arrivals, number).bits64(0)) / (what_.servers * what_.load);
      co_await sim::sleep(world_.scheduler, sim::to_duration(spec::Seconds{gap * unit_s}));
      sim::spawn(sim::no_machine, customer(number));
    }
  }

  sim::Task<void> customer(std::uint64_t number) {
    const sim::Time came = world_.scheduler.now();
    Hops hops = context_.hops(MessageId{number}, 0);
    const sim::MachineIndex door = door_.machine(0);
    const sim::Reply served =
        co_await world_.rpc.call(tills_.request(door, Step::messaging, 100, 100), tills_.leg(tills_.next(door), hops));
    if (came < sim::to_time(spec::Seconds{what_.warmup * unit_s})) co_return;
    failed_ += served.outcome != sim::Outcome::ok;
    sum_ += sim::to_seconds(world_.scheduler.now() - came).value();
    ++count_;
  }

  const Supermarket what_;
  const spec::Scenario scenario_;
  sim::World world_;
  Context context_;
  AppTier door_, tills_;
  double sum_ = 0, count_ = 0, failed_ = 0;
};

double mean_time(const Supermarket& what) {
  const Figures found = tests::figures_of([&](Figures& figures) { Market(what).run(figures); });
  CHECK(found.at("failed") == 0);
  CHECK(found.at("count") > 0.97 * static_cast<double>(what.customers));
  return found.at("mean");
}

double by_theory(double load) {
  double sum = 0;
  for (int i = 1; i <= 30; ++i) sum += std::pow(load, std::exp2(i) - 2);
  return sum;
}

/// GI/M/1 where every server gets each n-th customer of a Poisson process: 1 / (1 - s), s = (n load / (n load + 1 - s))^n.
double in_turn_by_theory(double load, int servers) {
  double s = 0;
  for (int i = 0; i < 1000; ++i) s = std::pow(servers * load / (servers * load + 1 - s), servers);
  return 1 / (1 - s);
}

bool queueing(tests::Kind kind, const std::string& name, const std::string& inputs, double expected, double ours,
              const tests::Tolerance& tolerance, const std::string& source = "Mitzenmacher, IEEE TPDS 12(10), 2001") {
  return tests::published_case({"Supermarket model", kind, name, inputs, expected, ours, tolerance, source});
}

}  // namespace

TEST_CASE("supermarket model: two choices, as Mitzenmacher has it", "[supermarket]") {
  struct Case {
    double load, published, warmup;
    std::uint64_t customers;
  };
  const Case one = GENERATE(Case{0.5, 1.2657, 20, 200'000}, Case{0.7, 1.6145, 30, 300'000}, Case{0.8, 1.9474, 50, 400'000},
                            Case{0.9, 2.6141, 100, 600'000}, Case{0.95, 3.3830, 200, 1'000'000});
  CHECK(figure("the formula at " + std::to_string(one.load), one.published, by_theory(one.load), 1e-4));
  const double mean = mean_time({spec::Balancing::power_of_two, one.load, one.warmup, one.customers});
  CHECK(queueing(tests::Kind::dynamics, fmt::format("two choices at {}: mean time in the system", one.load),
                 fmt::format("100 servers, {} customers; in the limit of many servers", one.customers), one.published, mean,
                 {.relative = 0.04}));
}

TEST_CASE("supermarket model: loads that nobody listed", "[supermarket]") {
  for (const double load : {0.3, 0.6, 0.85}) {
    const double mean = mean_time({spec::Balancing::power_of_two, load, 100, 400'000});
    CHECK(queueing(tests::Kind::dynamics, fmt::format("two choices at {}: mean time in the system", load),
                   "100 servers, 400,000 customers; sum of load^(2^i - 2)", by_theory(load), mean, {.relative = 0.04}));
  }
}

TEST_CASE("supermarket model: at 0.99 a hundred servers are not yet many", "[supermarket]") {
  const double mean = mean_time({spec::Balancing::power_of_two, 0.99, 600, 1'000'000});
  std::printf("mean time in the system at 0.99: %.4f by simulation, 5.4320 for infinitely many servers\n", mean);
  CHECK(mean > 5);
  const double of_many = mean_time({spec::Balancing::power_of_two, 0.99, 500, 2'000'000, 1000});
  CHECK(figure("the formula at 0.99", 5.4320, by_theory(0.99), 1e-4));
  CHECK(queueing(tests::Kind::dynamics, "two choices at 0.99: mean time in the system",
                 "1,000 servers, 2,000,000 customers; in the limit of many servers", 5.4320, of_many, {.relative = 0.04}));
}

TEST_CASE("supermarket model: against one choice, turns, and a look at everybody", "[supermarket]") {
  constexpr double load = 0.8;
  const double random = mean_time({spec::Balancing::random, load, 100, 400'000});
  const double in_turn = mean_time({spec::Balancing::round_robin, load, 100, 400'000});
  const double two = mean_time({spec::Balancing::power_of_two, load, 50, 200'000});
  const double least = mean_time({spec::Balancing::least_outstanding, load, 50, 200'000});
  const tests::Kind dynamics = tests::Kind::dynamics;
  CHECK(queueing(dynamics, "one choice at 0.8: mean time in the system", "100 servers; M/M/1, 1 / (1 - rho)", 5, random,
                 {.relative = 0.04}));
  CHECK(queueing(dynamics, "in turn at 0.8: mean time in the system",
                 "100 servers; GI/M/1 with Erlang-100 between the customers of a server", in_turn_by_theory(load, 100),
                 in_turn, {.relative = 0.04}, "Kleinrock, Queueing Systems I, 1975, section 6.3"));
  // A hundred servers at 0.8 hardly ever are all busy: who looks at everybody hardly waits.
  CHECK(queueing(dynamics, "a look at everybody at 0.8: mean time in the system", "100 servers; the service alone", 1, least,
                 {.absolute = 0.02}, "join the shortest queue: in the limit of many servers nobody waits"));
  CHECK(two < in_turn);
  CHECK(least < two);
}
