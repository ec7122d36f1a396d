#include "planner/queueing/lattice.hpp"

#include <algorithm>
#include <boost/math/distributions/beta.hpp>
#include <cmath>
#include <limits>

namespace chatsim::planner {

/// Puts mass between two points, the mean kept.
void Lattice::add(double steps, double mass) {
  if (!(steps < static_cast<double>(points - 1))) {
    beyond_ += mass;
    return;
  }
  const double below = std::floor(std::max(0.0, steps));
  const double part = std::max(0.0, steps) - below;
  const auto point = static_cast<std::size_t>(below);
  if (masses_.size() < point + 2) masses_.resize(point + 2, 0.0);
  masses_[point] += mass * (1 - part);
  masses_[point + 1] += mass * part;
}

Lattice Lattice::constant(spec::Seconds value, spec::Seconds step) {
  Lattice lattice(step, 1);
  lattice.add(value / step, 1);
  return lattice;
}

Lattice Lattice::of_quantiles(const std::function<double(double)>& seconds_at, spec::Seconds step, int samples) {
  Lattice lattice(step, 1);
  for (int i = 0; i < samples; ++i) lattice.add(seconds_at((i + 0.5) / samples) / step.value(), 1.0 / samples);
  return lattice;
}

/// Between two points lies what the cumulative function says, at its middle.
Lattice Lattice::of(const spec::Distribution& distribution, spec::Seconds step) {
  if (const auto* constant = std::get_if<spec::Distribution::Constant>(&distribution.form())) {
    return Lattice::constant(spec::Seconds{constant->value}, step);
  }
  Lattice lattice(step, points);
  double before = distribution.cumulative(0);
  lattice.masses_[0] = before;
  for (std::size_t i = 1; i < points; ++i) {
    const double now = distribution.cumulative(static_cast<double>(i) * step.value());
    lattice.masses_[i - 1] += (now - before) / 2;
    lattice.masses_[i] += (now - before) / 2;
    before = now;
  }
  lattice.beyond_ = 1 - before;
  return lattice;
}

Lattice Lattice::of(const Waiting& waiting, spec::Seconds step) {
  if (waiting.probability <= 0 || waiting.mean <= spec::Seconds{}) return Lattice(step);
  return mixture({{1 - waiting.probability, Lattice(step)},
                  {waiting.probability, of(spec::Distribution::exponential(waiting.if_it_waits()), step)}});
}

spec::Seconds Lattice::mean() const {
  double sum = 0, mass = 0;
  for (std::size_t i = 0; i < masses_.size(); ++i) {
    sum += static_cast<double>(i) * masses_[i];
    mass += masses_[i];
  }
  return mass > 0 ? sum / mass * step_ : spec::Seconds{};
}

double Lattice::scv() const {
  double sum = 0, squares = 0, mass = 0;
  for (std::size_t i = 0; i < masses_.size(); ++i) {
    const auto value = static_cast<double>(i);
    sum += value * masses_[i];
    squares += value * value * masses_[i];
    mass += masses_[i];
  }
  return sum > 0 ? std::max(0.0, squares * mass / (sum * sum) - 1) : 0;
}

double Lattice::cumulative(spec::Seconds value) const {
  const double steps = value / step_;
  double sum = 0;
  for (std::size_t i = 0; i < masses_.size() && static_cast<double>(i) <= steps; ++i) sum += masses_[i];
  return sum;
}

spec::Seconds Lattice::quantile(double probability) const {
  double before = 0;
  for (std::size_t i = 0; i < masses_.size(); ++i) {
    const double now = before + masses_[i];
    // A point's mass stands for what lies around it.
    if (now >= probability) {
      const double part = masses_[i] > 0 ? (probability - before) / masses_[i] : 0;
      return std::max(0.0, static_cast<double>(i) - 0.5 + part) * step_;
    }
    before = now;
  }
  return spec::Seconds{static_cast<double>(points) * step_.value()};
}

Lattice Lattice::operator+(const Lattice& other) const {
  const Lattice& longer = masses_.size() >= other.masses_.size() ? *this : other;
  const Lattice& shorter = masses_.size() >= other.masses_.size() ? other : *this;
  Lattice sum(step_, std::min(points, longer.masses_.size() + shorter.masses_.size() - 1));
  for (std::size_t i = 0; i < shorter.masses_.size(); ++i) {
    const double mass = shorter.masses_[i];
    if (mass < 1e-18) continue;
    const std::size_t fits = std::min(longer.masses_.size(), sum.masses_.size() - i);
    const double* from = longer.masses_.data();
    double* to = sum.masses_.data() + i;
    for (std::size_t k = 0; k < fits; ++k) to[k] += mass * from[k];
  }
  double total = 0;
  for (const double mass : sum.masses_) total += mass;
  sum.beyond_ = std::max(0.0, 1 - total);
  return sum;
}

Lattice Lattice::transformed(const std::function<double(double)>& of_cumulative) const {
  Lattice result(step_, masses_.size());
  double sum = 0, before = 0;
  for (std::size_t i = 0; i < masses_.size(); ++i) {
    sum += masses_[i];
    const double now = of_cumulative(std::min(1.0, sum));
    result.masses_[i] = std::max(0.0, now - before);
    before = std::max(before, now);
  }
  result.beyond_ = std::max(0.0, 1 - before);
  return result;
}

/// The k-th of n lies below x with the probability that at least k of n do: the incomplete beta function.
Lattice Lattice::order_statistic(int rank, int of) const {
  if (of == 1) return *this;
  const boost::math::beta_distribution<double> at_least(rank, of - rank + 1);
  return transformed([&](double p) { return boost::math::cdf(at_least, p); });
}

Lattice Lattice::last_of(double n) const {
  return transformed([&](double p) { return std::pow(p, n); });
}

Lattice Lattice::mixture(const std::vector<Weighted>& parts) {
  Lattice sum(parts.front().lattice.step(), 1);
  for (const Weighted& part : parts) {
    if (sum.masses_.size() < part.lattice.masses_.size()) sum.masses_.resize(part.lattice.masses_.size(), 0.0);
    for (std::size_t i = 0; i < part.lattice.masses_.size(); ++i) {
      sum.masses_[i] += part.probability * part.lattice.masses_[i];
    }
    sum.beyond_ += part.probability * part.lattice.beyond_;
  }
  return sum;
}

}  // namespace chatsim::planner
