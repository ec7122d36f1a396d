#include "sim/kernel/random/fast_math.hpp"

#include <catch2/catch.hpp>
#include <cmath>

#include "scenarios/spec/distribution.hpp"
#include "sim/kernel/random/random.hpp"

using namespace chatsim::sim;

TEST_CASE("negative_log is -ln(bits / 2^64)") {
  DrawSequence draws({1}, 1);
  double error = 0;
  for (int i = 0; i < 300'000; ++i) {
    const std::uint64_t bits = (draws() >> (i % 64)) | 1;
    error =
        std::max(error, std::abs(negative_log(bits) + std::log(std::ldexp(static_cast<double>(bits), -64))));
  }
  CHECK(error < 1e-12);
  CHECK(negative_log(0) == negative_log(1));
  CHECK(negative_log(1) == Approx(64 * std::log(2)));
  CHECK(negative_log(~std::uint64_t{0}) >= 0);
  CHECK(negative_log(~std::uint64_t{0}) < 1e-12);
}

TEST_CASE("fast_exp is exp") {
  DrawSequence draws({1}, 2);
  double error = 0;
  for (int i = 0; i < 300'000; ++i) {
    const double x = (draws.uniform() - 0.5) * (i % 2 == 0 ? 1400 : 10);
    error = std::max(error, std::abs(fast_exp(x) / std::exp(x) - 1));
  }
  CHECK(error < 1e-12);
  CHECK(fast_exp(0) == 1);
  CHECK(std::isfinite(fast_exp(1e300)));
  CHECK(fast_exp(-1e300) > 0);
}

TEST_CASE("normal_from is the standard normal quantile") {
  // The quantile comes from Boost.Math by way of a log-normal.
  const auto lognormal = chatsim::spec::Distribution::lognormal(1, 1);
  DrawSequence draws({1}, 3);
  double error = 0;
  for (int i = 0; i < 100'000; ++i) {
    // Above 2^44 the half that is added to the bits is no longer seen.
    const std::uint64_t bits = (draws() | std::uint64_t{1} << 63) >> (i % 20);
    const double p = std::ldexp(static_cast<double>(bits), -64);
    if (p > 0.99) continue;
    error = std::max(error, std::abs(normal_from(bits) - std::log(lognormal.quantile(p))));
    CHECK(normal_from(~bits) == -normal_from(bits));
  }
  CHECK(error < 1e-8);
  CHECK(normal_from(1) == Approx(-9.0805).epsilon(1e-3));
  CHECK(normal_from(0) == Approx(-normal_from(~std::uint64_t{0})));
  CHECK(std::abs(normal_from(std::uint64_t{1} << 63)) < 1e-8);
}
