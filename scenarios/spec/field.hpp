#pragma once

#include <array>
#include <limits>
#include <string_view>
#include <type_traits>
#include <utility>

#include "scenarios/spec/distribution.hpp"
#include "scenarios/spec/units.hpp"

namespace chatsim::spec {

/// Every struct of the scenario lists its fields once:
///
///   template <class Visitor> static void fields(Visitor&& visit) {
///     visit("machines", &Tier::machines, at_least(1), "machines in this tier");
///   }
///
/// The visitor gets (name, pointer to member, constraint, doc). Defaults are the member initialisers. What a
/// visitor does with the constraint depends on its type: Bounds for numbers and quantities, which may be in a
/// std::optional ("none" in a file), Samples for distributions, Text, Choice for enums, Section for structs that have
/// fields of their own, List for a std::vector of such structs.

/// Allowed range in the base unit of the field.
struct Bounds {
  double min = -std::numeric_limits<double>::infinity();
  double max = std::numeric_limits<double>::infinity();
  bool min_excluded = false;
};

constexpr Bounds at_least(double min) { return {.min = min}; }
constexpr Bounds more_than(double min) { return {.min = min, .min_excluded = true}; }
constexpr Bounds between(double min, double max) { return {.min = min, .max = max}; }
constexpr Bounds any_number() { return {}; }
template <class Unit>
constexpr Bounds at_least(Quantity<Unit> min) {
  return at_least(min.value());
}
template <class Unit>
constexpr Bounds more_than(Quantity<Unit> min) {
  return more_than(min.value());
}
template <class Unit>
constexpr Bounds between(Quantity<Unit> min, Quantity<Unit> max) {
  return between(min.value(), max.value());
}
constexpr Bounds probability() { return between(0, 1); }

/// How the absence of an optional value is written.
inline constexpr std::string_view none_text = "none";

struct Text {};
struct Choice {};
struct Section {};
struct List {};

/// The names of an enum's values in their order, specialised beside the enum.
template <class Enum>
struct EnumNames;  // static constexpr std::array<std::string_view, N> names;

template <class Enum>
constexpr std::string_view enum_name(Enum value) {
  return EnumNames<Enum>::names[static_cast<std::size_t>(value)];
}

/// Calls use(name, value, constraint, doc) for each field of one object, const or not; sections are not
/// entered.
template <class Object, class Use>
void for_each_field(Object& object, Use&& use) {
  std::remove_const_t<Object>::fields([&](const char* name, auto member, auto constraint, const char* doc) {
    use(name, object.*member, constraint, doc);
  });
}

}  // namespace chatsim::spec
