#pragma once

#include <cstddef>
#include <functional>
#include <vector>

#include "planner/queueing/erlang.hpp"
#include "scenarios/spec/distribution.hpp"

namespace chatsim::planner {

/// A distribution of durations on a lattice of equal steps: probability masses at 0, step, 2 step, ... Adding
/// durations convolves them, so that the 99th percentile of a way is computed and not summed from those of its parts.
///
/// What lies beyond the last point is kept as mass without a place: `beyond()`. Masses are put on the two points beside
/// them so that the mean stays exact; the variance grows by at most a quarter of step^2 with each.
class Lattice {
 public:
  static constexpr std::size_t points = 2048;

  /// Zero for certain.
  explicit Lattice(spec::Seconds step) : step_(step), masses_{1.0} {}
  static Lattice constant(spec::Seconds value, spec::Seconds step);
  static Lattice of(const spec::Distribution& distribution, spec::Seconds step);
  static Lattice of(const Waiting& waiting, spec::Seconds step);
  /// By the quantile function, in `samples` parts of equal probability.
  static Lattice of_quantiles(const std::function<double(double)>& seconds_at, spec::Seconds step,
                              int samples = 4096);

  spec::Seconds step() const { return step_; }
  /// The same masses on longer or shorter steps: every duration in proportion.
  Lattice in_steps_of(spec::Seconds step) const {
    Lattice scaled = *this;
    scaled.step_ = step;
    return scaled;
  }
  spec::Seconds mean() const;  ///< Of what is on the lattice.
  double scv() const;          ///< Likewise: variance over squared mean; 0 of nothing.
  double beyond() const { return beyond_; }
  double cumulative(spec::Seconds value) const;
  spec::Seconds quantile(double probability) const;

  /// Both, one after the other; independent.
  Lattice operator+(const Lattice& other) const;
  /// With a constant on top.
  Lattice operator+(spec::Seconds value) const { return *this + constant(value, step_); }

  /// The k-th of n alike that are independent, in order: a quorum of k. \param rank 1 to n.
  Lattice order_statistic(int rank, int of) const;
  /// The last of n, where n need not be whole: fork and join.
  Lattice last_of(double n) const;
  /// One of several, each with its probability; they are 1 together, or the sum is a part of something.
  struct Weighted;
  static Lattice mixture(const std::vector<Weighted>& parts);

 private:
  Lattice(spec::Seconds step, std::size_t size) : step_(step), masses_(size, 0.0) {}
  void add(double steps, double mass);
  Lattice transformed(const std::function<double(double)>& of_cumulative) const;

  spec::Seconds step_;
  std::vector<double> masses_;
  double beyond_ = 0;
};

struct Lattice::Weighted {
  double probability = 1;
  Lattice lattice;
};

}  // namespace chatsim::planner
