#include "planner/queueing/lattice.hpp"

#include "tests/figure.hpp"

using namespace chatsim;
using namespace chatsim::planner;
using tests::figure;

namespace {

constexpr spec::Seconds step{1e-4};

Lattice exponential(double mean) { return Lattice::of(spec::Distribution::exponential(mean), step); }

}  // namespace

TEST_CASE("a lattice keeps mean and percentiles of what it is made from") {
  const Lattice lattice = exponential(10e-3);
  CHECK(figure("mean of exp(10 ms)", 10e-3, lattice.mean().value(), 1e-5));
  CHECK(figure("p50, ln 2", 10e-3 * std::log(2), lattice.quantile(0.5).value(), 1e-4));
  CHECK(figure("p99, ln 100", 10e-3 * std::log(100), lattice.quantile(0.99).value(), 1e-4));
  CHECK(figure("P(X <= 10 ms)", 1 - std::exp(-1), lattice.cumulative(spec::Seconds{10e-3}), 0.01));
  const Lattice constant = Lattice::constant(spec::Seconds{1.23e-3}, step);
  CHECK(figure("a constant between two points", 1.23e-3, constant.mean().value(), 1e-12));
}

TEST_CASE("two durations one after the other are convolved, not summed by percentile") {
  const Lattice sum = exponential(10e-3) + exponential(10e-3);
  // Erlang of 2 phases: P(X > t) = (1 + t / 10 ms) exp(-t / 10 ms).
  CHECK(figure("mean", 20e-3, sum.mean().value(), 2e-5));
  CHECK(figure("p99 of Erlang-2: 66.38 ms", 66.3835e-3, sum.quantile(0.99).value(), 2e-4));
  CHECK(sum.quantile(0.99) < 2 * exponential(10e-3).quantile(0.99));
  const Lattice later = exponential(10e-3) + spec::Seconds{5e-3};
  CHECK(figure("5 ms more", 5e-3 + 10e-3 * std::log(100), later.quantile(0.99).value(), 1e-4));
}

TEST_CASE("quorums: order statistics of exponentials are sums of 1 / k") {
  const Lattice one = exponential(10e-3);
  CHECK(figure("first of 3", 10e-3 / 3, one.order_statistic(1, 3).mean().value(), 1e-4));
  CHECK(figure("second of 3", 10e-3 * (1.0 / 3 + 1.0 / 2), one.order_statistic(2, 3).mean().value(), 1e-4));
  CHECK(figure("third of 3", 10e-3 * (1.0 / 3 + 1.0 / 2 + 1), one.order_statistic(3, 3).mean().value(), 1e-4));
  CHECK(figure("the last of 3 is the third", one.order_statistic(3, 3).mean().value(), one.last_of(3).mean().value(), 1e-9));
}

TEST_CASE("the tail at scale: one in a hundred slow, a hundred asked: 63.4 %; one in 10,000, 2,000 asked: 18.1 %") {
  const auto slow = [](double share) {
    return Lattice::mixture({{1 - share, Lattice::constant(spec::Seconds{10e-3}, step)},
                             {share, Lattice::constant(spec::Seconds{100e-3}, step)}});
  };
  const spec::Seconds between{50e-3};
  CHECK(figure("1 - 0.99^100", 0.634, 1 - slow(0.01).last_of(100).cumulative(between), 5e-4));
  CHECK(figure("1 - 0.9999^2000", 0.181, 1 - slow(0.0001).last_of(2000).cumulative(between), 5e-4));
}

TEST_CASE("waiting: nothing for most, exponential for those who wait; what is too long for the lattice is beyond it") {
  const Lattice lattice = Lattice::of(Waiting{0.2, spec::Seconds{2e-3}}, step);
  CHECK(figure("mean", 2e-3, lattice.mean().value(), 2e-5));
  CHECK(figure("P(no wait)", 0.8, lattice.cumulative(spec::Seconds{0}), 2e-3));
  const Lattice long_one = exponential(1);
  CHECK(figure("beyond 0.2047 s", std::exp(-0.2047), long_one.beyond(), 1e-3));
  CHECK(long_one.quantile(0.9).value() >= 0.2047);
}
