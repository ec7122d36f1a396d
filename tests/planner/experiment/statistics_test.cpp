#include "planner/experiment/statistics.hpp"

#include <catch2/catch.hpp>
#include <limits>
#include <vector>

#include "tests/figure.hpp"

using namespace chatsim::planner;
using chatsim::tests::figure;

TEST_CASE("quantiles of Student's t are those of the tables") {
  CHECK(figure("t(0.975; 1), tables", 12.7062, t_quantile(1), 5e-5));
  CHECK(figure("t(0.975; 4), tables", 2.7764, t_quantile(4), 5e-5));
  CHECK(figure("t(0.975; 9), tables", 2.2622, t_quantile(9), 5e-5));
  CHECK(figure("t(0.95; 9), tables", 1.8331, t_quantile(9, 0.90), 5e-5));
  CHECK(figure("t(0.975; 1e6), the normal's", 1.95996, t_quantile(1'000'000), 1e-4));
}

TEST_CASE("an interval by hand") {
  // Law, Simulation Modeling and Analysis, example 4.26: ten observations, 90 % there, 95 % here.
  const std::vector<double> values{1.20, 1.50, 1.68, 1.89, 0.95, 1.49, 1.58, 1.55, 0.50, 1.09};
  const auto interval = t_interval(values);
  REQUIRE(interval);
  CHECK(figure("mean of ten observations, Law 4.26", 1.343, interval->mean, 1e-12));
  CHECK(figure("their variance, Law 4.26", 0.17, variance(values), 0.005));
  CHECK(figure("2.2622 sqrt(0.16747 / 10)", 0.29275, interval->half_width, 2e-4));
  CHECK(interval->replications == 10);
  CHECK(interval->contains(1.343));
  CHECK_FALSE(interval->contains(1.7));
}

TEST_CASE("equal values have their own mean, to the last bit, and no width") {
  const std::vector<double> values(7, 0.1);
  CHECK(mean(values) == 0.1);
  CHECK(t_interval(values)->half_width == 0);
}

TEST_CASE("what is not finite is left out, and one value makes no interval") {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  CHECK_FALSE(t_interval(std::vector<double>{}));
  CHECK_FALSE(t_interval(std::vector<double>{3}));
  CHECK_FALSE(t_interval(std::vector<double>{3, nan, HUGE_VAL}));
  const auto interval = t_interval(std::vector<double>{3, nan, 5});
  REQUIRE(interval);
  CHECK(interval->mean == 4);
  CHECK(interval->replications == 2);
}

TEST_CASE("two sets differ when chance is no explanation") {
  const std::vector<double> low{1.0, 1.1, 0.9, 1.05, 0.95}, high{2.0, 2.2, 1.9, 2.1, 2.0}, spread{-3, 5, 1, 8, -6};
  CHECK(differ(low, high, 0.99));
  CHECK_FALSE(differ(low, low, 0.99));
  CHECK_FALSE(differ(low, spread, 0.99));
  CHECK_FALSE(differ(low, std::vector<double>{7}, 0.99));
  CHECK(differ(std::vector<double>{1, 1}, std::vector<double>{2, 2}, 0.99));
}
