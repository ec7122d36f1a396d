#pragma once

#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

#include "scenarios/spec/distribution.hpp"
#include "scenarios/spec/field.hpp"
#include "scenarios/spec/quantity_text.hpp"
#include "scenarios/spec/utf8.hpp"

// How one value of each type is read and written: field_tree.cpp chooses by the type of the member.

namespace chatsim::spec {

/// What is wrong with a text, when something is.
using Complaint = std::optional<std::string>;

inline std::string value_text(double value) { return number_text(value); }
inline std::string value_text(Probability value) { return to_text(value); }
template <class Unit>
std::string value_text(Quantity<Unit> value) {
  return to_text(value);
}

inline double in_base_unit(double value) { return value; }
inline double in_base_unit(Probability value) { return value.value(); }
template <class Unit>
double in_base_unit(Quantity<Unit> value) {
  return value.value();
}

/// T as the type that shows its unit.
template <class T>
Complaint check_bounds(T value, const Bounds& bounds) {
  const double number = in_base_unit(value);
  if (number < bounds.min || (bounds.min_excluded && number == bounds.min)) {
    return fmt::format("{} is too small, {} {}", value_text(value),
                       bounds.min_excluded ? "more than" : "at least", value_text(T{bounds.min}));
  }
  if (number > bounds.max) {
    return fmt::format("{} is too large, at most {}", value_text(value), value_text(T{bounds.max}));
  }
  return std::nullopt;
}

template <class T>
std::string bounds_text(const Bounds& bounds) {
  std::string result;
  if (std::isfinite(bounds.min)) {
    result = (bounds.min_excluded ? "more than " : "at least ") + value_text(T{bounds.min});
  }
  if (std::isfinite(bounds.max))
    result += (result.empty() ? "at most " : ", at most ") + value_text(T{bounds.max});
  return result;
}

inline Complaint read_value(std::string_view text, double& value, const Bounds& bounds) {
  std::string error;
  const auto number = parse_number(text, error);
  if (!number) return error;
  if (auto complaint = check_bounds(*number, bounds)) return complaint;
  value = *number;
  return std::nullopt;
}

inline Complaint read_value(std::string_view text, Probability& value, const Bounds& bounds) {
  std::string error;
  const auto probability = parse_probability(text, error);
  if (!probability) return error;
  if (auto complaint = check_bounds(*probability, bounds)) return complaint;
  value = *probability;
  return std::nullopt;
}

template <class Unit>
Complaint read_value(std::string_view text, Quantity<Unit>& value, const Bounds& bounds) {
  std::string error;
  const auto quantity = parse_quantity<Quantity<Unit>>(text, error);
  if (!quantity) return error;
  if (auto complaint = check_bounds(*quantity, bounds)) return complaint;
  value = *quantity;
  return std::nullopt;
}

/// Integers. What has an exponent goes through a double; plain digits do not, so that large seeds stay exact.
template <class Integer>
requires std::is_integral_v<Integer> Complaint read_value(std::string_view text, Integer& value,
                                                          const Bounds& bounds) {
  std::string error;
  const auto number = parse_number(text, error);
  if (!number || *number != std::floor(*number)) return quoted(text) + " is not a whole number";
  if (auto complaint = check_bounds(*number, bounds)) return complaint;
  const Integer max = std::numeric_limits<Integer>::max();
  const auto too_large = [&] { return fmt::format("{} is too large, at most {}", quoted(text), max); };
  std::string digits;
  for (const char c : text) {
    if (c != '_' && c != ' ') digits += c;
  }
  Integer exact = 0;
  const auto [end, code] = std::from_chars(digits.data(), digits.data() + digits.size(), exact);
  if (code == std::errc::result_out_of_range) return too_large();
  if (code == std::errc() && end == digits.data() + digits.size()) {
    value = exact;
    return std::nullopt;
  }
  if (*number >= std::ldexp(1.0, std::numeric_limits<Integer>::digits)) return too_large();
  value = static_cast<Integer>(*number);
  return std::nullopt;
}

inline Complaint read_value(std::string_view text, Distribution& value, Samples samples) {
  std::string error;
  auto distribution = Distribution::parse(text, samples, error);
  if (!distribution) return error;
  value = *std::move(distribution);
  return std::nullopt;
}

inline Complaint read_value(std::string_view text, std::string& value, Text) {
  // Results quote it, and JSON holds no other text.
  if (const std::size_t at = find_ill_formed(text); at != text.size())
    return fmt::format("is not UTF-8: byte 0x{:02x} belongs to no character", static_cast<unsigned char>(text[at]));
  value = text;
  return std::nullopt;
}

template <class Enum>
Complaint read_value(std::string_view text, Enum& value, Choice) {
  std::string allowed;
  for (std::size_t i = 0; i < EnumNames<Enum>::names.size(); ++i) {
    if (EnumNames<Enum>::names[i] == text) {
      value = static_cast<Enum>(i);
      return std::nullopt;
    }
    allowed += (i == 0 ? "" : ", ") + std::string(EnumNames<Enum>::names[i]);
  }
  return fmt::format("{} is not one of {}", quoted(text), allowed);
}

template <class T>
inline constexpr bool is_optional = false;
template <class T>
inline constexpr bool is_optional<std::optional<T>> = true;

template <class T>
Complaint read_value(std::string_view text, std::optional<T>& value, const Bounds& bounds) {
  if (text == none_text) {
    value.reset();
    return std::nullopt;
  }
  T given{};
  if (auto complaint = read_value(text, given, bounds)) return complaint;
  value = given;
  return std::nullopt;
}

template <class T, class Constraint>
std::string write_value(const T& value, const Constraint& constraint) {
  if constexpr (is_optional<T>) {
    return value ? write_value(*value, constraint) : std::string(none_text);
  } else if constexpr (std::is_same_v<Constraint, Samples>) {
    return value.to_text(constraint);
  } else if constexpr (std::is_same_v<Constraint, Text>) {
    return value;
  } else if constexpr (std::is_same_v<Constraint, Choice>) {
    return std::string(enum_name(value));
  } else if constexpr (std::is_integral_v<T>) {
    return fmt::format("{}", value);
  } else {
    return value_text(value);
  }
}

}  // namespace chatsim::spec
