#include "scenarios/spec/quantity_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <system_error>

namespace chatsim::spec {
namespace {

// Scales below 1 divide: `7ms` is then the double nearest to 0.007, which 7 * 0.001 need not be.
constexpr std::array time_units{UnitName{"ns", 1, 1e9},
                                UnitName{"us", 1, 1e6},
                                UnitName{"µs", 1, 1e6, false},
                                UnitName{"ms", 1, 1e3},
                                UnitName{"s"},
                                UnitName{"min", 60, 1, false},
                                UnitName{"h", 3600, 1, false},
                                UnitName{"d", 86400, 1, false}};
constexpr std::array size_units{UnitName{"B"},
                                UnitName{"kB", 1e3},
                                UnitName{"KiB", 1024, 1, false},
                                UnitName{"MB", 1e6},
                                UnitName{"MiB", 1048576, 1, false},
                                UnitName{"GB", 1e9},
                                UnitName{"GiB", 1073741824, 1, false},
                                UnitName{"TB", 1e12},
                                UnitName{"TiB", 1099511627776, 1, false},
                                UnitName{"PB", 1e15},
                                UnitName{"PiB", 1125899906842624, 1, false},
                                UnitName{"EB", 1e18}};
constexpr std::array bandwidth_units{UnitName{"bit/s", 1, 8},
                                     UnitName{"B/s", 1, 1, false},
                                     UnitName{"kbit/s", 1e3, 8},
                                     UnitName{"kB/s", 1e3, 1, false},
                                     UnitName{"KiB/s", 1024, 1, false},
                                     UnitName{"Mbit/s", 1e6, 8},
                                     UnitName{"MB/s", 1e6, 1, false},
                                     UnitName{"MiB/s", 1048576, 1, false},
                                     UnitName{"Gbit/s", 1e9, 8},
                                     UnitName{"GB/s", 1e9, 1, false},
                                     UnitName{"GiB/s", 1073741824, 1, false},
                                     UnitName{"Tbit/s", 1e12, 8},
                                     UnitName{"TB/s", 1e12, 1, false}};
constexpr std::array rate_units{UnitName{"/d", 1, 86400, false}, UnitName{"/h", 1, 3600, false},
                                UnitName{"/min", 1, 60, false}, UnitName{"/s"}};
constexpr std::array money_units{UnitName{"USD"}};

template <class T>
struct Kind;
template <>
struct Kind<Seconds> {
  static constexpr const char* noun = "time";
  static constexpr std::span<const UnitName> units = time_units;
  static std::string examples(double x) { return fmt::format("{0}ms or {0}s", number_text(x)); }
};
template <>
struct Kind<Bytes> {
  static constexpr const char* noun = "size";
  static constexpr std::span<const UnitName> units = size_units;
  static std::string examples(double x) { return fmt::format("{0}B or {0}MB", number_text(x)); }
};
template <>
struct Kind<BytesPerSecond> {
  static constexpr const char* noun = "bandwidth";
  static constexpr std::span<const UnitName> units = bandwidth_units;
  static std::string examples(double x) {
    return fmt::format("{}Gbit/s or {}GB/s", number_text(x), number_text(x / 8));
  }
};
template <>
struct Kind<PerSecond> {
  static constexpr const char* noun = "rate";
  static constexpr std::span<const UnitName> units = rate_units;
  static std::string examples(double x) { return fmt::format("{0}/s or {0}/min", number_text(x)); }
};
template <>
struct Kind<Usd> {
  static constexpr const char* noun = "price";
  static constexpr std::span<const UnitName> units = money_units;
  static std::string examples(double x) { return fmt::format("{}USD", number_text(x)); }
};

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// Takes a number off the front of `rest`. Empty when there is none; infinite when it is beyond what a double
/// holds.
std::optional<double> take_number(std::string_view& rest) {
  // Underscores may stand between digits; they are left out of what from_chars sees.
  std::string digits;
  std::size_t taken = 0;
  for (; taken < rest.size(); ++taken) {
    const char c = rest[taken];
    const bool between_digits =
        taken > 0 && is_digit(rest[taken - 1]) && taken + 1 < rest.size() && is_digit(rest[taken + 1]);
    if (c == '_' && between_digits) continue;
    const bool exponent_sign =
        (c == '+' || c == '-') && taken > 0 && (rest[taken - 1] == 'e' || rest[taken - 1] == 'E');
    if (!(is_digit(c) || c == '.' || c == 'e' || c == 'E' || exponent_sign || (c == '-' && taken == 0)))
      break;
    digits += c;
  }
  const std::size_t start = !digits.empty() && digits[0] == '-' ? 1 : 0;
  if (digits.size() <= start || !(is_digit(digits[start]) || digits[start] == '.')) return std::nullopt;
  double value = 0;
  const auto [end, code] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (code == std::errc::invalid_argument) return std::nullopt;
  if (code == std::errc::result_out_of_range) value = HUGE_VAL;
  // What from_chars left (the E of 5EB) stands at the end of what was taken, where no underscore can be.
  taken -= static_cast<std::size_t>(digits.data() + digits.size() - end);
  rest = trimmed(rest.substr(taken));
  return value;
}

std::string list(std::span<const UnitName> units) {
  std::string result;
  for (const UnitName& unit : units) result += (result.empty() ? "" : " ") + std::string(unit.text);
  return result;
}

bool equal_but_for_case(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](unsigned char x, unsigned char y) { return std::tolower(x) == std::tolower(y); });
}

