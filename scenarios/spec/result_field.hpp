#pragma once

#include <concepts>
#include <string>
#include <string_view>
#include <type_traits>

namespace chatsim::spec {

// Every struct of a Result lists its fields once, as the structs of the scenario do: visit(name, member), where the name
// is the key of run.json, its unit at the end; visit(name, member, shape) for vectors of things that have names.

/// A vector whose items are found by name: an object of objects in run.json.
template <class Item>
struct ByName {
  std::string Item::*name;
};
/// The same for items that have nothing but a name and a number.
template <class Item, class Number>
struct NumberByName {
  std::string Item::*name;
  Number Item::*number;
};

// Clang before 17 does not find them by itself.
template <class Item>
ByName(std::string Item::*) -> ByName<Item>;
template <class Item, class Number>
NumberByName(std::string Item::*, Number Item::*) -> NumberByName<Item, Number>;

// What a field can be, for whoever walks the lists.

template <class T>
constexpr bool has_fields = requires {
  T::fields([](auto...) {});
};
template <class T>
constexpr bool is_number = std::is_arithmetic_v<T> && !std::is_same_v<T, bool>;
template <class T>
constexpr bool is_quantity = requires(T value) {
  { value.value() } -> std::convertible_to<double>;
};

/// What the scenario does not decide: it differs between runs of the same seed, or is how the run was asked for.
constexpr bool is_of_the_simulator(std::string_view path) {
  return path == "seed" || path == "slice" || path == "platform_build_s" || path == "wall_s" || path == "peak_rss_bytes";
}

}  // namespace chatsim::spec
