#include "planner/experiment/warmup.hpp"

#include <catch2/catch.hpp>
#include <random>
#include <vector>

#include "tests/figure.hpp"

using namespace chatsim;
using planner::detect_warmup;
using planner::mser_5;
using tests::figure;

namespace {

/// Noise of mean 100 and deviation 1; the first `transient` observations lie `shift` lower.
std::vector<double> series_of(std::size_t length, std::size_t transient, double shift, unsigned seed) {
  std::mt19937_64 engine(seed);
  std::normal_distribution<double> noise(100, 1);
  std::vector<double> series;
  for (std::size_t i = 0; i < length; ++i) series.push_back(noise(engine) - (i < transient ? shift : 0));
  return series;
}

/// Windows of 100 ms with this rate and quiet latencies.
spec::TimeSeries windows_of(const std::vector<double>& rate) {
  spec::TimeSeries series;
  for (std::size_t i = 0; i < rate.size(); ++i) series.time_s.push_back(0.1 * static_cast<double>(i + 1));
  series.acknowledged_per_s = rate;
  series.send_to_ack_p99_ms = series_of(rate.size(), 0, 0, 77);
  series.send_to_deliver_p99_ms = series_of(rate.size(), 0, 0, 78);
  return series;
}

}  // namespace

TEST_CASE("MSER-5 cuts a step exactly where it is") {
  std::vector<double> series(40, 0.0);
  series.resize(200, 10.0);
  const auto truncation = mser_5(series);
  REQUIRE(truncation);
  CHECK(figure("40 observations at 0, then 160 at 10", 40, static_cast<double>(truncation->observations), 0));
  CHECK(truncation->conclusive);
}

TEST_CASE("MSER-5 by hand") {
  // Batches 5 1 0 0 ... 0 of ten: left out 0: sum of squares 26 - 36/10 = 22.4, over 100 = 0.224; 1: (1 - 1/9) / 81;
  // 2: nothing left. Interleaved so that only batch means can give this.
  std::vector<double> series(50, 0.0);
  series[3] = 25;
  series[7] = 5;
  CHECK(figure("batches 5, 1 and eight 0", 10, static_cast<double>(mser_5(series)->observations), 0));
}

TEST_CASE("MSER-5 finds a transient in noise") {
  std::size_t near = 0;
  for (unsigned seed = 0; seed < 100; ++seed) {
    const auto truncation = mser_5(series_of(500, 60, 5, seed));
    REQUIRE(truncation);
    CHECK(truncation->observations >= 60);  // A batch 5 deviations off is never kept.
    near += truncation->observations <= 120 ? 1 : 0;
  }
  CHECK(near >= 80);
}

TEST_CASE("MSER-5 says nothing of few observations, and doubts what never settles") {
  CHECK_FALSE(mser_5(std::vector<double>(49, 1.0)));
  std::vector<double> ramp, hole(100, 1.0);
  for (int i = 0; i < 200; ++i) ramp.push_back(i);
  CHECK_FALSE(mser_5(ramp)->conclusive);
  hole[50] = HUGE_VAL;
  CHECK_FALSE(mser_5(hole));
}

TEST_CASE("a warm-up that ends within the transient is too short, and one that outlasts it is not") {
  const spec::TimeSeries series = windows_of(series_of(200, 40, 10, 5));
  const planner::Warmup without = detect_warmup(series, spec::Seconds{1});
  REQUIRE(without.detected);
  CHECK(without.detected->value() >= 4);
  CHECK(without.too_short);
  CHECK(without.reason == "acknowledged_per_s has not settled when measuring begins");
  CHECK_FALSE(detect_warmup(series, spec::Seconds{4}).too_short);
}

TEST_CASE("noise is no transient") {
  int warnings = 0;
  for (unsigned seed = 0; seed < 200; ++seed)
    warnings += detect_warmup(windows_of(series_of(60, 0, 0, seed)), spec::Seconds{0}).too_short ? 1 : 0;
  std::printf("warnings of 200 series of noise: %d\n", warnings);
  CHECK(warnings <= 20);
}

TEST_CASE("a drift that goes on is named") {
  std::vector<double> ramp = series_of(200, 0, 0, 3);
  for (std::size_t i = 0; i < ramp.size(); ++i) ramp[i] += static_cast<double>(i);
  const planner::Warmup warmup = detect_warmup(windows_of(ramp), spec::Seconds{1});
  CHECK_FALSE(warmup.detected);
  CHECK(warmup.too_short);
  CHECK(warmup.reason == "acknowledged_per_s has not settled by half of the simulated time");
}

TEST_CASE("too few windows are said to be too few") {
  const planner::Warmup warmup = detect_warmup(windows_of(series_of(30, 0, 0, 1)), spec::Seconds{1});
  CHECK_FALSE(warmup.detected);
  CHECK_FALSE(warmup.too_short);
  CHECK(warmup.reason ==
        "30 windows are too few to detect it, at least 50 are needed: a longer simulation.duration or a shorter "
        "simulation.window");
}
