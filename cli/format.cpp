#include "cli/format.hpp"

#include <fmt/format.h>

#include <array>
#include <cmath>
#include <cstdlib>
#include <string_view>

namespace chatsim::cli {
namespace {

/// `digits` significant ones, never fewer than the whole part has: 1234 with three digits stays 1234.
std::string significant(double number, int digits) {
  if (number == 0 || !std::isfinite(number)) return fmt::format("{:.0f}", number);
  const int magnitude = static_cast<int>(std::floor(std::log10(std::abs(number))));
  const int decimals = std::max(0, digits - 1 - magnitude);
  std::string text = fmt::format("{:.{}f}", number, decimals);
  // 9.996 has grown a digit by rounding: 10.00 becomes 10.0
  const std::string rounded_up = fmt::format("{:.{}f}", number, std::max(0, decimals - 1));
  return std::abs(std::stod(text)) >= std::pow(10, magnitude + 1) ? rounded_up : text;
}

std::string without_trailing_zeros(std::string text) {
  if (text.find('.') == std::string::npos) return text;
  text.erase(text.find_last_not_of('0') + 1);
  if (text.back() == '.') text.pop_back();
  return text;
}

std::string separate_thousands(std::string digits) {
  const std::size_t first = digits.starts_with('-') ? 1 : 0;
  for (std::size_t position = digits.size(); position > first + 3;) {
    position -= 3;
    digits.insert(position, 1, ',');
  }
  return digits;
}

struct Scaled {
  double number;
  std::string_view prefix;
};

/// 999.96 with four digits would print as 1000: it takes the next prefix already.
Scaled scale(double number, int digits) {
  constexpr std::array<std::string_view, 7> prefixes{"", "k", "M", "G", "T", "P", "E"};
  const double limit = 1000 - 0.5 * std::pow(10, 3 - digits);
  std::size_t index = 0;
  while (std::abs(number) >= limit && index + 1 < prefixes.size()) {
    number /= 1000;
    ++index;
  }
  return {number, prefixes[index]};
}

std::string with_prefix(double number, int digits, std::string_view unit) {
  const Scaled scaled = scale(number, digits);
  std::string text = significant(scaled.number, digits);
  if (scaled.prefix.empty()) text = without_trailing_zeros(text);
  return fmt::format("{} {}{}", text, scaled.prefix, unit);
}

}  // namespace

std::string format_rate(spec::PerSecond rate) {
  std::string text = with_prefix(rate.value(), 4, "/s");
  return text;
}

std::string format_bytes(spec::Bytes size) { return with_prefix(size.value(), 3, "B"); }

std::string format_bytes_per_second(spec::BytesPerSecond rate) { return with_prefix(rate.value(), 3, "B/s"); }

std::string format_duration(spec::Seconds duration) {
  const double seconds = duration.value();
  if (seconds == 0) return "0 s";
  if (std::abs(seconds) >= 59.95) {
    const auto whole = std::llround(seconds);
    if (whole < 3600) return fmt::format("{} min {} s", whole / 60, whole % 60);
    return fmt::format("{} h {} min", whole / 3600, whole % 3600 / 60);
  }
  double number = seconds * 1e9;
  std::string_view unit = "ns";
  for (const std::string_view next : {"us", "ms", "s"}) {
    if (std::abs(number) < 999.5) break;
    number /= 1000;
    unit = next;
  }
  return fmt::format("{} {}", significant(number, 3), unit);
}

std::string format_count(std::uint64_t count) {
  if (count < 1'000'000) return separate_thousands(fmt::format("{}", count));
  const Scaled scaled = scale(static_cast<double>(count), 4);
  return fmt::format("{} {}", significant(scaled.number, 4), scaled.prefix);
}

std::string format_integer(std::int64_t number) { return separate_thousands(fmt::format("{}", number)); }

std::string format_number(double number, int digits) {
  return without_trailing_zeros(significant(number, digits));
}

std::string format_percent(double fraction) {
  const double percent = fraction * 100;
  if (percent == 0 || percent == 100) return fmt::format("{:.0f} %", percent);
  if (percent > 99.9 && percent < 100) return percent > 99.99 ? "> 99.99 %" : "> 99.9 %";
  if (percent > 0 && percent < 0.01) return "< 0.01 %";
  return fmt::format("{} %", format_number(percent, 3));
}

std::string format_utilisation(double utilisation) { return fmt::format("{:.3f}", utilisation); }

}  // namespace chatsim::cli
