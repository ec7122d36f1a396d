#pragma once

#include <optional>
#include <span>

#include "scenarios/spec/interval.hpp"

namespace chatsim::planner {

/// Of all intervals, unless they say otherwise.
inline constexpr double confidence = 0.95;

/// The arithmetic mean; that of equal numbers is this number to the last bit. NaN of nothing.
double mean(std::span<const double> values);

/// The unbiased variance (over n - 1); at least two values.
double variance(std::span<const double> values);

/// Student's t with that many degrees of freedom: the mean of n independent normal values with estimated
/// variance is within t_quantile(n - 1) * sqrt(variance / n) of the truth with the confidence given.
double t_quantile(std::uint64_t degrees_of_freedom, double with_confidence = confidence);

/// The interval on the expectation of independent values of one distribution, by Student's t. Values that are
/// not finite are left out; nothing when fewer than two are left.
///
/// The values may be percentiles, one a replication: these are independent and alike too, which the messages
/// of one run are not, so the same formula holds. What it estimates is the expectation of the percentile of one
/// run; that differs from the percentile of an endless run by O(1/messages of a run), a bias that more
/// replications do not shrink and longer ones do (Law, Simulation Modeling and Analysis, 9.4.2).
std::optional<spec::Interval> t_interval(std::span<const double> values, double with_confidence = confidence);

/// The interval on the difference of two expectations, right - left, of independent values: Welch's, which allows for
/// different variances. Nothing with fewer than two values on a side; all are finite.
std::optional<spec::Interval> difference_interval(std::span<const double> left, std::span<const double> right,
                                                  double with_confidence = confidence);

/// Whether two sets of values have different means, at this confidence: Welch's t-test. False with fewer than two values on a side.
bool differ(std::span<const double> left, std::span<const double> right, double with_confidence);

}  // namespace chatsim::planner
