#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "scenarios/spec/interval.hpp"
#include "scenarios/spec/result.hpp"

namespace chatsim::planner {

// All of these walk the field lists of the Result's structs: a field that is added there is found here.

/// A number of a result.
struct Number {
  std::string path;  ///< As in run.json: "latency.send_to_ack.p99_ms".
  double value = 0;  ///< In its unit there; NaN where nothing happened that it would be about.
};

/// Every number that the scenario gives, in the order of run.json: without the seed, the time series, and what the
/// simulator itself costs. Percentiles of a latency that nothing was measured of are NaN.
std::vector<Number> numbers_of(const spec::Result& result);

/// Number by number the mean of one or more results, whole numbers rounded, times and windows of the series
/// included. What is not a number is that of the first. Kinds of failures, loads and so on that only some have
/// count as 0 elsewhere; latencies count only where there was something to measure. Invariants and promises are not
/// averaged: the worst counts, or one lost message in ten runs would round to none. The peak of memory is the largest.
spec::Result mean_of(std::span<const spec::Result* const> results);

/// Of every number that differs between the results or not, in the order of run.json; see t_interval. Numbers
/// that fewer than two have are left out.
spec::Intervals intervals_of(std::span<const spec::Result* const> results);

/// Of the numbers of pairs: left[i] belongs to right[i]. `combine` gets the two values.
spec::Intervals intervals_of_pairs(std::span<const spec::Result* const> left,
                                   std::span<const spec::Result* const> right,
                                   const std::function<double(double, double)>& combine);

}  // namespace chatsim::planner