/// Empty when no allowed unit resembles it.
template <class T>
std::string suggestion(std::string_view unit) {
  if constexpr (std::is_same_v<T, BytesPerSecond>) {
    // Gbps, Gb/s, GBps, G: whether bits or bytes were meant is eight times apart, so both are offered.
    const std::string prefix = unit.find_first_of("kKMmGgTt") == 0 ? std::string(1, unit[0]) : "";
    const std::string upper = prefix == "k" || prefix == "K" ? "k"
                              : prefix == "m"                ? "M"
                              : prefix == "g"                ? "G"
                              : prefix == "t"                ? "T"
                                                             : prefix;
    return fmt::format("; did you mean {0}bit/s or {0}B/s?", upper);
  }
  std::string similar;
  for (const UnitName& allowed : Kind<T>::units) {
    if (equal_but_for_case(allowed.text, unit))
      similar += (similar.empty() ? "" : " or ") + std::string(allowed.text);
  }
  return similar.empty() ? "" : "; did you mean " + similar + "?";
}

template <class T>
std::string quantity_text(T value) {
  const auto units = Kind<T>::units;
  std::string fallback;
  for (auto unit = units.rbegin(); unit != units.rend(); ++unit) {
    if (unit->multiply == 1 && unit->divide == 1)
      fallback = number_text(value.value()) + std::string(unit->text);
    if (!unit->for_display) continue;
    const double number = value.value() / unit->multiply * unit->divide;
    if (std::abs(number) < 1 && number != 0) continue;
    // 0.123456s reads better as 123.456ms, but not when that does not come back as the same value.
    if (number != 0 && number * unit->multiply / unit->divide != value.value()) continue;
    if (number == 0 && !(unit->multiply == 1 && unit->divide == 1)) continue;
    std::string text = number_text(number) + std::string(unit->text);
    std::string ignored;
    if (auto back = parse_quantity<T>(text, ignored); back && *back == value) return text;
  }
  return fallback;
}

}  // namespace

std::string quoted(std::string_view text) {
  std::size_t longest = 60;
  // Not within a character: its later bytes begin with the bits 10.
  while (longest > 50 && longest < text.size() && (static_cast<unsigned char>(text[longest]) & 0xc0) == 0x80) --longest;
  std::string result = "'";
  for (const char c : text.substr(0, longest))
    result += static_cast<unsigned char>(c) < 0x20 || c == 0x7f ? ' ' : c;
  if (text.size() > longest) result += "...";
  return result + "'";
}

std::optional<double> parse_number(std::string_view text, std::string& error) {
  std::string_view rest = trimmed(text);
  const auto number = take_number(rest);
  if (!number || !rest.empty()) {
    error = quoted(text) + " is not a number";
    return std::nullopt;
  }
  if (!std::isfinite(*number)) {
    error = quoted(text) + " is beyond the range of numbers";
    return std::nullopt;
  }
  return number;
}

std::string number_text(double value) {
  std::array<char, 32> buffer;
  const auto write = [&](auto... format) {
    return std::string(buffer.data(),
                       std::to_chars(buffer.data(), buffer.data() + buffer.size(), value, format...).ptr);
  };
  if (value == std::floor(value) && std::abs(value) < 1e6) return write(std::chars_format::fixed);
  std::string text = write();
  // 2e+09 is written 2e9.
  if (const auto exponent = text.find('e'); exponent != std::string::npos) {
    if (text[exponent + 1] == '+') text.erase(exponent + 1, 1);
    const auto digits = exponent + (text[exponent + 1] == '-' ? 2 : 1);
    if (text[digits] == '0') text.erase(digits, 1);
  }
  return text;
}

template <class T>
std::optional<T> parse_quantity(std::string_view text, std::string& error) {
  std::string_view rest = trimmed(text);
  const auto number = take_number(rest);
  if (!number) {
    error = fmt::format("{} is not a {}; write for example {}", quoted(text), Kind<T>::noun,
                        Kind<T>::examples(10));
    return std::nullopt;
  }
  if (rest.empty()) {
    error = fmt::format("{} has no unit; write {}", quoted(text), Kind<T>::examples(*number));
    return std::nullopt;
  }
  for (const UnitName& unit : Kind<T>::units) {
    if (unit.text != rest) continue;
    const double value = *number * unit.multiply / unit.divide;
    if (std::isfinite(value)) return T{value};
    error = quoted(text) + " is beyond the range of numbers";
    return std::nullopt;
  }
  error = fmt::format("{} has an unknown unit {}; a {} has one of {}{}", quoted(text), quoted(rest),
                      Kind<T>::noun, list(Kind<T>::units), suggestion<T>(rest));
  return std::nullopt;
}

std::optional<Probability> parse_probability(std::string_view text, std::string& error) {
  std::string_view rest = trimmed(text);
  const auto number = take_number(rest);
  if (number && rest.empty()) return Probability{*number};
  if (number && rest == "%") return Probability{*number / 100};
  error = quoted(text) + " is not a probability; write for example 0.1 or 10%";
  return std::nullopt;
}

std::string to_text(Seconds value) { return quantity_text(value); }
std::string to_text(Bytes value) { return quantity_text(value); }
std::string to_text(BytesPerSecond value) { return quantity_text(value); }
std::string to_text(PerSecond value) { return quantity_text(value); }
std::string to_text(Usd value) { return quantity_text(value); }
std::string to_text(Probability value) { return number_text(value.value()); }

template <class T>
std::span<const UnitName> units() {
  return Kind<T>::units;
}

#define CHATSIM_INSTANTIATE(T)                                                 \
  template std::optional<T> parse_quantity<T>(std::string_view, std::string&); \
  template std::span<const UnitName> units<T>();
CHATSIM_INSTANTIATE(Seconds)
CHATSIM_INSTANTIATE(Bytes)
CHATSIM_INSTANTIATE(BytesPerSecond)
CHATSIM_INSTANTIATE(PerSecond)
CHATSIM_INSTANTIATE(Usd)
#undef CHATSIM_INSTANTIATE

}  // namespace chatsim::spec
