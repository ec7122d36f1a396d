#pragma once

#include <array>
#include <cstdint>
#include <initializer_list>

namespace chatsim::sim {

/// Counters named by an enum whose values are 0 to size - 1.
template <class Enum, std::size_t size>
class Counters {
 public:
  void add(Enum counter, std::uint64_t times = 1) { values_[static_cast<std::size_t>(counter)] += times; }
  std::uint64_t operator[](Enum counter) const { return values_[static_cast<std::size_t>(counter)]; }

  /// What was counted since `before` was copied from these counters: the warm-up taken off.
  Counters since(const Counters& before) const {
    Counters difference;
    for (std::size_t i = 0; i < size; ++i) difference.values_[i] = values_[i] - before.values_[i];
    return difference;
  }

  /// Conservation: what came in, less what went out, less what is still inside as counted by somebody who
  /// does not know these counters. Anything but 0 is a bug in the bookkeeping or in what is booked.
  std::int64_t residual(std::initializer_list<Enum> in, std::initializer_list<Enum> out,
                        std::int64_t inside) const {
    std::int64_t sum = -inside;
    for (const Enum counter : in) sum += static_cast<std::int64_t>((*this)[counter]);
    for (const Enum counter : out) sum -= static_cast<std::int64_t>((*this)[counter]);
    return sum;
  }

 private:
  std::array<std::uint64_t, size> values_{};
};

}  // namespace chatsim::sim
