#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "scenarios/spec/units.hpp"

namespace chatsim::spec {

/// What a distribution yields: durations and sizes need a unit, numbers have none.
enum class Samples { durations, numbers, sizes };

/// A probability distribution of a non-negative quantity, as a value: service times in seconds, group sizes
/// in members. It carries plain numbers in the base unit, so that one type serves both; the field that holds
/// it says which. What the hot path draws from is compiled from it (sim::Sampler).
class Distribution {
 public:
  struct Constant {
    double value = 0;
    bool operator==(const Constant&) const = default;
  };
  struct Exponential {
    double mean = 1;
    bool operator==(const Exponential&) const = default;
  };
  /// exp of a normal variable with mean ln(median) and standard deviation sigma.
  struct LogNormal {
    double median = 1;
    double sigma = 1;
    bool operator==(const LogNormal&) const = default;
  };
  /// P(X > x) = (x_min / x)^alpha for x >= x_min.
  struct Pareto {
    double x_min = 1;
    double alpha = 2;
    bool operator==(const Pareto&) const = default;
  };
  /// Takes exactly the values given. Weights are relative (counts will do); values ascend.
  struct Empirical {
    std::vector<double> values;
    std::vector<double> weights;
    bool operator==(const Empirical&) const = default;
  };
  /// Component i with probability weights[i]. Components are not mixtures themselves.
  struct Mixture {
    std::vector<double> weights;
    std::vector<Distribution> components;
    bool operator==(const Mixture& other) const;
  };
  using Form = std::variant<Constant, Exponential, LogNormal, Pareto, Empirical, Mixture>;

  struct Weighted {
    double weight = 1;
    double value = 0;
  };
  struct Component;  ///< A weight and a Distribution.

  /// Constant zero.
  Distribution();

  // Each throws std::invalid_argument, naming the value, unless its arguments are finite and in the domain:
  // means, medians, sigma and x_min positive, constants and empirical values at least 0, weights positive, a
  // mixture's weights summing to 1 within 1e-9. Pareto needs alpha > 1: its mean is infinite otherwise.
  static Distribution constant(double value);
  static Distribution constant(Seconds value) { return constant(value.value()); }
  static Distribution exponential(double mean);
  static Distribution exponential(Seconds mean) { return exponential(mean.value()); }
  static Distribution lognormal(double median, double sigma);
  static Distribution lognormal(Seconds median, double sigma) { return lognormal(median.value(), sigma); }
  static Distribution lognormal_with_mean(double mean, double sigma);
  static Distribution lognormal_with_mean(Seconds mean, double sigma) {
    return lognormal_with_mean(mean.value(), sigma);
  }
  /// `p99` must exceed `median`.
  static Distribution lognormal_with_median_and_p99(double median, double p99);
  /// `p99` must exceed `mean` at most 14.9 times: no log-normal has a ratio above exp(z^2 / 2), z = 2.326. Of
  /// the two solutions below that bound, the one with the smaller sigma is taken.
  static Distribution lognormal_with_mean_and_p99(double mean, double p99);
  static Distribution pareto(double x_min, double alpha);
  static Distribution pareto(Seconds x_min, double alpha) { return pareto(x_min.value(), alpha); }
  /// Sorts the values and adds up the weights of equal ones.
  static Distribution empirical(std::vector<Weighted> values);
  /// A component that is a mixture is flattened into its own components.
  static Distribution mixture(const std::vector<Component>& components);

  const Form& form() const { return form_; }

  double mean() const;
  /// Infinite for Pareto with alpha <= 2.
  double variance() const;
  /// P(X <= x).
  double cumulative(double x) const;
  /// Inverse of `cumulative`: the smallest x with P(X <= x) >= p, for 0 <= p <= 1. Infinite at 1 where the
  /// distribution is unbounded. A mixture is solved by bisection to the last bit.
  double quantile(double p) const;
  /// One value from two uniform numbers in (0, 1): `u` makes the value, `v` chooses a mixture's component and
  /// is ignored otherwise. Monotone in `u`, so that fleets that share random numbers see the same fast and
  /// slow requests.
  double sample(double u, double v) const;

  /// Reads the text form of a scenario: `10ms`, `exponential(10ms)`, `lognormal(median=60ms, sigma=0.6)` (or
  /// mean= for median=, p99= for sigma=), `pareto(x_min=0.235ms, alpha=10)`, `empirical(1ms, 2ms, 5ms)`, with
  /// weights `empirical(0.5 1ms, 0.5 2ms)`, `mixture(0.9 pareto(x_min=0.2ms, alpha=10), 0.1
  /// exponential(0.6ms))`. With durations each quantity needs a unit (ns us ms s min h) and is kept in
  /// seconds, with sizes likewise (B kB MB ...) in bytes; numbers have none. On failure `error` says what is wrong and what is allowed.
  static std::optional<Distribution> parse(std::string_view text, Samples samples, std::string& error);
  /// The shortest text that `parse` reads back as exactly this value.
  std::string to_text(Samples samples) const;

  bool operator==(const Distribution&) const = default;

 private:
  explicit Distribution(Form form);

  Form form_;
};

struct Distribution::Component {
  double weight = 1;
  Distribution distribution;
};

inline bool Distribution::Mixture::operator==(const Mixture& other) const {
  return weights == other.weights && components == other.components;
}

}  // namespace chatsim::spec
