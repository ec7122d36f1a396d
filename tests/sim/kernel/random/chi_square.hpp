#pragma once

#include <cmath>
#include <vector>

/// How many standard deviations the chi-square statistic of these counts lies from that of equally likely
/// cells.
template <class Count>
double chi_square_deviation(const std::vector<Count>& counts) {
  double total = 0;
  for (const Count count : counts) total += static_cast<double>(count);
  const double expected = total / static_cast<double>(counts.size());
  double statistic = 0;
  for (const Count count : counts) {
    const double difference = static_cast<double>(count) - expected;
    statistic += difference * difference / expected;
  }
  const double degrees = static_cast<double>(counts.size()) - 1;
  return (statistic - degrees) / std::sqrt(2 * degrees);
}
