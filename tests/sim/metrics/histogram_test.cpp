#include "sim/metrics/histogram.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <vector>

#include "sim/kernel/random/sampler.hpp"

using chatsim::sim::Duration;
using chatsim::sim::Histogram;
using chatsim::sim::HistogramCounts;
using chatsim::sim::LatencyAxis;
using chatsim::spec::Distribution;

namespace {

Histogram of(std::initializer_list<long> values) {
  Histogram histogram;
  for (const long value : values) histogram.record(Duration{value});
  return histogram;
}

std::vector<Duration> samples_of(const Distribution& distribution, std::size_t count) {
  const chatsim::sim::Sampler sampler(distribution);
  std::vector<Duration> samples;
  for (std::uint64_t id = 0; id < count; ++id)
    samples.push_back(sampler.sample(chatsim::sim::Draw({1}, 1, id)));
  return samples;
}

}  // namespace

TEST_CASE("bins follow each other without a gap and are at most 0.8 % wide") {
  CHECK(LatencyAxis::lower(0) == 512);
  CHECK(LatencyAxis::lower(0) <= 1'000);                              // 1 us
  CHECK(LatencyAxis::lower(LatencyAxis::bins) >= std::int64_t{10} * 86'400 * 1'000'000'000);  // 10 days
  CHECK(LatencyAxis::index(511) == -1);
  CHECK(LatencyAxis::index(-5) == -1);
  CHECK(LatencyAxis::index(LatencyAxis::lower(LatencyAxis::bins)) == LatencyAxis::bins);
  for (int i = 0; i < LatencyAxis::bins; ++i) {
    const auto low = LatencyAxis::lower(i);
    const auto next = LatencyAxis::lower(i + 1);
    REQUIRE(LatencyAxis::index(low) == i);
    REQUIRE(LatencyAxis::index(next - 1) == i);
    REQUIRE(static_cast<double>(next - low) <= 0.008 * static_cast<double>(low));
  }
}

TEST_CASE("quantiles are within 1 % of the exact order statistics") {
  const std::pair<Distribution, std::size_t> cases[] = {
      {Distribution::exponential(0.01), 100'000},   {Distribution::exponential(10e-6), 100'000},
      {Distribution::exponential(50), 100'000},     {Distribution::lognormal(0.06, 0.6), 100'000},
      {Distribution::lognormal(0.001, 2), 100'000}, {Distribution::pareto(0.235e-3, 10), 100'000},
      {Distribution::constant(0.002), 1'000},       {Distribution::empirical({{9, 0.001}, {1, 0.1}}), 1'000},
      {Distribution::exponential(0.01), 5},         {Distribution::exponential(0.01), 1}};
  for (const auto& [distribution, count] : cases) {
    auto samples = samples_of(distribution, count);
    Histogram histogram;
    long double sum = 0;
    for (const Duration sample : samples) {
      histogram.record(sample);
      sum += static_cast<long double>(sample.count());
    }
    std::sort(samples.begin(), samples.end());
    INFO(distribution.to_text(chatsim::spec::Samples::durations) << ", " << count << " samples");
    for (const double p : {0.0, 0.001, 0.1, 0.5, 0.9, 0.99, 0.999, 0.9999, 1.0}) {
      const auto rank = static_cast<std::size_t>(std::max(1.0, std::ceil(p * static_cast<double>(count))));
      const auto exact = static_cast<double>(samples[rank - 1].count());
      if (exact < 1'000 && p > 0) continue;  // precision is promised from 1 us on
      INFO("p " << p);
      CHECK(static_cast<double>(histogram.quantile(p).count()) == Approx(exact).epsilon(0.01));
    }
    CHECK(histogram.count() == count);
    CHECK(histogram.min() == samples.front());
    CHECK(histogram.max() == samples.back());
    CHECK(histogram.mean().value() ==
          Approx(static_cast<double>(sum) * 1e-9 / static_cast<double>(count)).epsilon(1e-12));
  }
}

TEST_CASE("what is too small or too large is counted, bounded by the exact extremes") {
  const Histogram histogram = of({0, 3, 2'000'000'000'000'000, 5'000'000'000'000'000});
  CHECK(histogram.count() == 4);
  CHECK(histogram.min() == Duration{0});
  CHECK(histogram.max() == Duration{5'000'000'000'000'000});
  CHECK(histogram.quantile(0.5) < Duration{512});
  CHECK(histogram.quantile(0.75) >= Duration{LatencyAxis::lower(LatencyAxis::bins)});
  CHECK(histogram.quantile(1) == Duration{5'000'000'000'000'000});
  CHECK(Histogram(histogram.counts()).counts() == histogram.counts());
}

TEST_CASE("an empty histogram is all zero") {
  const Histogram histogram;
  CHECK(histogram.empty());
  CHECK(histogram.quantile(0.5) == Duration{0});
  CHECK(histogram.mean().value() == 0);
  CHECK(histogram.max() == Duration{0});
  CHECK(histogram.counts().counts.empty());
  Histogram merged = of({1'000'000});
  merged.merge(histogram);
  merged.merge(histogram.counts());
  CHECK(merged.counts() == of({1'000'000}).counts());
}

TEST_CASE("merging is recording everything in one") {
  const auto samples = samples_of(Distribution::lognormal(0.01, 1), 10'000);
  Histogram whole, left, right;
  for (std::size_t i = 0; i < samples.size(); ++i) {
    whole.record(samples[i]);
    (i % 3 == 0 ? left : right).record(samples[i]);
  }
  Histogram by_counts = left;
  by_counts.merge(right.counts());
  left.merge(right);
  CHECK(left.counts() == whole.counts());
  CHECK(by_counts.counts() == whole.counts());
  left.clear();
  CHECK(left.counts() == HistogramCounts{});
}

TEST_CASE("the summary has the quantiles of the result") {
  Histogram histogram;
  for (int i = 1; i <= 1000; ++i) histogram.record(Duration{i * 1'000'000});
  const auto summary = histogram.summary("service");
  CHECK(summary.name == "service");
  CHECK(summary.count == 1000);
  CHECK(summary.mean.value() == Approx(0.5005));
  CHECK(summary.p50.value() == Approx(0.5).epsilon(0.01));
  CHECK(summary.p90.value() == Approx(0.9).epsilon(0.01));
  CHECK(summary.p99.value() == Approx(0.99).epsilon(0.01));
  CHECK(summary.p999.value() == Approx(0.999).epsilon(0.01));
  CHECK(summary.max.value() == Approx(1));
}
