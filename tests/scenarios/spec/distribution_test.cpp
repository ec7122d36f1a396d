#include "scenarios/spec/distribution.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <limits>
#include <stdexcept>
#include <vector>

using chatsim::spec::Distribution;
using chatsim::spec::Samples;
using chatsim::spec::Seconds;

namespace {

Distribution parsed(const std::string& text, Samples samples = Samples::durations) {
  std::string error;
  const auto distribution = Distribution::parse(text, samples, error);
  INFO(text << ": " << error);
  REQUIRE(distribution.has_value());
  return *distribution;
}

std::string error_of(const std::string& text, Samples samples = Samples::durations) {
  std::string error;
  CHECK_FALSE(Distribution::parse(text, samples, error).has_value());
  return error;
}

std::vector<Distribution> examples() {
  return {Distribution::constant(0.01),
          Distribution::exponential(0.01),
          Distribution::lognormal(0.06, 0.6),
          Distribution::lognormal_with_mean(13, 1),
          Distribution::pareto(0.235e-3, 10),
          Distribution::empirical({{1, 0.001}, {1, 0.002}, {2, 0.005}}),
          Distribution::mixture(
              {{0.9122, Distribution::pareto(0.235e-3, 10)}, {0.0878, Distribution::exponential(0.602e-3)}})};
}

/// The mean of the quantile function over (0, 1) by the midpoint rule: independent of every closed form.
double moment(const Distribution& distribution, int power) {
  constexpr int steps = 200'000;
  double sum = 0;
  for (int i = 0; i < steps; ++i) sum += std::pow(distribution.quantile((i + 0.5) / steps), power);
  return sum / steps;
}

}  // namespace

TEST_CASE("mean and variance are those of the quantile function") {
  for (const Distribution& distribution : examples()) {
    INFO(distribution.to_text(Samples::numbers));
    const double mean = moment(distribution, 1);
    CHECK(distribution.mean() == Approx(mean).epsilon(1e-3));
    CHECK(distribution.variance() ==
          Approx(moment(distribution, 2) - mean * mean).epsilon(0.02).margin(1e-12));
  }
}

TEST_CASE("quantile inverts cumulative") {
  for (const Distribution& distribution : examples()) {
    for (const double p : {1e-9, 0.01, 0.3, 0.5, 0.9, 0.999, 1 - 1e-9}) {
      INFO(distribution.to_text(Samples::numbers) << " at " << p);
      const double x = distribution.quantile(p);
      CHECK(distribution.cumulative(x) >= Approx(p).epsilon(1e-9));
      CHECK(distribution.cumulative(x * (1 - 1e-6)) <= Approx(p).epsilon(1e-3));
    }
  }
}

TEST_CASE("quantiles by hand") {
  CHECK(Distribution::exponential(2).quantile(0.5) == Approx(2 * std::log(2)));
  CHECK(Distribution::lognormal(60, 0.6).quantile(0.5) == Approx(60));
  CHECK(Distribution::lognormal(60, 0.6).quantile(0.99) == Approx(60 * std::exp(0.6 * 2.3263478740)));
  CHECK(Distribution::pareto(3, 10).quantile(1 - 1e-10) == Approx(30));
  CHECK(Distribution::exponential(1).quantile(1) == std::numeric_limits<double>::infinity());
  CHECK(Distribution::exponential(1).quantile(0) == 0);

  const auto empirical = Distribution::empirical({{1, 10}, {1, 20}, {2, 30}});
  CHECK(empirical.quantile(0) == 10);
  CHECK(empirical.quantile(0.25) == 10);
  CHECK(empirical.quantile(0.2500001) == 20);
  CHECK(empirical.quantile(0.5000001) == 30);
  CHECK(empirical.quantile(1) == 30);

  // An atom inside a mixture: 0.5 at 2, the rest exponential.
  const auto mixture =
      Distribution::mixture({{0.5, Distribution::constant(2)}, {0.5, Distribution::exponential(1)}});
  CHECK(mixture.quantile(0.9) == 2);
  CHECK(mixture.quantile(0.99) == Approx(-std::log(0.02)));
}

TEST_CASE("log-normal from mean or median and p99") {
  const auto by_median = Distribution::lognormal_with_median_and_p99(10, 40);
  CHECK(by_median.quantile(0.5) == Approx(10));
  CHECK(by_median.quantile(0.99) == Approx(40));
  const auto by_mean = Distribution::lognormal_with_mean_and_p99(10, 40);
  CHECK(by_mean.mean() == Approx(10));
  CHECK(by_mean.quantile(0.99) == Approx(40));
  CHECK_THROWS_AS(Distribution::lognormal_with_mean_and_p99(1, 15), std::invalid_argument);
}

TEST_CASE("sample is the quantile, and a mixture chooses its component by the second number") {
  CHECK(Distribution::exponential(1).sample(0.7, 0.1) == Distribution::exponential(1).quantile(0.7));
  const auto mixture =
      Distribution::mixture({{0.25, Distribution::constant(1)}, {0.75, Distribution::exponential(1)}});
  CHECK(mixture.sample(0.7, 0.2499) == 1);
  CHECK(mixture.sample(0.7, 0.2501) == Distribution::exponential(1).quantile(0.7));
}

TEST_CASE("a mixture in a mixture is flattened") {
  const auto inner =
      Distribution::mixture({{0.5, Distribution::constant(1)}, {0.5, Distribution::constant(2)}});
  const auto outer = Distribution::mixture({{0.5, inner}, {0.5, Distribution::constant(3)}});
  CHECK(std::get<Distribution::Mixture>(outer.form()).weights == std::vector<double>{0.25, 0.25, 0.5});
}

