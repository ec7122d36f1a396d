#include "sim/metrics/series.hpp"

#include <catch2/catch.hpp>
#include <stdexcept>

using namespace chatsim::sim;
using namespace std::chrono_literals;

namespace {

Time at(Duration since_start) { return Time{since_start}; }

}  // namespace

TEST_CASE("counts and latencies fall into the window of their instant") {
  Series series({.start = at(1s), .window = 100ms, .counters = 2, .histograms = 1});
  series.count(0, at(1s));
  series.count(0, at(1s + 99ms), 4);
  series.count(1, at(1s + 99ms));
  series.record(0, at(1s + 99ms), 5ms);
  series.count(0, at(1s + 100ms));        // belongs to the second window
  series.record(0, at(1s + 310ms), 7ms);  // the third is empty
  series.finish(at(1s + 350ms));

  REQUIRE(series.size() == 4);
  CHECK(series.end(0) == at(1s + 100ms));
  CHECK(series.end(3) == at(1s + 350ms));
  CHECK(series.counted(0, 0) == 5);
  CHECK(series.counted(0, 1) == 1);
  CHECK(series.counted(1, 0) == 1);
  CHECK(series.counted(2, 0) == 0);
  CHECK(series.rate(0, 0).value() == Approx(50));
  CHECK(series.histogram(0, 0).max() == 5ms);
  CHECK(series.histogram(2, 0).empty());
  CHECK(series.histogram(3, 0).quantile(0.5) == 7ms);
}

TEST_CASE("the rate of the last window uses its real length") {
  Series series({.window = 100ms, .counters = 1});
  series.count(0, at(120ms), 10);
  series.finish(at(150ms));
  REQUIRE(series.size() == 2);
  CHECK(series.rate(1, 0).value() == Approx(200));
}

TEST_CASE("a run that ends with a window leaves no empty one") {
  Series series({.window = 100ms, .counters = 1});
  series.count(0, at(50ms));
  series.finish(at(200ms));
  CHECK(series.size() == 2);
}

TEST_CASE("memory stays bounded: windows double and nothing is lost") {
  Series series({.window = 1ms, .counters = 1, .histograms = 1, .windows_max = 8});
  for (int i = 0; i < 1000; ++i) {
    series.count(0, at(i * 1ms));
    series.record(0, at(i * 1ms), (i + 1) * 1ms);
    REQUIRE(series.size() <= 8);
  }
  series.finish(at(1000ms));
  CHECK(series.window() == 128ms);
  REQUIRE(series.size() == 8);
  std::uint64_t counted = 0;
  Histogram all;
  for (std::size_t i = 0; i < series.size(); ++i) {
    counted += series.counted(i, 0);
    all.merge(series.histogram(i, 0));
    CHECK(series.rate(i, 0).value() == Approx(1000));
    CHECK(series.end(i) == at(std::min<Duration>(static_cast<int>(i + 1) * 128ms, 1000ms)));
  }
  CHECK(counted == 1000);
  CHECK(all.count() == 1000);
  CHECK(all.min() == 1ms);
  CHECK(all.max() == 1000ms);
}

TEST_CASE("of a gauge the largest value of a window counts, and of joined windows") {
  Series series({.window = 1ms, .gauges = 2, .windows_max = 4});
  const std::uint64_t seen[] = {3, 9, 0, 4, 1};
  for (int i = 0; i < 5; ++i) {
    series.see(0, at(i * 1ms), seen[i]);
    series.see(0, at(i * 1ms), seen[i] / 2);
  }
  series.finish(at(5ms));
  CHECK(series.window() == 2ms);
  REQUIRE(series.size() == 3);
  const std::uint64_t largest[] = {9, 4, 1};
  for (std::size_t i = 0; i < series.size(); ++i) CHECK(series.seen(i, 0) == largest[i]);
  CHECK(series.seen(0, 1) == 0);
}

TEST_CASE("options that make no series are refused") {
  CHECK_THROWS_AS(Series({.window = Duration{0}}), std::invalid_argument);
  CHECK_THROWS_AS(Series({.windows_max = 7}), std::invalid_argument);
}
