#include "planner/estimate/figure.hpp"

#include <array>
#include <cmath>

#include "planner/estimate/number_text.hpp"

namespace chatsim::planner {
namespace {

bool same(double a, double b) { return std::abs(a - b) <= 1e-9 * std::max(std::abs(a), std::abs(b)); }

double rounded_to(double number, int digits) {
  if (number == 0) return 0;
  const double unit = std::pow(10, std::floor(std::log10(std::abs(number)) + 1e-12) - digits + 1);
  return std::round(number / unit) * unit;
}

/// 50,000 has one, 764 has three.
int significant_digits(double number) {
  int digits = 1;
  while (digits < 15 && !same(rounded_to(number, digits), number)) ++digits;
  return digits;
}

}  // namespace

std::string_view unit_name(Unit unit) {
  constexpr std::array<std::string_view, 6> names{"bytes",    "per second", "per day",
                                                  "machines", "disks",      "connections"};
  return names[static_cast<std::size_t>(unit)];
}

std::string text_of(double value, Unit unit) {
  if (unit == Unit::bytes) return text_of(spec::Bytes{value});
  if (unit == Unit::per_second) return text_of(spec::PerSecond{value});
  if (unit == Unit::per_day) return text_of(value);
  return std::abs(value) < 1e6 ? plain_text(std::round(value), 7) : text_of(value);
}

std::string_view verdict_name(Verdict verdict) {
  constexpr std::array<std::string_view, 4> names{"none", "agrees", "rounded", "differs"};
  return names[static_cast<std::size_t>(verdict)];
}

Verdict verdict_on(double published, double recomputed) {
  if (same(published, recomputed)) return Verdict::agrees;
  const double as_printed = rounded_to(recomputed, significant_digits(published));
  return same(published, as_printed) ? Verdict::rounded : Verdict::differs;
}

}  // namespace chatsim::planner
