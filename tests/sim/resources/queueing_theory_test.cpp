#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "sim/kernel/random/sampler.hpp"
#include "tests/sim/resources/report.hpp"
#include "tests/sim/resources/small_world.hpp"

namespace chatsim::tests {
namespace {

// Under the address sanitizer a customer costs twenty times as much: there the machinery is tested, not
// theory.
#if defined(__SANITIZE_ADDRESS__)
constexpr double fewer = 100;
constexpr double tolerance = 0.25;
#else
constexpr double fewer = 1;
constexpr double tolerance = 0.02;
#endif

constexpr double service_mean_s = 1e-3;

struct Station {
  std::uint32_t servers = 1;
  double load = 0.5;
  spec::Distribution service = spec::Distribution::exponential(spec::Seconds{service_mean_s});
  double customers = 1e6;
  double sojourn_p99_s = 1;  ///< As theory has it: sets the resolution.
};

struct Measured {
  double wait_mean_s = 0;
  double waiting_probability = 0;
  double sojourn_p99_s = 0;
  double utilisation = 0;
  double little_law_error = 0;
};

/// Poisson arrivals at one machine with as many threads as the station has servers.
class Queue {
 public:
  explicit Queue(const Station& station)
      : station_(station),
        small_({.name = "station",
                .machines = 1,
                .threads = station.servers,
                .cores = 1,
                .queue_limit = std::numeric_limits<std::uint32_t>::max()}),
        world_(small_.world),
        sojourns_(3000) {}

  Measured run() {
    spawn(no_machine, arrive());
    world_.plane.run_until(at(std::chrono::hours{24 * 365}));
    Measured measured;
    const spec::TierSummary summary = world_.fleet.summary(0, world_.scheduler.now());
    measured.wait_mean_s = summary.wait_mean.value();
    measured.utilisation = summary.utilisation;
    measured.little_law_error = world_.fleet.little_law_error(0, world_.scheduler.now());
    measured.waiting_probability = waited_ / customers_;
    double seen = 0;
    std::size_t bin = 0;
    while (bin < sojourns_.size() && seen + sojourns_[bin] < 0.99 * customers_) seen += sojourns_[bin++];
    measured.sojourn_p99_s = (static_cast<double>(bin) + (0.99 * customers_ - seen) / sojourns_[bin]) *
                             station_.sojourn_p99_s / 1000;
    return measured;
  }

 private:
  Task<void> arrive() {
    const auto customers = static_cast<std::uint64_t>(station_.customers / fewer);
    const Sampler gap(spec::Distribution::exponential(
        spec::Seconds{service_mean_s / (station_.load * static_cast<double>(station_.servers))}));
    const Sampler service(station_.service);
    DrawSequence gaps({7}, 1), services({7}, 2);
    for (std::uint64_t i = 0; i < customers; ++i) {
      co_await sleep(world_.scheduler, gap.sample(gaps(), 0));
      if (i == customers / 50) {
        measuring_ = true;
        world_.fleet.begin_measuring(world_.scheduler.now());
      }
      spawn(0, be_served(service.sample(services(), 0)));
    }
    world_.plane.stop();
  }

  Task<void> be_served(Duration service) {
    const Time came = world_.scheduler.now();
    const bool counts = measuring_;
    co_await world_.rpc.serve(0, 0, service, 0);
    if (!counts) co_return;
    const Duration sojourn = world_.scheduler.now() - came;
    ++customers_;
    waited_ += sojourn > service;
    const double bin = to_seconds(sojourn).value() / station_.sojourn_p99_s * 1000;
    ++sojourns_[std::min(sojourns_.size() - 1, static_cast<std::size_t>(bin))];
  }

