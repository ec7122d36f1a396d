#include "sim/kernel/random/fast_math.hpp"

#include <cmath>

#include "scenarios/spec/distribution.hpp"

namespace chatsim::sim {
namespace {

using Coefficients = std::array<double, FastMathTables::normal_degree + 1>;

/// Standard normal quantile of a lower tail.
double normal_quantile(double p) { return std::log(spec::Distribution::lognormal(1, 1).quantile(p)); }

/// The polynomial in 0..1 through the Chebyshev points of the quantile over [low, high].
Coefficients interpolate(double low, double high) {
  constexpr std::size_t points = FastMathTables::normal_degree + 1;
  constexpr double pi = 3.14159265358979323846;
  std::array<double, points> x;
  std::array<double, points> divided;
  for (std::size_t i = 0; i < points; ++i) {
    x[i] = 0.5 - 0.5 * std::cos(pi * (static_cast<double>(i) + 0.5) / points);
    divided[i] = normal_quantile(low + x[i] * (high - low));
  }
  for (std::size_t order = 1; order < points; ++order)
    for (std::size_t i = points - 1; i >= order; --i)
      divided[i] = (divided[i] - divided[i - 1]) / (x[i] - x[i - order]);
  // Newton's form to powers of x, from the innermost bracket outwards.
  Coefficients result{};
  for (std::size_t i = points; i-- > 0;) {
    for (std::size_t power = points - 1; power > 0; --power)
      result[power] = result[power - 1] - x[i] * result[power];
    result[0] = divided[i] - x[i] * result[0];
  }
  return result;
}

}  // namespace

FastMathTables::FastMathTables() {
  for (std::size_t i = 0; i < logarithm.size(); ++i) {
    const double middle = 1 + (static_cast<double>(i) + 0.5) / static_cast<double>(logarithm.size());
    logarithm[i] = {1 / middle, std::log(middle)};
  }
  for (std::size_t i = 0; i < exponential.size(); ++i)
    exponential[i] = std::exp2(static_cast<double>(i) / static_cast<double>(exponential.size()));
  normal.fill({});  // the first octave is that above the median, which folding leaves empty
  constexpr int segments = 1 << normal_bits;
  for (int leading_zeros = 1; leading_zeros < 64; ++leading_zeros) {
    const double octave = std::ldexp(1.0, -leading_zeros - 1);
    for (int segment = 0; segment < segments; ++segment)
      normal[static_cast<std::size_t>(leading_zeros * segments + segment)] =
          interpolate(octave * (1 + static_cast<double>(segment) / segments),
                      octave * (1 + static_cast<double>(segment + 1) / segments));
  }
}

const FastMathTables fast_math_tables;

}  // namespace chatsim::sim
