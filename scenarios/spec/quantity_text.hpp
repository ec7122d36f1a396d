#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "scenarios/spec/units.hpp"

namespace chatsim::spec {

/// Numbers and quantities as users write and read them. What parses leaves a reason in `error` that quotes
/// the text and says what is allowed. What `to_text` writes, `parse_quantity` reads back as the same value.

/// `50_000`, `2e9`, `0.5`; nothing else may follow.
std::optional<double> parse_number(std::string_view text, std::string& error);
/// The shortest text of the number: `40000`, `2e9`, `0.5`.
std::string number_text(double value);

/// T is Seconds, Bytes, BytesPerSecond, PerSecond or Usd. The unit is mandatory; bits and bytes are spelt out
/// (`25Gbit/s`, `3.125GB/s`).
template <class T>
std::optional<T> parse_quantity(std::string_view text, std::string& error);

inline std::optional<Seconds> parse_seconds(std::string_view text, std::string& error) {
  return parse_quantity<Seconds>(text, error);
}

/// `0.1` or `10%`.
std::optional<Probability> parse_probability(std::string_view text, std::string& error);

std::string to_text(Seconds value);
std::string to_text(Bytes value);
std::string to_text(BytesPerSecond value);
std::string to_text(PerSecond value);
std::string to_text(Usd value);
std::string to_text(Probability value);

/// A unit as it is written; a number with it is number * multiply / divide in the base unit.
struct UnitName {
  std::string_view text;
  double multiply = 1;
  double divide = 1;
  bool for_display = true;  ///< Whether to_text chooses it.
};

/// All that parse_quantity<T> accepts, ascending.
template <class T>
std::span<const UnitName> units();

/// For messages: `text` between quotes, on one line, control characters replaced, cut when long.
std::string quoted(std::string_view text);

}  // namespace chatsim::spec