  Station station_;
  SmallWorld small_;
  World& world_;
  bool measuring_ = false;
  double customers_ = 0;
  double waited_ = 0;
  std::vector<double> sojourns_;  // Counts; a thousand bins up to theory's 99th percentile.
};

Measured measure(const Station& station) { return (new Queue(station))->run(); }

/// Probability that a customer of M/M/c waits, by Erlang's recursion; `offered` in Erlang.
double erlang_c(std::uint32_t servers, double offered) {
  double blocking = 1;
  for (std::uint32_t i = 1; i <= servers; ++i) blocking = offered * blocking / (i + offered * blocking);
  return blocking / (1 - offered / servers * (1 - blocking));
}

void check_bookkeeping(Report& report, const Station& station, const Measured& measured) {
  report.near(fmt::format("    its utilisation = load {}", station.load), station.load, measured.utilisation,
              tolerance);
  report.same("    Little's law, exactly", 0.0, measured.little_law_error);
}

// The standard error of a mean wait over n customers of M/M/1 is, relative to the mean, sqrt(rho (2 + 5 rho -
// 4 rho^2
// + rho^3)) / (rho (1 - rho) sqrt(n)) (Whitt, Planning queueing simulations, 1989): below 0.5 % in each of
// these runs.
void check_mm1(double load, double customers) {
  check_report([&](Report& report) {
    const double mean = load / (1 - load) * service_mean_s;
    const double p99 = std::log(100) / (1 - load) * service_mean_s;
    const Station station{.load = load, .customers = customers, .sojourn_p99_s = p99};
    const Measured measured = measure(station);
    report.near(fmt::format("M/M/1 at load {}, mean wait = rho / (1 - rho) x 1 ms, in s", load), mean,
                measured.wait_mean_s, tolerance);
    report.near(fmt::format("    p99 of wait and service = ln(100) / (1 - rho) x 1 ms, in s", load), p99,
                measured.sojourn_p99_s, tolerance);
    check_bookkeeping(report, station, measured);
  });
}

void check_mmc(std::uint32_t servers, double load, double customers) {
  check_report([&](Report& report) {
    const double waiting = erlang_c(servers, load * servers);
    const double mean = waiting / (servers * (1 - load)) * service_mean_s;
    const Station station{.servers = servers, .load = load, .customers = customers};
    const Measured measured = measure(station);
    report.near(
        fmt::format("M/M/{} at load {}, mean wait = C(c, a) / (c (1 - rho)) x 1 ms, in s", servers, load),
        mean, measured.wait_mean_s, tolerance);
    report.near("    probability of waiting = Erlang's C(c, a)", waiting, measured.waiting_probability,
                tolerance);
    check_bookkeeping(report, station, measured);
  });
}

void check_md1(double load, double customers) {
  check_report([&](Report& report) {
    const double mean = load / (2 * (1 - load)) * service_mean_s;
    const Station station{.load = load,
                          .service = spec::Distribution::constant(spec::Seconds{service_mean_s}),
                          .customers = customers};
    const Measured measured = measure(station);
    report.near(fmt::format("M/D/1 at load {}, mean wait = rho / (2 (1 - rho)) x 1 ms, in s", load), mean,
                measured.wait_mean_s, tolerance);
    check_bookkeeping(report, station, measured);
  });
}

TEST_CASE("M/M/1: mean wait and p99 at loads 0.3 to 0.9", "[queueing_theory]") {
  check_mm1(0.3, 2e6);
  check_mm1(0.5, 2e6);
  check_mm1(0.7, 4e6);
  check_mm1(0.9, 20e6);
}

TEST_CASE("M/M/c: mean wait and probability of waiting", "[queueing_theory]") {
  CHECK(erlang_c(10, 8) == Approx(0.409180).epsilon(1e-6));
  CHECK(erlang_c(100, 90) == Approx(0.216940).epsilon(3e-6));
  check_mmc(2, 0.5, 2e6);
  check_mmc(10, 0.8, 8e6);
  check_mmc(50, 0.8, 12e6);
}

TEST_CASE("M/D/1: mean wait at loads 0.3 to 0.9", "[queueing_theory]") {
  check_md1(0.3, 2e6);
  check_md1(0.6, 2e6);
  check_md1(0.9, 10e6);
}

}  // namespace
}  // namespace chatsim::tests
