#pragma once

#include <cmath>
#include <cstdio>
#include <stdexcept>
#include <string>

namespace chatsim::tests {

/// A figure as a ledger prints it: 1.157 M/s, 328 GB, 10 billion, 4,197.
struct PrintedFigure {
  double value = 0;
  double last_digit = 1;  ///< What one unit in the last printed digit is worth.
};

inline PrintedFigure printed(const std::string& text) {
  std::size_t end = 0;
  std::string digits;
  int decimals = -1;
  for (; end < text.size() && text.find_first_of("0123456789.,", end) == end; ++end) {
    if (text[end] == ',') continue;
    if (decimals >= 0) ++decimals;
    if (text[end] == '.') decimals = 0;
    digits += text[end];
  }
  double factor = 1;
  const std::string rest = end < text.size() ? text.substr(end) : "";
  const std::size_t unit = rest.find_first_not_of(' ');
  const std::string word = unit == std::string::npos ? "" : rest.substr(unit);
  if (word == "billion") {
    factor = 1e9;
  } else if (word.size() == 2 && word[1] == 'B') {
    const std::size_t power = std::string("kMGTPE").find(word[0]);
    if (power == std::string::npos) throw std::invalid_argument(text);
    factor = std::pow(1000, static_cast<double>(power) + 1);
  } else if (word == "M/s") {
    factor = 1e6;
  } else if (!(word.empty() || word == "B" || word == "/s")) {
    throw std::invalid_argument(text);
  }
  return {std::stod(digits) * factor, factor * std::pow(10, decimals > 0 ? -decimals : 0)};
}

/// Whether the value, rounded to the digits that are printed, is what is printed.
inline bool prints_as(const std::string& what, const std::string& expected, double actual) {
  const PrintedFigure figure = printed(expected);
  const double tolerance = figure.last_digit / 2;
  const bool same = std::abs(actual - figure.value) <= tolerance * (1 + 1e-9);
  std::printf("%s: expected %s, actual %.9g, tolerance %.3g%s\n", what.c_str(), expected.c_str(), actual,
              tolerance, same ? "" : "  <-- OFF");
  return same;
}

}  // namespace chatsim::tests