TEST_CASE("the text forms of a scenario") {
  CHECK(parsed("10ms") == Distribution::constant(Seconds{0.01}));
  CHECK(parsed("exponential(10ms)") == Distribution::exponential(Seconds{0.01}));
  CHECK(parsed(" exponential( mean = 10ms ) ") == Distribution::exponential(0.01));
  CHECK(parsed("lognormal(median=60ms, sigma=0.6)") == Distribution::lognormal(0.06, 0.6));
  CHECK(parsed("lognormal(mean=13, sigma=1)", Samples::numbers) == Distribution::lognormal_with_mean(13, 1));
  CHECK(parsed("lognormal(median=10ms, p99=40ms)") ==
        Distribution::lognormal_with_median_and_p99(0.01, 0.04));
  CHECK(parsed("lognormal(mean=10ms, p99=40ms)") == Distribution::lognormal_with_mean_and_p99(0.01, 0.04));
  CHECK(parsed("pareto(x_min=0.235ms, alpha=10)") == Distribution::pareto(0.235e-3, 10));
  CHECK(parsed("empirical(5ms, 1ms, 2ms)") == Distribution::empirical({{1, 0.001}, {1, 0.002}, {1, 0.005}}));
  CHECK(parsed("empirical(0.25 1, 0.75 2)", Samples::numbers) == Distribution::empirical({{0.25, 1}, {0.75, 2}}));
  CHECK(parsed("mixture(0.9122 pareto(x_min=0.235ms, alpha=10), 0.0878 exponential(0.602ms))") ==
        examples().back());
  CHECK(parsed("mixture(0.5 10ms, 0.5 exponential(1s))") ==
        Distribution::mixture({{0.5, Distribution::constant(0.01)}, {0.5, Distribution::exponential(1)}}));
}

TEST_CASE("text round trip is exact") {
  auto distributions = examples();
  for (const double seconds : {0.0, 1e-9, 1.5e-9, 0.1 + 0.2, 1.0 / 3, 86400.0, 1e7 / 3, 1e-15, 123456789.125})
    distributions.push_back(Distribution::constant(seconds));
  for (const Distribution& distribution : distributions) {
    for (const Samples samples : {Samples::durations, Samples::numbers, Samples::sizes}) {
      const std::string text = distribution.to_text(samples);
      INFO(text);
      CHECK(parsed(text, samples) == distribution);
    }
  }
  CHECK(Distribution::constant(0.01).to_text(Samples::durations) == "10ms");
  CHECK(examples()[3].to_text(Samples::numbers) == "lognormal(mean=13, sigma=1)");
  CHECK(examples()[5].to_text(Samples::durations) == "empirical(1 1ms, 1 2ms, 2 5ms)");
  CHECK(examples()[6].to_text(Samples::durations) ==
        "mixture(0.9122 pareto(x_min=235us, alpha=10), 0.0878 exponential(602us))");
}

TEST_CASE("errors say what is allowed") {
  using Catch::Contains;
  CHECK_THAT(error_of("exponental(10ms)"), Contains("did you mean 'exponential'?"));
  CHECK_THAT(error_of("exponential(10)"), Contains("unit"));
  CHECK_THAT(error_of("lognormal(mean=13ms, sigma=1)", Samples::numbers), Contains("13ms"));
  CHECK_THAT(error_of("lognormal(median=1ms)"), Contains("needs exactly one of sigma= and p99="));
  CHECK_THAT(error_of("lognormal(median=1ms, sgima=1)"), Contains("did you mean 'sigma'?"));
  CHECK_THAT(error_of("lognormal(1ms, 1)"), Contains("name=value"));
  CHECK_THAT(error_of("lognormal(median=1ms, median=2ms, sigma=1)"), Contains("given twice"));
  CHECK_THAT(error_of("pareto(x_min=1ms, alpha=1)"), Contains("alpha 1") && Contains("above 1"));
  CHECK_THAT(error_of("exponential(0s)"), Contains("must be positive"));
  CHECK_THAT(error_of("exponential(1ms"), Contains("closing parenthesis"));
  CHECK_THAT(error_of("exponential(1ms) x"), Contains("after the closing parenthesis"));
  CHECK_THAT(error_of("mixture(0.5 1ms, 0.4 2ms)"),
             Contains("sum of the weights 0.9") && Contains("must be 1"));
  CHECK_THAT(error_of("mixture(1ms)"), Contains("has no weight"));
  CHECK_THAT(error_of("empirical(0.5 1ms, 2ms)"), Contains("weight"));
  CHECK_THAT(error_of("empirical()"), Contains("at least one value"));
  CHECK_THAT(error_of("fast"), Contains("allowed: constant, exponential, lognormal"));
  CHECK_THAT(error_of(""), Contains("is empty"));
  for (const char* text :
       {"inf", "nan", "-1ms", "exponential(-1ms)", "exponential(inf)", "exponential(1e999s)",
        "pareto(x_min=1ms, alpha=nan)", "(", ")", "mixture(", "mixture(,)", "mixture(0.5)",
        "exponential(1ms,2ms)", "exponential((1ms))", "empirical(,)", "=", "lognormal(=)"}) {
    INFO(text);
    CHECK_FALSE(error_of(text).empty());
  }
}
