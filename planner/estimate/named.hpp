#pragma once

#include <string>
#include <utility>

#include "planner/estimate/forms.hpp"
#include "planner/estimate/number_text.hpp"

namespace chatsim::planner {

/// How tightly the outermost operation of a formula binds.
enum class Binding { sum, product, atom };

/// A value together with its formula, in names ("messages / day") and with numbers put in ("100 billion /
/// 90,000 s"). Operators work on all three, so that what is printed is what is calculated; the units are
/// those of the values.
template <class T>
struct Named {
  T value{};
  std::string names;
  std::string numbers;
  Binding binding = Binding::atom;
};

template <class T>
Named<T> named(std::string name, T value) {
  return {value, std::move(name), text_of(value)};
}

/// With a text of its own: 1,500 d for a number of days.
template <class T>
Named<T> named(std::string name, T value, std::string text) {
  return {value, std::move(name), std::move(text)};
}

/// A figure that others are made of, by its name and what it came to.
template <class T>
Named<T> figure_named(std::string name, const Named<T>& figure) {
  return named(std::move(name), figure.value);
}

inline std::string bound(const std::string& text, Binding binding, Binding at_least) {
  return binding < at_least ? "(" + text + ")" : text;
}

template <class Value, class A, class B>
Named<Value> combined(Value value, const Named<A>& a, const char* sign, const Named<B>& b, Binding binding,
                      Binding of_right) {
  const auto text = [&](const std::string& left, const std::string& right) {
    return bound(left, a.binding, binding) + sign + bound(right, b.binding, of_right);
  };
  return {value, text(a.names, b.names), text(a.numbers, b.numbers), binding};
}

template <class A, class B>
auto operator*(const Named<A>& a, const Named<B>& b) {
  return combined(a.value * b.value, a, " x ", b, Binding::product, Binding::product);
}

template <class A, class B>
auto operator/(const Named<A>& a, const Named<B>& b) {
  return combined(a.value / b.value, a, " / ", b, Binding::product, Binding::atom);
}

template <class T>
Named<T> operator+(const Named<T>& a, const Named<T>& b) {
  return combined(a.value + b.value, a, " + ", b, Binding::sum, Binding::sum);
}

/// Machines and disks; the formula does not say that they come whole.
inline Named<double> whole(Named<double> count) {
  count.value = whole(count.value);
  return count;
}

}  // namespace chatsim::planner
