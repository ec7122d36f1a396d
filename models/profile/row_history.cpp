#include "models/profile/row_history.hpp"

#include <algorithm>
#include <cmath>

#include "sim/kernel/random/fast_math.hpp"

namespace chatsim::models {

namespace {

// Below it e^(-x) is 1 - x to all digits that matter.
constexpr double almost_straight = 1e-8;
constexpr double forever = 1e15;  // Seconds: finite, so that sums of them are.

double negative_log_of(double probability) {
  return sim::negative_log(static_cast<std::uint64_t>(std::min(probability, 1 - 0x1p-53) * 0x1p64));
}

// The rate at which uses without a gap of eviction_age die out.
double rate_of_dying_out(double look_ups, double eviction_age) {
  const double expected = look_ups * eviction_age;
  if (expected < 1e-4) return 2 / eviction_age;
  const double q = std::exp(-expected);
  return look_ups * q * (1 - q) / (1 - q - q * expected);
}

}  // namespace

RowHistory::Piece::Piece(double height_at_0, double decay, double until)
    : height(height_at_0), rate(decay), length(until) {
  if (rate * length < almost_straight) {
    integral = height * length;
  } else {
    integral = height * -std::expm1(-rate * length) / rate;
  }
}

/// Where the integral from 0 on comes to that much.
double RowHistory::Piece::up_to(double part) const {
  if (rate * length < almost_straight) return std::min(length, part / height);
  return std::min(length, negative_log_of(std::max(0x1p-60, 1 - part * rate / height)) / rate);
}

RowHistory::RowHistory(const RowUses& uses, spec::Seconds eviction_age)
    : uses_(uses.all().value()), look_ups_(uses.look_ups.value()) {
  const double age = eviction_age.value(), time_to_live = std::min(forever, uses.time_to_live.value());
  if (age <= 0 || look_ups_ <= 0) return;
  const double updates = uses.updates.value();
  start_ = std::min(age, time_to_live);
  steady_ = Piece(look_ups_, updates, start_);
  if (age >= time_to_live) return;
  const double remaining = -std::expm1(-look_ups_ * age);
  dying_ = Piece(look_ups_ * remaining * std::exp(-updates * age),
                 updates + rate_of_dying_out(look_ups_, age), time_to_live - age);
}

RowHistory::Times RowHistory::last(const sim::Draw& draw) const {
  const double used = -sim::negative_log(draw.bits64(0)) / uses_;
  double part = draw.uniform64(1) * (1 + steady_.integral + dying_.integral) - 1;
  double before = 0;
  if (part > steady_.integral) {
    before = start_ + dying_.up_to(part - steady_.integral);
  } else if (part > 0) {
    before = steady_.up_to(part);
  }
  return {spec::Seconds{used}, spec::Seconds{used - before}};
}

double RowHistory::hit_ratio() const {
  const double found = steady_.integral + dying_.integral;
  // Of all uses found / (1 + found) are look-ups that hit.
  return found == 0 ? 0 : found / (1 + found) * uses_ / look_ups_;
}

}  // namespace chatsim::models
