#include "planner/estimate/number_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>

namespace chatsim::planner {
namespace {

struct Scale {
  double factor;
  std::string_view name;
};

std::string separated(const std::string& number) {
  std::string digits = number;
  const std::size_t first = !digits.empty() && digits.front() == '-' ? 1 : 0;
  for (std::size_t position = std::min(digits.find('.'), digits.size()); position > first + 3;) {
    position -= 3;
    digits.insert(position, 1, ',');
  }
  return digits;
}

/// With the largest scale that leaves at least 1, as it is printed: 999.96 thousand is 1 million.
template <std::size_t count>
std::string scaled(double number, int digits, const std::array<Scale, count>& scales) {
  const double rounding = 1 - 0.5 * std::pow(10, -digits);
  for (auto scale = scales.rbegin(); scale != scales.rend(); ++scale) {
    if (std::abs(number) >= scale->factor * rounding)
      return plain_text(number / scale->factor, digits) + std::string(scale->name);
  }
  return plain_text(number / scales.front().factor, digits) + std::string(scales.front().name);
}

}  // namespace

std::string plain_text(double number, int digits) {
  if (number == 0 || !std::isfinite(number)) return fmt::format("{:.0f}", number);
  const int magnitude = static_cast<int>(std::floor(std::log10(std::abs(number)) + 1e-12));
  std::string text = fmt::format("{:.{}f}", number, std::max(0, digits - 1 - magnitude));
  if (text.find('.') != std::string::npos) {
    text.erase(text.find_last_not_of('0') + 1);
    if (text.back() == '.') text.pop_back();
  }
  return separated(text);
}

std::string text_of(double count) {
  constexpr std::array words{Scale{1e6, " million"}, Scale{1e9, " billion"}, Scale{1e12, " trillion"}};
  return std::abs(count) < 1e6 ? plain_text(count) : scaled(count, 4, words);
}

std::string text_of(spec::Bytes size) {
  constexpr std::array prefixes{Scale{1, " B"},     Scale{1e3, " kB"},  Scale{1e6, " MB"}, Scale{1e9, " GB"},
                                Scale{1e12, " TB"}, Scale{1e15, " PB"}, Scale{1e18, " EB"}};
  return scaled(size.value(), 3, prefixes);
}

std::string text_of(spec::PerSecond rate) {
  constexpr std::array prefixes{Scale{1e6, " M/s"}, Scale{1e9, " G/s"}};
  return rate.value() < 1e6 ? plain_text(rate.value()) + "/s" : scaled(rate.value(), 4, prefixes);
}

std::string text_of(spec::BytesPerSecond rate) { return text_of(spec::Bytes{rate.value()}) + "/s"; }

std::string text_of(spec::Seconds time) {
  constexpr std::array units{Scale{1e-6, " us"}, Scale{1e-3, " ms"}, Scale{1, " s"}};
  return time.value() == 0 ? "0 s" : scaled(time.value(), time.value() < 1000 ? 3 : 6, units);
}

std::string text_of(spec::Probability share) { return plain_text(100 * share.value(), 3) + " %"; }

std::string long_time_text(spec::Seconds time) {
  constexpr double day = 86400;
  if (time.value() < day) return plain_text(time.value() / 3600, 2) + " h";
  if (time.value() < 730.5 * day) return plain_text(time.value() / day, 3) + " d";
  return plain_text(time.value() / (365.25 * day), 3) + " years";
}

}  // namespace chatsim::planner
