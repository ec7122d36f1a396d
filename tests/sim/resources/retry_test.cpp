#include "sim/resources/retry.hpp"

#include <catch2/catch.hpp>
#include <cmath>

#include "tests/figure.hpp"

namespace chatsim::tests {
namespace {

using namespace sim;
using namespace std::chrono_literals;

const Draw any_draw({1}, 2, 3);

TEST_CASE("pauses double, up to the longest") {
  const RetryPolicy policy{.first = spec::Seconds{5}, .longest = spec::Seconds{30}};
  const Duration expected[] = {5s, 10s, 20s, 30s, 30s};
  for (std::uint32_t i = 0; i < 5; ++i) CHECK(policy.pause(i, any_draw) == expected[i]);
  CHECK(RetryPolicy{.first = spec::Seconds{0.1}, .multiplier = 3}.pause(2, any_draw) == 900ms);
  // As with std::ldexp, to the nanosecond.
  for (std::uint32_t i = 0; i < 20; ++i) {
    const spec::Seconds first{5.1};
    CHECK(RetryPolicy{.first = first}.pause(i, any_draw) == to_duration(first * std::ldexp(1.0, static_cast<int>(i))));
  }
}

TEST_CASE("full jitter is uniform between nothing and the pause") {
  const RetryPolicy policy{.first = spec::Seconds{1}, .jitter = true};
  constexpr std::uint64_t draws = 100'000;
  double sum = 0, squares = 0;
  for (std::uint64_t id = 0; id < draws; ++id) {
    const double pause = to_seconds(policy.pause(1, Draw({1}, 2, id))).value();
    CHECK((pause >= 0 && pause <= 2));
    sum += pause;
    squares += pause * pause;
  }
  const double mean = sum / draws;
  CHECK(figure("mean of the second pause: 2 s / 2", 1, mean, 0.01));
  CHECK(figure("its variance: (2 s)^2 / 12", 4.0 / 12, squares / draws - mean * mean, 0.005));
}

TEST_CASE("a budget of a tenth lets one retry pass for ten first attempts") {
  RetryBudget budget(0.1, 2);
  CHECK_FALSE(budget.take(0));
  int taken = 0;
  for (int i = 0; i < 1000; ++i) {
    budget.note_first(0);
    taken += budget.take(0);
  }
  CHECK(taken == 100);
  CHECK_FALSE(budget.take(1));  // Another client has its own.
  CHECK(budget.retries == 100);
  CHECK(budget.denied == 902);
}

TEST_CASE("what is saved is bounded, and without a budget nothing is") {
  RetryBudget budget(0.5, 1);
  for (int i = 0; i < 1000; ++i) budget.note_first(0);
  int taken = 0;
  while (budget.take(0)) ++taken;
  CHECK(taken == 10);
  RetryBudget unlimited;
  for (int i = 0; i < 1000; ++i) CHECK(unlimited.take(7));
  CHECK(unlimited.retries == 1000);
}

}  // namespace
}  // namespace chatsim::tests
