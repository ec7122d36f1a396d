#pragma once

#include <limits>

#include "scenarios/spec/units.hpp"
#include "sim/kernel/random/random.hpp"

namespace chatsim::models {

/// What happens to a cached row, on average over all rows and time.
struct RowUses {
  spec::PerSecond look_ups;  ///< Of one row.
  spec::PerSecond updates;   ///< Writes through the cache: the row is there afterwards, and fresh.
  spec::Seconds time_to_live{std::numeric_limits<double>::infinity()};

  spec::PerSecond all() const { return look_ups + updates; }
};

/// When a row was used and loaded last before the run began at time 0: one draw, in the joint steady state of
/// LRU and time to live under independent uses.
///
/// A row is used at the rates l (look-ups) and u (updates), in a cache that drops what was not used for the
/// eviction age T. What it holds is stale d after it was loaded (time to live), but stays until it is used or
/// dropped. A use loads it if it is an update, or comes more than T after the use before, or more than d
/// after the last load.
///
/// The last use was A ago, A exponential with rate l + u. Independently of A, the row was loaded X before
/// that use, by the same use (X = 0) or by one before, after which neither an update came, nor a gap of more
/// than T. Hence the density of X, against a weight of 1 for X = 0, is
///
///     l e^(-u x)                          for x < T, d      (any gap is shorter than T)
///     l (1 - q) e^(-u x) e^(-g (x - T))   for T < x < d     with q = e^(-l T)
///
/// The first line and the step at T are exact. Then uses without a gap of T die out, very nearly
/// exponentially; the rate g = l q (1 - q) / (1 - q - q l T) gives them the right number, 1/q - 1 in all. If
/// nothing is dropped (T infinite) and nothing updated, a row is fresh with probability l d / (1 + l d), and
/// its age uniform between 0 and d: a renewal process.
class RowHistory {
 public:
  RowHistory(const RowUses& uses, spec::Seconds eviction_age);

  struct Times {
    spec::Seconds used;    ///< At most 0.
    spec::Seconds loaded;  ///< At most used.
  };
  Times last(const sim::Draw& draw) const;

  /// Share of look-ups that find the row there and fresh.
  double hit_ratio() const;

 private:
  /// height e^(-rate x) for 0 < x < length.
  struct Piece {
    double height = 0, rate = 0, length = 0, integral = 0;

    Piece() = default;
    Piece(double height_at_0, double decay, double until);
    double up_to(double share_of_integral) const;
  };

  double uses_, look_ups_;
  double start_ = 0;  // Of the second piece: T.
  Piece steady_, dying_;
};

}  // namespace chatsim::models
