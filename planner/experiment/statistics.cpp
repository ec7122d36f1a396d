#include "planner/experiment/statistics.hpp"

#include <algorithm>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>
#include <limits>
#include <vector>

namespace chatsim::planner {

double mean(std::span<const double> values) {
  if (values.empty()) return std::numeric_limits<double>::quiet_NaN();
  // From the first on: equal values then add nothing but zeros.
  double sum = 0;
  for (const double value : values) sum += value - values[0];
  return values[0] + sum / static_cast<double>(values.size());
}

double variance(std::span<const double> values) {
  const double centre = mean(values);
  double sum = 0;
  for (const double value : values) sum += (value - centre) * (value - centre);
  return sum / static_cast<double>(values.size() - 1);
}

double t_quantile(std::uint64_t degrees_of_freedom, double with_confidence) {
  const boost::math::students_t distribution(static_cast<double>(degrees_of_freedom));
  return boost::math::quantile(boost::math::complement(distribution, (1 - with_confidence) / 2));
}

std::optional<spec::Interval> t_interval(std::span<const double> values, double with_confidence) {
  std::vector<double> finite;
  std::copy_if(values.begin(), values.end(), std::back_inserter(finite),
               [](double value) { return std::isfinite(value); });
  if (finite.size() < 2) return std::nullopt;
  const auto count = static_cast<double>(finite.size());
  return spec::Interval{mean(finite), t_quantile(finite.size() - 1, with_confidence) * std::sqrt(variance(finite) / count),
                        finite.size()};
}

std::optional<spec::Interval> difference_interval(std::span<const double> left, std::span<const double> right,
                                                  double with_confidence) {
  if (left.size() < 2 || right.size() < 2) return std::nullopt;
  const double n = static_cast<double>(left.size()), m = static_cast<double>(right.size());
  const double a = variance(left) / n, b = variance(right) / m;
  spec::Interval difference{mean(right) - mean(left), 0, left.size() + right.size()};
  if (a + b == 0) return difference;
  // Welch-Satterthwaite; rounded down, which widens.
  const double degrees = (a + b) * (a + b) / (a * a / (n - 1) + b * b / (m - 1));
  const auto whole = static_cast<std::uint64_t>(std::max(1.0, std::floor(degrees)));
  difference.half_width = t_quantile(whole, with_confidence) * std::sqrt(a + b);
  return difference;
}

bool differ(std::span<const double> left, std::span<const double> right, double with_confidence) {
  const auto difference = difference_interval(left, right, with_confidence);
  return difference && !difference->contains(0);
}

}  // namespace chatsim::planner
