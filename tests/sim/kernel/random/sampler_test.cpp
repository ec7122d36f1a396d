#include "sim/kernel/random/sampler.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>

using namespace chatsim;
using sim::Draw;
using sim::DrawSequence;
using sim::Duration;
using sim::Sampler;
using spec::Distribution;

namespace {

std::vector<Distribution> examples() {
  std::vector<Distribution::Weighted> zipf;
  for (int i = 1; i <= 1000; ++i) zipf.push_back({1.0 / i, i * 1e-5});
  return {Distribution::constant(0.01),
          Distribution::exponential(0.01),
          Distribution::lognormal(0.06, 0.6),
          Distribution::lognormal_with_mean(0.013, 1),
          Distribution::pareto(0.235e-3, 10),
          Distribution::pareto(1e-3, 2.5),
          Distribution::empirical({{1, 0.001}}),
          Distribution::empirical({{1, 0.001}, {1, 0.002}, {2, 0.005}}),
          Distribution::empirical(zipf),
          Distribution::mixture(
              {{0.9122, Distribution::pareto(0.235e-3, 10)}, {0.0878, Distribution::exponential(0.602e-3)}}),
          Distribution::mixture({{0.5, Distribution::constant(0.001)},
                                 {0.25, Distribution::empirical({{1, 0.002}, {1, 0.003}})},
                                 {0.25, Distribution::lognormal(0.01, 1)}})};
}

}  // namespace

TEST_CASE("a million samples follow the distribution they were compiled from") {
  constexpr int count = 1'000'000;
  for (const Distribution& distribution : examples()) {
    INFO(distribution.to_text(spec::Samples::durations));
    const Sampler sampler(distribution);
    std::vector<double> samples;
    double sum = 0;
    for (std::uint64_t id = 0; id < count; ++id) {
      samples.push_back(sampler.value(Draw({11}, 3, id)));
      sum += samples.back();
    }
    // Five standard errors; Pareto with alpha 2.5 has a variance that a sample estimates badly, but it has
    // one.
    const double standard_error = std::sqrt(distribution.variance() / count);
    CHECK(sum / count == Approx(distribution.mean()).margin(5 * standard_error).epsilon(1e-9));

    // Kolmogorov's distance, at atoms from the left and the right; its 99.99 % point is 2.2 / sqrt(n).
    std::sort(samples.begin(), samples.end());
    double distance = 0;
    for (int i = 0; i < count; i += 97) {
      const auto [below, above] =
          std::equal_range(samples.begin(), samples.end(), samples[static_cast<std::size_t>(i)]);
      const double p = distribution.cumulative(samples[static_cast<std::size_t>(i)] * (1 + 1e-12));
      const double p_below = distribution.cumulative(samples[static_cast<std::size_t>(i)] * (1 - 1e-12));
      distance = std::max(distance, std::abs(static_cast<double>(above - samples.begin()) / count - p));
      distance = std::max(distance, std::abs(static_cast<double>(below - samples.begin()) / count - p_below));
    }
    CHECK(distance < 2.2 / std::sqrt(count));
  }
}

TEST_CASE("the sampler gives Distribution::sample of the same uniform numbers") {
  for (const Distribution& distribution : examples()) {
    INFO(distribution.to_text(spec::Samples::durations));
    const Sampler sampler(distribution);
    DrawSequence draws({2}, 2);
    for (int i = 0; i < 20'000; ++i) {
      const std::uint64_t u = draws();
      const auto v = static_cast<std::uint32_t>(draws());
      const double exact = distribution.sample(sim::uniform_from(u), sim::uniform_from(v));
      REQUIRE(sampler.value(u, v) == Approx(exact).epsilon(1e-6).margin(1e-9 * distribution.mean()));
    }
  }
}

TEST_CASE("the tails go as far as 64 bits do") {
  const Sampler exponential(Distribution::exponential(1));
  CHECK(exponential.value(~std::uint64_t{0}, 0) == Approx(64 * std::log(2)));
  CHECK(exponential.value(0, 0) == Approx(0).margin(1e-12));
  const Sampler lognormal(Distribution::lognormal(1, 1));
  CHECK(lognormal.value(~std::uint64_t{0}, 0) == Approx(std::exp(9.08)).epsilon(0.01));
  CHECK(lognormal.value(0, 0) == Approx(std::exp(-9.08)).epsilon(0.01));
}

TEST_CASE("samples are monotone in u") {
  for (const Distribution& distribution : examples()) {
    const Sampler sampler(distribution);
    double previous = -1;
    for (std::uint64_t i = 0; i < 100'000; ++i) {
      const double value = sampler.value(i * (~std::uint64_t{0} / 100'000), 0);
      if (value < previous) FAIL(distribution.to_text(spec::Samples::durations) << " at " << i);
      previous = value;
    }
  }
}

TEST_CASE("durations are whole nanoseconds, rounded to the nearest and bounded") {
  CHECK(Sampler(Distribution::constant(0.01)).sample(1, 1) == Duration{10'000'000});
  CHECK(Sampler(Distribution::constant(1.4e-9)).sample(1, 1) == Duration{1});
  CHECK(Sampler(Distribution::constant(1.6e-9)).sample(1, 1) == Duration{2});
  CHECK(Sampler(Distribution::constant(0.4e-9)).sample(1, 1) == Duration{0});
  CHECK(Sampler(Distribution::constant(1e30)).sample(1, 1) == Sampler::duration_max);
  CHECK(Sampler(Distribution::exponential(1e-3)).sample(0, 0) == Duration{0});
}
