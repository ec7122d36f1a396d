#pragma once

#include <compare>

namespace chatsim::spec {

/// A physical quantity in its base unit. The conversion from a bare number is explicit and only operators
/// with a physical meaning exist, so that a time cannot be added to a size.
template <class Unit>
class Quantity {
 public:
  constexpr Quantity() = default;
  constexpr explicit Quantity(double value) : value_(value) {}

  /// In the base unit: seconds, bytes, bytes a second, events a second, US dollars.
  constexpr double value() const { return value_; }

  constexpr auto operator<=>(const Quantity&) const = default;

  constexpr Quantity operator-() const { return Quantity{-value_}; }
  constexpr Quantity& operator+=(Quantity other) {
    value_ += other.value_;
    return *this;
  }
  constexpr Quantity& operator-=(Quantity other) {
    value_ -= other.value_;
    return *this;
  }
  friend constexpr Quantity operator+(Quantity a, Quantity b) { return Quantity{a.value_ + b.value_}; }
  friend constexpr Quantity operator-(Quantity a, Quantity b) { return Quantity{a.value_ - b.value_}; }
  friend constexpr Quantity operator*(Quantity a, double factor) { return Quantity{a.value_ * factor}; }
  friend constexpr Quantity operator*(double factor, Quantity a) { return Quantity{factor * a.value_}; }
  friend constexpr Quantity operator/(Quantity a, double divisor) { return Quantity{a.value_ / divisor}; }
  friend constexpr double operator/(Quantity a, Quantity b) { return a.value_ / b.value_; }

 private:
  double value_ = 0;
};

using Seconds = Quantity<struct SecondsUnit>;
using Bytes = Quantity<struct BytesUnit>;
using BytesPerSecond = Quantity<struct BytesPerSecondUnit>;
using PerSecond = Quantity<struct PerSecondUnit>;
using Usd = Quantity<struct UsdUnit>;

constexpr BytesPerSecond operator/(Bytes size, Seconds time) {
  return BytesPerSecond{size.value() / time.value()};
}
constexpr Seconds operator/(Bytes size, BytesPerSecond rate) { return Seconds{size.value() / rate.value()}; }
constexpr Bytes operator*(BytesPerSecond rate, Seconds time) { return Bytes{rate.value() * time.value()}; }
constexpr Bytes operator*(Seconds time, BytesPerSecond rate) { return rate * time; }
constexpr BytesPerSecond operator*(Bytes size, PerSecond rate) {
  return BytesPerSecond{size.value() * rate.value()};
}
constexpr BytesPerSecond operator*(PerSecond rate, Bytes size) { return size * rate; }
constexpr PerSecond operator/(BytesPerSecond flow, Bytes size) {
  return PerSecond{flow.value() / size.value()};
}
constexpr double operator*(PerSecond rate, Seconds time) { return rate.value() * time.value(); }
constexpr double operator*(Seconds time, PerSecond rate) { return rate * time; }
constexpr PerSecond operator/(double count, Seconds time) { return PerSecond{count / time.value()}; }
constexpr Seconds operator/(double count, PerSecond rate) { return Seconds{count / rate.value()}; }

/// Between 0 and 1; who makes one sees to that (the loader checks what users write). Two probabilities
/// multiply, but do not add: whether that means anything depends on the events.
class Probability {
 public:
  constexpr Probability() = default;
  constexpr explicit Probability(double value) : value_(value) {}

  constexpr double value() const { return value_; }
  constexpr Probability complement() const { return Probability{1 - value_}; }
  constexpr auto operator<=>(const Probability&) const = default;

  friend constexpr Probability operator*(Probability a, Probability b) {
    return Probability{a.value_ * b.value_};
  }
  friend constexpr double operator*(Probability a, double amount) { return a.value_ * amount; }
  friend constexpr double operator*(double amount, Probability a) { return amount * a.value_; }

 private:
  double value_ = 0;
};

/// The share of a stream, a time or a size.
template <class Unit>
constexpr Quantity<Unit> operator*(Quantity<Unit> amount, Probability share) {
  return amount * share.value();
}
template <class Unit>
constexpr Quantity<Unit> operator*(Probability share, Quantity<Unit> amount) {
  return amount * share;
}

namespace literals {

// Scales below 1 divide: 7_ms is then the double nearest to 0.007, which 7 * 0.001 need not be.
#define CHATSIM_LITERAL(suffix, Type, expression)                                                       \
  constexpr Type operator""_##suffix(long double x) { return Type{static_cast<double>(x) expression}; } \
  constexpr Type operator""_##suffix(unsigned long long x) { return Type{static_cast<double>(x) expression}; }

CHATSIM_LITERAL(ns, Seconds, / 1e9)
CHATSIM_LITERAL(us, Seconds, / 1e6)
CHATSIM_LITERAL(ms, Seconds, / 1e3)
CHATSIM_LITERAL(s, Seconds, )
CHATSIM_LITERAL(min, Seconds, *60)
CHATSIM_LITERAL(h, Seconds, *3600)
CHATSIM_LITERAL(d, Seconds, *86400)
CHATSIM_LITERAL(B, Bytes, )
CHATSIM_LITERAL(kB, Bytes, *1e3)
CHATSIM_LITERAL(MB, Bytes, *1e6)
CHATSIM_LITERAL(GB, Bytes, *1e9)
CHATSIM_LITERAL(TB, Bytes, *1e12)
CHATSIM_LITERAL(PB, Bytes, *1e15)
CHATSIM_LITERAL(EB, Bytes, *1e18)
CHATSIM_LITERAL(KiB, Bytes, *1024)
CHATSIM_LITERAL(MiB, Bytes, *1048576)
CHATSIM_LITERAL(GiB, Bytes, *1073741824)
CHATSIM_LITERAL(Mbit_per_s, BytesPerSecond, *1e6 / 8)
CHATSIM_LITERAL(Gbit_per_s, BytesPerSecond, *1e9 / 8)
CHATSIM_LITERAL(Tbit_per_s, BytesPerSecond, *1e12 / 8)
CHATSIM_LITERAL(MB_per_s, BytesPerSecond, *1e6)
CHATSIM_LITERAL(GB_per_s, BytesPerSecond, *1e9)
CHATSIM_LITERAL(per_s, PerSecond, )
CHATSIM_LITERAL(percent, Probability, / 100)
CHATSIM_LITERAL(usd, Usd, )

#undef CHATSIM_LITERAL

}  // namespace literals
}  // namespace chatsim::spec
