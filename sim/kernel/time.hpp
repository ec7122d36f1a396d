#pragma once

#include <chrono>
#include <cmath>
#include <cstdint>

#include "scenarios/spec/units.hpp"

namespace chatsim::sim {

/// Simulated time in integer nanoseconds, so that adding delays in another order gives the same instant.
using Duration = std::chrono::nanoseconds;

/// Names the clock of the message plane; it is never read, only its time_point type is used.
struct PlaneClock {
  using duration = Duration;
  using rep = duration::rep;
  using period = duration::period;
  using time_point = std::chrono::time_point<PlaneClock, Duration>;
  static constexpr bool is_steady = true;
};

/// An instant of simulated time; zero is the start of the run.
using Time = PlaneClock::time_point;

inline constexpr Time time_never = Time::max();

/// Rounds to the nearest nanosecond, halves away from zero. As std::llround, which would be a call of the C library for
/// every random time.
inline Duration to_duration(spec::Seconds seconds) {
  const double ns = seconds.value() * 1e9;
  const auto whole = static_cast<Duration::rep>(ns);
  const double rest = ns - static_cast<double>(whole);
  return Duration{whole + (rest >= 0.5) - (rest <= -0.5)};
}
inline Time to_time(spec::Seconds seconds) { return Time{to_duration(seconds)}; }
inline spec::Seconds to_seconds(Duration duration) {
  return spec::Seconds{static_cast<double>(duration.count()) * 1e-9};
}
inline spec::Seconds to_seconds(Time time) { return to_seconds(time.time_since_epoch()); }

}  // namespace chatsim::sim
