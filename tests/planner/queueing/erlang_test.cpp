#include "planner/queueing/erlang.hpp"

#include "tests/figure.hpp"

using namespace chatsim;
using namespace chatsim::planner;
using tests::figure;

namespace {

Queue queue(int servers, double utilisation, double service_scv, double arrival_scv = 1) {
  return {servers, spec::PerSecond{utilisation * servers}, spec::Seconds{1}, service_scv, arrival_scv};
}

}  // namespace

TEST_CASE("Erlang's formulas give the published values") {
  CHECK(figure("Erlang B(10 servers, 10 Erlang)", 0.214582, erlang_b(10, 10), 1e-6));
  CHECK(figure("Erlang C(10, 8)", 0.409180, erlang_c(10, 8), 1e-6));
  CHECK(figure("Erlang C(100, 90)", 0.216940, erlang_c(100, 90), 1e-6));
  const Waiting wait = waiting(queue(100, 0.9, 1));
  CHECK(figure("Wq / S of M/M/100 at 0.9", 0.021694, wait.mean.value(), 1e-6));
  CHECK(figure("one server: C = utilisation", 0.7, erlang_c(1, 0.7), 1e-15));
  CHECK(erlang_b(5, 0) == 0);
  CHECK(erlang_c(5, 5) == 1);
  CHECK(erlang_c(5, 7) == 1);
  CHECK(figure("a thousand servers at 0.5 never let one wait", 0, erlang_c(1000, 500), 1e-12));
}

TEST_CASE("Erlang C of a whole number of servers is the same by the gamma function") {
  for (const int servers : {1, 2, 10, 100, 500}) {
    for (const double utilisation : {0.1, 0.5, 0.8, 0.95, 0.999}) {
      const double load = servers * utilisation;
      CAPTURE(servers, utilisation);
      CHECK(erlang_c_continuous(servers, load) == Approx(erlang_c(servers, load)).epsilon(1e-9).margin(1e-12));
    }
  }
  const double between = erlang_c_continuous(2.5, 2);
  CHECK(between < erlang_c(2, 2 * 0.999));
  CHECK(between > erlang_c(3, 2));
}

TEST_CASE("waits that are exact: M/M/c and M/G/1 by Pollaczek and Khinchine") {
  for (const double utilisation : {0.1, 0.5, 0.7, 0.9, 0.95}) {
    CAPTURE(utilisation);
    CHECK(figure("M/M/1: rho / (1 - rho)", utilisation / (1 - utilisation), waiting(queue(1, utilisation, 1)).mean.value(), 1e-9));
    CHECK(figure("M/D/1: half of it", utilisation / (1 - utilisation) / 2, waiting(queue(1, utilisation, 0)).mean.value(), 1e-9));
    CHECK(figure("M/G/1 with scv 4: 2.5 times it", 2.5 * utilisation / (1 - utilisation),
                 waiting(queue(1, utilisation, 4)).mean.value(), 1e-9));
  }
}

TEST_CASE("regular arrivals wait less than Poisson ones, bursts more, and a queue that grows has no wait") {
  const spec::Seconds poisson = waiting(queue(8, 0.8, 1)).mean;
  CHECK(waiting(queue(8, 0.8, 1, 0.1)).mean < 0.6 * poisson);
  CHECK(waiting(queue(8, 0.8, 1, 4)).mean > 2 * poisson);
  // D/M/1 is known: the root of s = exp(-(1 - s) / rho), wait s / (1 - s).
  double root = 0.5;
  for (int i = 0; i < 200; ++i) root = std::exp(-(1 - root) / 0.8);
  CHECK(figure("D/M/1 at 0.8, 12 %", root / (1 - root), waiting(queue(1, 0.8, 1, 0)).mean.value(), 0.12 * root / (1 - root)));
  CHECK(waiting(queue(3, 0, 1)).mean == spec::Seconds{});
  CHECK_THROWS_AS(waiting(queue(3, 1, 1)), std::invalid_argument);
}
