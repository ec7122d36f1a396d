#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "scenarios/spec/distribution.hpp"
#include "sim/kernel/random/fast_math.hpp"
#include "sim/kernel/random/random.hpp"
#include "sim/kernel/time.hpp"

namespace chatsim::sim {

/// A spec::Distribution compiled for the hot path: no virtual call, no allocation, no library function. It
/// gives Distribution::sample of the same uniform numbers within 1e-9 of the scale (mean, x_min) or, for a
/// log-normal, 1e-6 of the value; equal `u` give equal ranks, so fleets that share random numbers see the
/// same fast and slow requests.
class Sampler {
 public:
  explicit Sampler(const spec::Distribution& distribution);

  /// In the base unit of the distribution. `u` makes the value, all 64 bits of it (an exponential reaches 44
  /// means); `v` chooses a mixture's component.
  double value(std::uint64_t u, std::uint32_t v) const {
    if (kind_ == Kind::mixture) [[unlikely]]
      return simple_value(choose(v), u);
    return simple_value(simple_, u);
  }
  /// Uses bits64(0) and bits32(2) of the draw; bits32(3) is free for other uses.
  double value(const Draw& draw) const { return value(draw.bits64(0), draw.bits32(2)); }

  /// A distribution of seconds as a duration: rounded to the nearest nanosecond (so the mean keeps its value,
  /// and what is below half a nanosecond is 0), at most duration_max.
  Duration sample(std::uint64_t u, std::uint32_t v) const {
    const double nanoseconds = std::min(value(u, v) * 1e9, static_cast<double>(duration_max.count()));
    return Duration{static_cast<Duration::rep>(nanoseconds + 0.5)};
  }
  Duration sample(const Draw& draw) const { return sample(draw.bits64(0), draw.bits32(2)); }

  /// 31 years: far beyond any run, and no sum of a few overflows.
  static constexpr Duration duration_max{1'000'000'000'000'000'000};

 private:
  enum class Kind : std::uint32_t { constant, exponential, lognormal, pareto, empirical, mixture };

  struct Simple {
    Kind kind = Kind::constant;
    std::uint32_t table = 0;
    double scale = 0;  ///< The constant, mean, median, x_min.
    double shape = 0;  ///< sigma, 1 / alpha.
  };

  /// Inverse of a step function: the guide leads to the first candidate, from where a few steps find the
  /// value.
  struct Table {
    std::vector<std::uint64_t> last;  ///< Largest u of each value.
    std::vector<double> values;
    std::vector<std::uint32_t> guide;
    unsigned shift = 0;
  };

  static Kind kind_of(const spec::Distribution& distribution);
  Simple compile(const spec::Distribution& distribution);
  std::uint32_t compile_table(const spec::Distribution::Empirical& form);

  double simple_value(const Simple& simple, std::uint64_t u) const {
    switch (simple.kind) {
      case Kind::exponential:
        return simple.scale * negative_log(~u);  // ~u is 1 - u: monotone like the quantile
      case Kind::lognormal:
        return simple.scale * fast_exp(simple.shape * normal_from(u));
      case Kind::pareto:
        return simple.scale * fast_exp(simple.shape * negative_log(~u));
      case Kind::empirical:
        return table_value(tables_[simple.table], u);
      case Kind::constant:
      case Kind::mixture:
        break;
    }
    return simple.scale;
  }

  static double table_value(const Table& table, std::uint64_t u) {
    std::size_t i = table.guide[u >> table.shift];
    while (table.last[i] < u) ++i;
    return table.values[i];
  }

  const Simple& choose(std::uint32_t v) const {
    std::size_t i = 0;
    while (last_[i] < v) ++i;
    return components_[i];
  }

  Kind kind_;
  Simple simple_;
  std::vector<std::uint32_t> last_;  ///< Largest v of each component.
  std::vector<Simple> components_;
  std::vector<Table> tables_;
};

}  // namespace chatsim::sim
