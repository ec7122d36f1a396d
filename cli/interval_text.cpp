#include "cli/interval_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>

#include "cli/format.hpp"

namespace chatsim::cli {
namespace {

struct Figure {
  double number;
  std::string unit;
};

/// "57,300 /s" is 57300 and " /s"; nothing for "> 99.99 %" and for "2 min 5 s".
std::optional<Figure> find_figure(const std::string& text) {
  std::string digits;
  std::size_t end = 0;
  for (; end < text.size() && (text[end] == '-' || text[end] == ',' || text[end] == '.' || std::isdigit(text[end]));
       ++end) {
    if (text[end] != ',') digits += text[end];
  }
  const bool has_digit = std::any_of(digits.begin(), digits.end(), [](char letter) { return std::isdigit(letter); });
  const std::string unit = text.substr(end);
  const bool unit_has_digit = std::any_of(unit.begin(), unit.end(), [](char letter) { return std::isdigit(letter); });
  if (!has_digit || unit_has_digit) return std::nullopt;
  return Figure{std::stod(digits), unit};
}

std::string shown(double half_width) {
  return half_width >= 1000 ? format_integer(std::llround(half_width)) : format_number(half_width, 2);
}

}  // namespace

std::string half_width_text(const std::string& figure, const spec::Interval& interval) {
  if (interval.half_width == 0 || !std::isfinite(interval.half_width) || figure.empty()) return "";
  const auto found = find_figure(figure);
  if (found && found->number != 0 && interval.mean != 0)
    return "+- " + shown(std::abs(interval.half_width * found->number / interval.mean));
  // Rounded to nothing: without a unit it is the number itself.
  if (found && found->unit.empty()) return "+- " + shown(interval.half_width);
  if (interval.mean == 0 || found) return "";
  return "+- " + format_percent(std::abs(interval.half_width / interval.mean));
}

}  // namespace chatsim::cli
